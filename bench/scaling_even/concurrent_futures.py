#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how much quicker are two workers than one, when the work only needs a processor?
# Engine    concurrent.futures.ProcessPoolExecutor, map.
# Reported  wall time with one process divided by that with two.

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.scaling import report_speed_up  # noqa: E402

if __name__ == "__main__":
    with ProcessPoolExecutor(1) as one, ProcessPoolExecutor(2) as two:
        report_speed_up({1: lambda f, items: list(one.map(f, items)),
                         2: lambda f, items: list(two.map(f, items))})
