#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how long do uneven tasks take on two workers, beside the best that is possible? The bound is
#           half of all processor time, or the longest task.
# Engine    concurrent.futures.ProcessPoolExecutor of two processes, map.
# Reported  `scaling_uneven`: wall time divided by the bound, for 64 tasks of which the last has 30 %
#           of all work. `scaling_uneven_many`: for 2,000 uneven tasks.

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.scaling import report_makespans  # noqa: E402

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        report_makespans(lambda f, items: list(executor.map(f, items)))
