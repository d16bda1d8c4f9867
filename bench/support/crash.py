# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""What the engines of `crash_recovery` and `faults` written in Python share: workers that can be found
and killed through nothing but the public interface of their pool."""

import functools
import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from support.report import report_outcome, require, task

TIME_LIMIT_S = 10  # after this a pool counts as hanging; it needs one or two when nobody kills
STORM_ITEMS = 100_000


def note_worker(directory: str) -> None:
    """In a worker: leaves a file that has its process id as its name."""
    Path(directory, str(os.getpid())).touch()


def stay_busy(directory: str) -> None:
    note_worker(directory)
    while True:
        pass


def kill_when_busy(directory: str) -> int:
    """Kills the worker that runs stay_busy(), and returns the time in nanoseconds."""
    while not (found := os.listdir(directory)):
        time.sleep(0.001)
    time.sleep(0.01)  # it computes by now
    killed = time.monotonic_ns()
    os.kill(int(found[0]), signal.SIGKILL)
    return killed


_noted = False


def storm_task(directory: str, x: int) -> int:
    """A task of 15 us."""
    global _noted
    if not _noted:
        note_worker(directory)
        _noted = True
    for _ in range(1_000):
        pass
    return task(x)


class Storm:
    """Kills one of the noted workers every 50 ms, chosen by a generator with a fixed seed."""

    def __init__(self, directory: str) -> None:
        self.kills = 0
        self._directory = directory
        self._processes: dict[int, int] = {}  # process id to pidfd, so that nobody else is ever hit
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._kill_workers, daemon=True)

    def __enter__(self) -> "Storm":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()
        for process in self._processes.values():
            os.close(process)

    def _kill_workers(self) -> None:
        choose = random.Random(4)
        while not self._over.wait(0.05):
            self._note_new_workers()
            if not self._processes:
                continue
            victim = choose.choice(sorted(self._processes))
            process = self._processes.pop(victim)
            try:
                signal.pidfd_send_signal(process, signal.SIGKILL)
                self.kills += 1
            except ProcessLookupError:
                pass
            os.close(process)

    def _note_new_workers(self) -> None:
        for path in Path(self._directory).iterdir():
            try:
                self._processes[int(path.name)] = os.pidfd_open(int(path.name))
            except ProcessLookupError:
                pass
            path.unlink()


def outcome_of(call: Callable[[], bool], broken: tuple[type[BaseException], ...]) -> str:
    """`call` returns whether all results are right, or throws one of `broken`, or does not end."""
    found: list[str | BaseException] = ["hangs"]

    def run() -> None:
        try:
            found[0] = "all right" if call() else "lost"
        except broken:
            found[0] = "broken"
        except BaseException as error:
            found[0] = error

    caller = threading.Thread(target=run, daemon=True)
    caller.start()
    caller.join(TIME_LIMIT_S)
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def report_storm(map_items: Callable[[Callable[[int], int], range], list[int]],
                 *broken: type[BaseException]) -> None:
    """Maps storm_task() while workers are killed. Ends the program if that hangs: the pool would wait
    for ever as well."""
    expected = [task(x) for x in range(STORM_ITEMS)]
    with tempfile.TemporaryDirectory() as directory, Storm(directory) as storm:
        call = functools.partial(storm_task, directory)
        start = time.monotonic()
        outcome = outcome_of(lambda: map_items(call, range(STORM_ITEMS)) == expected, broken)
        seconds = time.monotonic() - start
    require(storm.kills > 0, "a storm in which nobody was killed")
    report_outcome("faults", outcome, f"killed: {storm.kills} workers in {seconds:.1f} s")
    if outcome == "hangs":
        os._exit(0)
