#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  what do a single call and its future cost, with many calls under way at a time?
# Engine    loky, the executor inside joblib, with two processes, submit and result; 5,000 under way.
# Reported  tasks per second of wall time, from the first submit to the last result.

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: this file is called joblib too
from support.report import report_submit_future, skip, task  # noqa: E402

try:
    from joblib.externals.loky import get_reusable_executor
except ImportError:
    skip("python3-joblib")

if __name__ == "__main__":
    with get_reusable_executor(max_workers=2) as executor:
        report_submit_future(5_000, lambda x: executor.submit(task, x).result)
