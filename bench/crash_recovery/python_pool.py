#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how long after the SIGKILL of a busy worker does its replacement run a task? The killed
#           task must be reported as an error.
# Engine    multiprocessing.Pool of one process: the next task is in its queue when it is killed.
# Reported  the outcome.

import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.crash import TIME_LIMIT_S, kill_when_busy, stay_busy  # noqa: E402
from support.report import report_outcome, require  # noqa: E402


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        pool = multiprocessing.Pool(1)
        busy = pool.apply_async(stay_busy, (directory,))
        following = pool.apply_async(time.monotonic_ns)
        killed = kill_when_busy(directory)
        milliseconds = (following.get(TIME_LIMIT_S) - killed) / 1e6
        busy.wait(1)
        require(not busy.ready(), "Pool has learnt to report a worker's death: measure it")
        report_outcome("crash_recovery", "hangs", "the killed task never gets an outcome; a new worker "
                       f"ran the next one after {milliseconds:.0f} ms")
    os._exit(0)  # the pool would wait for the killed task
