#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  what becomes of a map while its workers are killed, one every 50 ms?
# Engine    concurrent.futures.ProcessPoolExecutor of four processes, map over 100,000 items in
#           chunks of 500.
# Reported  the outcome: all right, lost (a result is missing or wrong), broken (the whole map
#           fails), or hangs (no answer after 10 s; one or two are enough when nobody kills).

import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.crash import report_storm  # noqa: E402

if __name__ == "__main__":
    with ProcessPoolExecutor(4) as executor:
        report_storm(lambda f, items: list(executor.map(f, items, chunksize=500)), BrokenProcessPool)
