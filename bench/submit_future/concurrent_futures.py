#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  what do a single call and its future cost, with many calls under way at a time?
# Engine    concurrent.futures.ProcessPoolExecutor of two processes, submit and result; 15,000 under way.
# Reported  tasks per second of wall time, from the first submit to the last result.

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report_submit_future, task  # noqa: E402

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        report_submit_future(15_000, lambda x: executor.submit(task, x).result)
