#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how fast is a map of int to int, when each engine cuts the items as it likes?
# Engine    concurrent.futures.ProcessPoolExecutor of two processes, map with its own chunk size,
#           which is 1.
# Reported  items per second of wall time.

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report_dispatch, task  # noqa: E402

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        report_dispatch("dispatch_auto", 20_000, lambda items: list(executor.map(task, items)))
