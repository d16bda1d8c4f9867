#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the engines of each question in turn and prints one table.

An engine is bench/<question>/<engine>.cpp (its program is in <build>/bin/bench) or .py. It warms up
by itself, measures once, checks its result, and prints a JSON object per figure on a line of its own:

    {"question": "latency_p50", "engine": "futex", "unit": "us", "value": 4.3}

Where no number can be given, because the peer did not survive what was asked of it, the line says so:

    {"question": "crash_recovery", "engine": "python_pool", "outcome": "hangs"}

A question of a figure is the folder's name, begins with it and "_", or is in FOLDERS. An engine of a
figure is the file's name, or begins with it and "_": one program may report several. Exit status 77:
the peer is not installed, stderr names what is missing. Any other failure: the engine is reported as
failed, none of its figures is shown, and the exit status here is 1.
"""

import argparse
import json
import math
import os
import signal
import statistics
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True
import capture  # noqa: E402
import machine  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
OURS = "tandem"
NOT_INSTALLED = 77
TIME_LIMIT_S = 300  # of one engine in one round; the slowest needs some 10 s
FEWEST_ROUNDS = 5  # a spread over fewer says nothing
LESS_IS_BETTER = {"ns", "us", "ms", "s", "x bound"}  # the last: times the lower bound of a makespan
FOLDERS = {"process_rate": "start_up", "pool_startup": "start_up"}  # of questions named otherwise


@dataclass
class Engine:
    question: str
    name: str
    command: list[str]
    skipped: str = ""
    failed: str = ""
    figures: list[dict] = field(default_factory=list)  # of the measured rounds

    @property
    def usable(self) -> bool:
        return not self.skipped and not self.failed


class EngineFailed(Exception):
    """The message says what was wrong with the engine's run."""


class EngineSkipped(Exception):
    """The message names what is not installed."""


def find_engines(bench_dir: Path, program_dir: Path, question: str) -> list[Engine]:
    engines = []
    for source in sorted((bench_dir / question).iterdir()):
        if source.suffix == ".py":
            engines.append(Engine(question, source.stem, [sys.executable, str(source)]))
        elif source.suffix == ".cpp":
            program = program_dir / question / source.stem
            engine = Engine(question, source.stem, [str(program)])
            note = program.with_name(program.name + ".skipped")
            if note.exists():
                engine.skipped = note.read_text().strip()
            elif not program.exists():
                engine.failed = f"{program} has not been built"
            engines.append(engine)
    return engines


def find_questions(bench_dir: Path) -> list[str]:
    """The folders with engines in them; `support` holds what they share."""
    return sorted(path.name for path in bench_dir.iterdir()
                  if path.is_dir() and path.name not in ("support", "__pycache__"))


