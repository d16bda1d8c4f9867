#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  what becomes of a map while its workers are killed, one every 50 ms?
# Engine    joblib.Parallel with four jobs (loky), 100,000 items in batches that grow.
# Reported  the outcome: all right, lost (a result is missing or wrong), broken (the whole map
#           fails), or hangs (no answer after 10 s; one or two are enough when nobody kills).

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: this file is called joblib too
from support.crash import report_storm  # noqa: E402
from support.report import skip  # noqa: E402

try:
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError
except ImportError:
    skip("python3-joblib")

if __name__ == "__main__":
    report_storm(lambda f, items: Parallel(n_jobs=4)(delayed(f)(item) for item in items),
                 TerminatedWorkerError)
