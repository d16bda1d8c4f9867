#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how fast do 64 arrays of 16 MiB reach two workers that sum them?
# Engine    concurrent.futures.ProcessPoolExecutor of two processes, map over 16 arrays of numpy.
# Reported  bytes of the arrays per second of wall time, 10^9.

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.payload import report_payload, total  # noqa: E402

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        report_payload(lambda arrays: list(executor.map(total, arrays)))
