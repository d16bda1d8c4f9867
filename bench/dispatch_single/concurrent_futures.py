#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  what does it cost to hand out items one by one? A map of int to int, items a second.
# Engine    concurrent.futures.ProcessPoolExecutor of two processes, map with chunksize=1.
# Reported  items per second of wall time.

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report_dispatch, task  # noqa: E402

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        report_dispatch("dispatch_single", 20_000, lambda items: list(executor.map(task, items, chunksize=1)))
