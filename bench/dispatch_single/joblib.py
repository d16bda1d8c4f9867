#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  what does it cost to hand out items one by one? A map of int to int, items a second.
# Engine    joblib.Parallel with two jobs (loky) and batch_size=1.
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
    with Parallel(n_jobs=2, batch_size=1) as parallel:
        report_dispatch("dispatch_single", 5_000, lambda items: parallel(delayed(task)(x) for x in items))