def run_program(command: list[str], environment: dict[str, str]) -> tuple[int, str, str]:
    """Exit status, stdout, stderr. Whatever the engine started is gone afterwards."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.PIPE, env=environment, start_new_session=True) as child:
        try:
            output, errors = child.communicate(timeout=TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise EngineFailed(f"no result within {TIME_LIMIT_S} s") from None
        finally:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    return child.returncode, output, errors


def belongs_to(name: str, given: str) -> bool:
    return given == name or given.startswith(name + "_")


def is_measured(figure: dict) -> bool:
    value = figure["value"]
    return (isinstance(figure["unit"], str) and type(value) in (int, float)
            and math.isfinite(value) and value > 0)


def is_outcome(figure: dict) -> bool:
    return isinstance(figure["outcome"], str) and figure["outcome"] != "" and "value" not in figure


def parse_figure(line: str, engine: Engine) -> dict:
    try:
        figure = json.loads(line)
        question, name = str(figure["question"]), str(figure["engine"])
        possible = is_outcome(figure) if "outcome" in figure else is_measured(figure)
    except (ValueError, KeyError, TypeError):
        raise EngineFailed(f"printed a line that is not a figure: {line!r}") from None
    if not (belongs_to(engine.question, FOLDERS.get(question, question))
            and belongs_to(engine.name, name)):
        raise EngineFailed(f"printed a figure of {question}/{name}")
    if not possible:
        raise EngineFailed(f"printed an impossible figure: {line!r}")
    return figure


def run_engine(engine: Engine, arguments: list[str], environment: dict[str, str]) -> list[dict]:
    status, output, errors = run_program(engine.command + arguments, environment)
    last_words = (errors.strip().splitlines() or [""])[-1]
    if status == NOT_INSTALLED:
        raise EngineSkipped(last_words)
    if status != 0:
        how = f"signal {-status}" if status < 0 else f"status {status}"
        raise EngineFailed(f"{how}: {last_words}".rstrip(": "))
    figures = [parse_figure(line, engine) for line in output.splitlines()]
    if not figures:
        raise EngineFailed("printed no figure")
    return figures


def measure(engines: list[Engine], rounds: int, arguments: list[str],
            environment: dict[str, str]) -> None:
    """Round 0 warms up. Every round begins with another engine, so that none always runs first."""
    for number in range(rounds + 1):
        print(f"{engines[0].question}: " + (f"round {number} of {rounds}" if number else "warming up"),
              file=sys.stderr)
        shift = number % len(engines)
        for engine in engines[shift:] + engines[:shift]:
            if not engine.usable:
                continue
            try:
                figures = run_engine(engine, arguments, environment)
            except EngineSkipped as reason:
                engine.skipped = str(reason)
            except EngineFailed as reason:
                engine.failed = str(reason)
            else:
                engine.figures += figures if number else []


def summarise(engines: list[Engine]) -> list[dict]:
    """One row per question and engine, best first within a question, outcomes last."""
    figures = [figure for engine in engines if engine.usable for figure in engine.figures]
    values: dict[tuple[str, str, str], list[float]] = {}
    outcomes: dict[tuple[str, str], list[str]] = {}
    for figure in figures:
        question, name = figure["question"], figure["engine"]
        if "outcome" in figure:
            outcomes.setdefault((question, name), []).append(figure["outcome"])
        else:
            values.setdefault((question, name, figure["unit"]), []).append(figure["value"])
    rows = [{"question": question, "engine": name, "unit": unit, "median": statistics.median(found),
             "min": min(found), "max": max(found), "n": len(found)}
            for (question, name, unit), found in values.items()]
    rows += [{"question": question, "engine": name, "unit": None, "median": None, "min": None,
              "max": None, "n": len(found), "outcome": counted(found)}
             for (question, name), found in outcomes.items()]
    order = list(dict.fromkeys(figure["question"] for figure in figures))

    def place(row: dict) -> tuple[int, bool, float]:
        sign = 1 if row["unit"] in LESS_IS_BETTER else -1
        return order.index(row["question"]), "outcome" in row, sign * (row["median"] or 0)

    return sorted(rows, key=place)


def counted(outcomes: list[str]) -> str:
    """What happened; how often each, if it was not always the same."""
    counts = Counter(outcomes).most_common()
    return ", ".join(what if len(counts) == 1 else f"{what} ({n} of {len(outcomes)})" for what, n in counts)


def shown(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table_line(row: dict, reference: float | None) -> list[str]:
    if "outcome" in row:
        return [row["question"], row["engine"], row["outcome"], "-", "-", "-", str(row["n"]), "-"]
    ratio = shown(reference / row["median"]) if reference else "-"
    return [row["question"], row["engine"], shown(row["median"]), shown(row["min"]), shown(row["max"]),
            row["unit"], str(row["n"]), ratio]


def table(rows: list[dict]) -> str:
    ours = {row["question"]: row["median"] for row in rows if row["engine"] == OURS}
    lines = [["question", "engine", "median", "min", "max", "unit", "n", f"{OURS}/engine"]]
    lines += [table_line(row, ours.get(row["question"])) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines)]
    left = {0, 1, 5}
    text = [[cell.ljust(width) if i in left else cell.rjust(width)
             for i, (cell, width) in enumerate(zip(line, widths))] for line in lines]
    return "\n".join("  ".join(line).rstrip() for line in text)


def remarks(engines: list[Engine]) -> list[str]:
    found = []
    for engine in engines:
        name = f"{engine.question}/{engine.name}"
        found += [f"skipped: {name} ({engine.skipped})"] if engine.skipped else []
        found += [f"FAILED: {name} ({engine.failed})"] if engine.failed else []
        notes = [figure["note"] for figure in engine.figures if "note" in figure]
        found += [f"note: {name}: {notes[-1]}"] if notes and engine.usable else []
    return found


def parse_arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description="Measures Tandem and its peers in "
                                     "one run; prints a table and writes build/bench.json.")
    parser.add_argument("question", nargs="*", help="which questions (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds (default: 5)")
    parser.add_argument("--engine", action="append", help="only this engine; may be repeated")
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build/release", help="a build tree")
    parser.add_argument("--bench-dir", type=Path, default=ROOT / "bench", help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help="default: bench.json beside the build tree")
    given = parser.parse_args(words)
    known = find_questions(given.bench_dir)
    given.question = [FOLDERS.get(question, question) for question in given.question]
    for question in given.question:
        if question not in known:
            parser.error(f"no question {question!r}; there are: {', '.join(known)}")
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    given.question = list(dict.fromkeys(given.question)) or known
    given.output = given.output or given.build_dir.parent / "bench.json"
    return given


def main(words: list[str]) -> int:
    given = parse_arguments(words)
    bin_dir = given.build_dir.resolve() / "bin"
    environment = os.environ | {"TANDEM_BIN_DIR": str(bin_dir), "PYTHONDONTWRITEBYTECODE": "1"}
    for name, fact in machine.facts(given.build_dir).items():
        print(f"{name:9} {fact}")
    print(flush=True)

    everyone: list[Engine] = []
    for question in given.question:
        engines = find_engines(given.bench_dir, bin_dir / "bench", question)
        engines = [e for e in engines if not given.engine or e.name in given.engine]
        if not engines:
            continue
        arguments = []
        if question == "pcap":
            arguments = capture.engine_arguments(bin_dir, given.build_dir.resolve().parent / "bench-data")
        measure(engines, given.rounds, arguments, environment)
        everyone += engines

    rows = summarise(everyone)
    print(table(rows))
    print(f"\n{OURS}/engine is the quotient of the medians. Of a rate and of a speed-up more is "
          "better, of a time and of a makespan less.")
    if given.rounds < FEWEST_ROUNDS:
        print(f"note: fewer than {FEWEST_ROUNDS} rounds: a trial, not a result")
    print("".join(remark + "\n" for remark in remarks(everyone)), end="")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"written: {given.output}")
    return 1 if any(engine.failed for engine in everyone) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except capture.CaptureError as error:
        sys.exit(f"script/bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
