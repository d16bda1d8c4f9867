#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how long after the SIGKILL of a busy worker does its replacement run a task? The killed
#           task must be reported as an error.
# Engine    concurrent.futures.ProcessPoolExecutor of one process: the next task is in its queue
#           when it is killed.
# Reported  the outcome.

import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.crash import TIME_LIMIT_S, kill_when_busy, stay_busy  # noqa: E402
from support.report import report_outcome, require  # noqa: E402


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory, ProcessPoolExecutor(1) as executor:
        busy = executor.submit(stay_busy, directory)
        following = executor.submit(time.monotonic_ns)
        kill_when_busy(directory)
        errors = [future.exception(TIME_LIMIT_S) for future in (busy, following)]
        require(all(isinstance(error, BrokenProcessPool) for error in errors),
                "ProcessPoolExecutor has learnt to replace a worker: measure it")
        report_outcome("crash_recovery", "broken", "all tasks fail, and the executor takes no more")
