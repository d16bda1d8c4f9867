#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how fast is a map of int to int, when each engine cuts the items as it likes?
# Engine    joblib.Parallel with two jobs (loky), whose batches grow.
# Reported  items per second of wall time.

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: this file is called joblib too
from support.report import report_dispatch, skip, task  # noqa: E402

try:
    from joblib import Parallel, delayed
except ImportError:
    skip("python3-joblib")

if __name__ == "__main__":
    with Parallel(n_jobs=2) as parallel:
        report_dispatch("dispatch_auto", 60_000, lambda items: parallel(delayed(task)(x) for x in items))
