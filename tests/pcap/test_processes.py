#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""tandem-pcap when its processes, or its capture, are treated badly in the middle of a run.

Standard output is a pipe that nobody reads at first. With rows enough it fills, so the program waits
in the middle of its work, for as long as the test needs.
"""
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from program import PROGRAM, capture

LIMIT = 30  # seconds that anything may take before the test fails


def stat_fields(pid):
    """State and parent of a process; ("X", 0) if there is none."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[0], int(fields[1])
    except (FileNotFoundError, ProcessLookupError):
        return "X", 0


def descendants(root):
    parents = {int(name): stat_fields(name)[1] for name in os.listdir("/proc") if name.isdigit()}
    found, fresh = set(), {root}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def maps(pid, path):
    try:
        return str(path) in pathlib.Path(f"/proc/{pid}/maps").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def killed(pid):
    """Kills a process; False if it was gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def wait_for(question):
    end = time.monotonic() + LIMIT
    while not (answer := question()):
        if time.monotonic() > end:
            raise TimeoutError(question)
    return answer


class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.content = capture(800_000, gap_micros=100)  # 80 seconds
        cls.capture = cls.folder / "a.pcap"
        cls.capture.write_bytes(cls.content)

    def start(self, *options, interval="0.025"):
        """By default with 40 intervals a second: rows enough to fill the pipe."""
        program = subprocess.Popen(
            [PROGRAM, self.capture, "--interval", interval, "--workers", "2", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        self.addCleanup(program.stderr.close)
        self.addCleanup(program.stdout.close)
        return program

    def busy_worker(self, program):
        """A worker that has the capture mapped and, if there is one, is running."""
        workers = [pid for pid in descendants(program.pid) if maps(pid, self.capture)]
        return min(workers, key=lambda pid: stat_fields(pid)[0] != "R", default=None)

    def test_a_killed_worker_makes_no_difference(self):
        # Few, long ranges: a worker that maps the capture is in the middle of one. No row is
        # printed before the end, so nothing waits, and a run may be over before the kill.
        undisturbed, _ = self.start(interval="30").communicate(timeout=LIMIT)
        kills = 0
        for _ in range(20):
            program = self.start(interval="30")
            victim = wait_for(lambda: self.busy_worker(program) or program.poll() is not None)
            if victim is not True and killed(victim):
                kills += 1
            output, errors = program.communicate(timeout=LIMIT)
            self.assertEqual((program.returncode, errors), (0, ""))
            self.assertEqual(output, undisturbed)
        self.assertGreater(kills, 0)

    def test_a_killed_worker_among_many_small_ranges_makes_no_difference(self):
        undisturbed, _ = self.start().communicate(timeout=LIMIT)
        program = self.start()
        for _ in range(2):
            wait_for(lambda: killed(wait_for(lambda: self.busy_worker(program))))
        output, errors = program.communicate(timeout=LIMIT)
        self.assertEqual((program.returncode, errors), (0, ""))
        self.assertEqual(output, undisturbed)

    def test_a_killed_program_leaves_no_process(self):
        program = self.start()
        wait_for(lambda: self.busy_worker(program))
        family = descendants(program.pid)
        self.assertGreaterEqual(len(family), 2)
        program.kill()
        program.wait(timeout=LIMIT)
        wait_for(lambda: all(stat_fields(pid)[0] in "XZ" for pid in family))

    def test_an_interrupt_ends_it_without_a_word(self):
        before = set(os.listdir(self.folder))
        program = self.start("--json", self.folder / "o.json")
        wait_for(lambda: self.busy_worker(program))
        family = descendants(program.pid)
        os.killpg(program.pid, signal.SIGINT)  # as the terminal does
        self.assertEqual(program.wait(timeout=LIMIT), 130)
        wait_for(lambda: all(stat_fields(pid)[0] in "XZ" for pid in family))
        self.assertEqual(program.stderr.read(), "")
        self.assertEqual(set(os.listdir(self.folder)), before)

    def test_a_capture_that_shrinks_is_an_error(self):
        self.addCleanup(self.capture.write_bytes, self.content)
        program = self.start()
        wait_for(lambda: self.busy_worker(program))
        os.truncate(self.capture, 5000)
        _, errors = program.communicate(timeout=LIMIT)
        self.assertEqual(program.returncode, 1)
        self.assertRegex(errors, rf"\Atandem-pcap: {self.capture}: [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
