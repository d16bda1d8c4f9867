#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how fast do records of 1 MiB go from one process to another?
# Engine    multiprocessing.Queue of bytes.
# Reported  bytes of the records per second of wall time, 10^9.

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.queue import records_per_second  # noqa: E402
from support.report import report  # noqa: E402

if __name__ == "__main__":
    report("queue_large", "GB/s", records_per_second(1, 1 << 20, 500) * (1 << 20) / 1e9)
