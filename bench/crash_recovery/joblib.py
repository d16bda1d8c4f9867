#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how long after the SIGKILL of a busy worker does its replacement run a task? The killed
#           task must be reported as an error.
# Engine    joblib.Parallel with two jobs (loky): one worker is killed.
# Reported  the outcome.

import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: this file is called joblib too
from support.crash import kill_when_busy, stay_busy  # noqa: E402
from support.report import report_outcome, require, skip  # noqa: E402

try:
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError
except ImportError:
    skip("python3-joblib")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        killer = threading.Thread(target=kill_when_busy, args=(directory,))
        killer.start()
        try:
            Parallel(n_jobs=2)([delayed(stay_busy)(directory), delayed(time.monotonic_ns)()])
            require(False, "joblib has learnt to replace a worker: measure it")
        except TerminatedWorkerError:
            report_outcome("crash_recovery", "broken", "the whole call fails, with it what was done")
        killer.join()
