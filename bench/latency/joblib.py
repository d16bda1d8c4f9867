#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how long is one task under way, there and back, p50 and p99?
# Engine    joblib.Parallel with two jobs (loky), one call a time.
# Reported  microseconds: `latency` back to back, `latency_idle` each after a pause of 2 ms.

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: this file is called joblib too
from support.report import report_round_trips, skip, task  # noqa: E402

try:
    from joblib import Parallel, delayed
except ImportError:
    skip("python3-joblib")

if __name__ == "__main__":
    with Parallel(n_jobs=2) as parallel:
        report_round_trips(1_000, lambda x: parallel([delayed(task)(x)])[0])
