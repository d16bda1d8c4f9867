#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how long do uneven tasks take on two workers, beside the best that is possible? The bound is
#           half of all processor time, or the longest task.
# Engine    joblib.Parallel with two jobs (loky).
# Reported  `scaling_uneven`: wall time divided by the bound, for 64 tasks of which the last has 30 %
#           of all work. `scaling_uneven_many`: for 2,000 uneven tasks.

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: this file is called joblib too
from support.report import skip  # noqa: E402
from support.scaling import report_makespans  # noqa: E402

try:
    from joblib import Parallel, delayed
except ImportError:
    skip("python3-joblib")

if __name__ == "__main__":
    with Parallel(n_jobs=2) as parallel:
        report_makespans(lambda f, items: parallel(delayed(f)(item) for item in items))
