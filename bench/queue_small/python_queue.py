#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how fast do records of 64 bytes go from one process to another?
# Engine    multiprocessing.Queue of bytes.
# Reported  records per second.

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.queue import records_per_second  # noqa: E402
from support.report import report  # noqa: E402

if __name__ == "__main__":
    report("queue_small", "records/s", records_per_second(1, 64, 200_000))
