#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  what do a single call and its future cost, with many calls under way at a time?
# Engine    multiprocessing.Pool of two processes, apply_async and get; 30,000 under way.
# Reported  tasks per second of wall time, from the first apply_async to the last get.

import multiprocessing
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report_submit_future, task  # noqa: E402

if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        report_submit_future(30_000, lambda x: pool.apply_async(task, (x,)).get)
