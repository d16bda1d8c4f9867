#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Tests bench/run.py with engines that report fixed figures, or none."""

import contextlib
import io
import json
import os
import re
import select
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import capture  # noqa: E402
import run  # noqa: E402


def figure(engine: str, value: str, question: str = "speed", unit: str = "items/s") -> str:
    fields = {"question": question, "engine": engine, "unit": unit, "value": 0}
    return json.dumps(fields).replace('"value": 0', f'"value": {value}')


def outcome(engine: str, what: str) -> str:
    return json.dumps({"question": "speed", "engine": engine, "outcome": what})


class RunnerTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.program_dir = self.root / "build/bin/bench"
        (self.root / "bench/speed").mkdir(parents=True)
        (self.root / "bench/support").mkdir()

    def add_engine(self, name: str, body: str) -> None:
        (self.root / f"bench/speed/{name}.py").write_text(textwrap.dedent(body))

    def add_reporting_engine(self, name: str, *lines: str) -> None:
        self.add_engine(name, f"print({chr(10).join(lines)!r})")

    def add_counting_engine(self, name: str) -> None:
        """Reports how often it has been started, this time included."""
        count = self.root / f"{name}.count"
        line = figure(name, "COUNT")
        self.add_engine(name, f"""
            from pathlib import Path
            count = Path({str(count)!r})
            text = (count.read_text() if count.exists() else "") + "x"
            count.write_text(text)
            log = Path({str(self.root / 'log')!r})
            log.write_text((log.read_text() if log.exists() else "") + {name!r} + " ")
            print({line!r}.replace("COUNT", str(len(text))))
            """)

    def run_bench(self, *words: str) -> tuple[int, str, list[dict]]:
        """Exit status, what was printed, and the rows of the JSON file."""
        output = self.root / "bench.json"
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            status = run.main(["--bench-dir", str(self.root / "bench"), "--output", str(output),
                               "--build-dir", str(self.root / "build"), *words])
        return status, printed.getvalue(), json.loads(output.read_text())

    def table_line(self, printed: str, engine: str) -> list[str]:
        return next(line.split() for line in printed.splitlines()
                    if line.split()[1:2] == [engine] and line.startswith("speed"))

    def test_summary_leaves_out_the_warm_up_round(self) -> None:
        self.add_counting_engine("tandem")

        status, _, rows = self.run_bench("--rounds", "5")

        self.assertEqual(status, 0)
        self.assertEqual(rows, [{"question": "speed", "engine": "tandem", "unit": "items/s",
                                 "median": 4, "min": 2, "max": 6, "n": 5}])

    def test_engines_are_interleaved_and_take_turns_in_going_first(self) -> None:
        self.add_counting_engine("a")
        self.add_counting_engine("b")

        self.run_bench("--rounds", "2")

        self.assertEqual((self.root / "log").read_text().split(), ["a", "b", "b", "a", "a", "b"])

    def test_ratio_is_tandem_divided_by_the_engine(self) -> None:
        self.add_reporting_engine("tandem", figure("tandem", "300"))
        self.add_reporting_engine("slow", figure("slow", "100"))

        _, printed, _ = self.run_bench("--rounds", "1")

        self.assertEqual(self.table_line(printed, "slow")[-1], "3")
        self.assertEqual(self.table_line(printed, "tandem")[-1], "1")

    def test_best_comes_first_which_is_the_smallest_of_times(self) -> None:
        for name, value in (("long", "9"), ("short", "2")):
            self.add_reporting_engine(name, figure(name, value), figure(name, value, "speed_p50", "us"))

        _, _, rows = self.run_bench("--rounds", "1")

        self.assertEqual([(row["question"], row["engine"]) for row in rows],
                         [("speed", "long"), ("speed", "short"),
                          ("speed_p50", "short"), ("speed_p50", "long")])

    def test_smallest_makespan_comes_first(self) -> None:
        for name, value in (("uneven", "1.5"), ("even", "1.01")):
            self.add_reporting_engine(name, figure(name, value, unit="x bound"))

        _, _, rows = self.run_bench("--rounds", "1")

        self.assertEqual([row["engine"] for row in rows], ["even", "uneven"])

    def test_outcome_stands_in_the_place_of_a_number_behind_the_numbers(self) -> None:
        self.add_reporting_engine("peer", outcome("peer", "hangs"))
        self.add_reporting_engine("tandem", figure("tandem", "7", unit="us"))

        status, printed, rows = self.run_bench("--rounds", "2")

        self.assertEqual(status, 0)
        self.assertEqual(self.table_line(printed, "peer"),
                         ["speed", "peer", "hangs", "-", "-", "-", "2", "-"])
        self.assertEqual([row["engine"] for row in rows], ["tandem", "peer"])
        self.assertEqual(rows[1], {"question": "speed", "engine": "peer", "unit": None, "median": None,
                                   "min": None, "max": None, "n": 2, "outcome": "hangs"})

    def test_outcome_of_our_own_is_no_reference_for_ratios(self) -> None:
        self.add_reporting_engine("tandem", outcome("tandem", "all right"))
        self.add_reporting_engine("peer", figure("peer", "7"))

        status, printed, _ = self.run_bench("--rounds", "1")

        self.assertEqual(status, 0)
        self.assertEqual(self.table_line(printed, "peer")[-1], "-")

    def test_outcomes_that_differ_are_counted(self) -> None:
        line = outcome("flaky", "WHAT")
        self.add_engine("flaky", f"""
            from pathlib import Path
            count = Path({str(self.root / 'count')!r})
            text = (count.read_text() if count.exists() else "") + "x"
            count.write_text(text)
            print({line!r}.replace("WHAT", "broken" if len(text) == 2 else "hangs"))
            """)

        _, _, rows = self.run_bench("--rounds", "3")

        self.assertEqual(rows[0]["outcome"], "hangs (2 of 3), broken (1 of 3)")

    def test_program_may_report_several_engines(self) -> None:
        self.add_reporting_engine("tandem", figure("tandem", "3"), figure("tandem_warm", "9"))

        status, _, rows = self.run_bench("--rounds", "2")

        self.assertEqual(status, 0)
        self.assertEqual([(row["engine"], row["median"], row["n"]) for row in rows],
                         [("tandem_warm", 9, 2), ("tandem", 3, 2)])

    @mock.patch.dict(run.FOLDERS, {"rate": "speed", "delay": "speed"})
    def test_question_with_a_name_of_its_own_runs_its_folder_once(self) -> None:
        self.add_counting_engine("tandem")
        with (self.root / "bench/speed/tandem.py").open("a") as source:
            source.write(f"print({figure('tandem', '7', 'rate')!r})\n")

        status, _, rows = self.run_bench("--rounds", "1", "rate", "delay", "speed")

        self.assertEqual(status, 0)
        self.assertEqual([(row["question"], row["median"], row["n"]) for row in rows],
                         [("speed", 2, 1), ("rate", 7, 1)])

    def test_missing_peer_is_skipped_and_named(self) -> None:
        self.add_reporting_engine("tandem", figure("tandem", "1"))
        self.add_engine("peer", "import sys; sys.exit(print('python3-peer not found', file=sys.stderr) or 77)")

        status, printed, rows = self.run_bench("--rounds", "1")

        self.assertEqual(status, 0)
        self.assertIn("skipped: speed/peer (python3-peer not found)", printed)
        self.assertEqual([row["engine"] for row in rows], ["tandem"])

    def test_program_left_out_by_the_build_is_skipped_and_named(self) -> None:
        (self.root / "bench/speed/peer.cpp").touch()
        (self.program_dir / "speed").mkdir(parents=True)
        (self.program_dir / "speed/peer.skipped").write_text("libpeer-dev not found\n")

        status, printed, _ = self.run_bench("--rounds", "1")

        self.assertEqual(status, 0)
        self.assertIn("skipped: speed/peer (libpeer-dev not found)", printed)

    def test_program_that_was_not_built_is_a_failure(self) -> None:
        (self.root / "bench/speed/tandem.cpp").touch()

        status, printed, _ = self.run_bench("--rounds", "1")

        self.assertEqual(status, 1)
        self.assertRegex(printed, r"FAILED: speed/tandem \(.*has not been built\)")

    def test_engine_with_a_wrong_result_is_reported_and_its_figures_are_not(self) -> None:
        self.add_engine("wrong", f"import sys; print({figure('wrong', '5')!r}); sys.exit('wrong result: 7')")

        status, printed, rows = self.run_bench("--rounds", "1")

        self.assertEqual(status, 1)
        self.assertIn("FAILED: speed/wrong (status 1: wrong result: 7)", printed)
        self.assertEqual(rows, [])

    def test_engine_that_fails_in_a_later_round_keeps_no_figures(self) -> None:
        self.add_counting_engine("flaky")
        with (self.root / "bench/speed/flaky.py").open("a") as source:
            source.write("assert len(text) < 3\n")

        status, _, rows = self.run_bench("--rounds", "3")

        self.assertEqual(status, 1)
        self.assertEqual(rows, [])

    def test_figures_that_cannot_be_are_failures(self) -> None:
        lines = {"zero": figure("zero", "0"), "endless": figure("endless", "Infinity"),
                 "foreign": figure("foreign", "1", question="latency"), "thief": figure("tandem", "1"),
                 "tan": figure("tandem", "1"), "peer_warm": figure("peer", "1"),
                 "chatty": "hello", "silent": "", "mute": outcome("mute", ""),
                 "torn": figure("torn", '1, "outcome": "hangs"'), "true": figure("true", "true")}
        for name, line in lines.items():
            self.add_reporting_engine(name, line)

        _, printed, rows = self.run_bench("--rounds", "1")

        self.assertEqual(rows, [])
        for name in lines:
            self.assertIn(f"FAILED: speed/{name} ", printed)

    def test_engine_killed_by_a_signal_is_a_failure(self) -> None:
        self.add_engine("crash", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")

        status, printed, _ = self.run_bench("--rounds", "1")

        self.assertEqual(status, 1)
        self.assertIn("FAILED: speed/crash (signal 11)", printed)

    def test_processes_an_engine_leaves_behind_are_killed(self) -> None:
        pid_file = self.root / "pid"
        self.add_engine("litter", f"""
            import subprocess
            from pathlib import Path
            left = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            Path({str(pid_file)!r}).write_text(str(left.pid))
            print({figure('litter', '1')!r})
            """)

        status, _, _ = self.run_bench("--rounds", "1")

        self.assertEqual(status, 0)
        self.assertTrue(self.ends(int(pid_file.read_text())))

    def ends(self, pid: int) -> bool:
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            return True
        with os.fdopen(process, "rb") as readable_once_ended:
            return bool(select.select([readable_once_ended], [], [], 10)[0])

    def test_unknown_question_is_refused_with_the_known_ones(self) -> None:
        errors = io.StringIO()

        with self.assertRaises(SystemExit) as ended, contextlib.redirect_stderr(errors):
            run.main(["--bench-dir", str(self.root / "bench"), "sped"])

        self.assertEqual(ended.exception.code, 2)
        self.assertIn("no question 'sped'; there are: speed", errors.getvalue())


class EnginesTest(unittest.TestCase):
    """The engines of the project itself."""

    def engine_headers(self) -> list[tuple[Path, re.Match[str] | None]]:
        pattern = re.compile(r"^(?://|#) Question  (?P<question>.+?)^(?://|#) Engine    .+?"
                             r"^(?://|#) Reported  ", re.MULTILINE | re.DOTALL)
        questions = [ROOT / "bench" / name for name in run.find_questions(ROOT / "bench")]
        engines = [path for folder in questions for path in sorted(folder.glob("*.*"))
                   if path.suffix in (".cpp", ".py")]
        return [(path, pattern.search(path.read_text())) for path in engines]

    def test_every_engine_begins_with_question_engine_and_reported(self) -> None:
        headers = self.engine_headers()

        self.assertGreater(len(headers), 50)
        self.assertEqual([path for path, header in headers if header is None], [])

    def test_every_question_is_explained(self) -> None:
        explained = (ROOT / "bench/README.md").read_text()

        for question in run.find_questions(ROOT / "bench"):
            self.assertIn(f"| `{question}` |", explained)


class CaptureTest(unittest.TestCase):
    def test_full_disk_is_refused_before_anything_is_written(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(capture.CaptureError, "GB free, the capture needs"):
                capture.require_room(Path(folder), 2**62)

    def test_missing_generator_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(capture.CaptureError, "generate_capture was not built"):
                capture.engine_arguments(Path(folder), Path(folder))


if __name__ == "__main__":
    unittest.main()
