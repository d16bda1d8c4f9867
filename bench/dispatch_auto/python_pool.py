#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how fast is a map of int to int, when each engine cuts the items as it likes?
# Engine    multiprocessing.Pool of two processes, map with its own chunk size.
# Reported  items per second of wall time.

import multiprocessing
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report_dispatch, task  # noqa: E402

if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        report_dispatch("dispatch_auto", 2_000_000, lambda items: pool.map(task, items))
