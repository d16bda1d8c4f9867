#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how much quicker are two workers than one, when the work only needs a processor?
# Engine    multiprocessing.Pool, map.
# Reported  wall time with one process divided by that with two.

import multiprocessing
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.scaling import report_speed_up  # noqa: E402

if __name__ == "__main__":
    with multiprocessing.Pool(1) as one, multiprocessing.Pool(2) as two:
        report_speed_up({1: one.map, 2: two.map})
