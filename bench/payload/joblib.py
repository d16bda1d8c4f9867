#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how fast do 64 arrays of 16 MiB reach two workers that sum them?
# Engine    joblib.Parallel with two jobs (loky) over 16 arrays of numpy, which it writes to files in
#           /dev/shm that the workers map.
# Reported  bytes of the arrays per second of wall time, 10^9.

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: this file is called joblib too
from support.payload import report_payload, total  # noqa: E402
from support.report import skip  # noqa: E402

try:
    from joblib import Parallel, delayed
except ImportError:
    skip("python3-joblib")

if __name__ == "__main__":
    with Parallel(n_jobs=2) as parallel:
        report_payload(lambda arrays: parallel(delayed(total)(array) for array in arrays))
