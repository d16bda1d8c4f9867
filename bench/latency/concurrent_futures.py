#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how long is one task under way, there and back, p50 and p99?
# Engine    concurrent.futures.ProcessPoolExecutor of two processes, submit and result.
# Reported  microseconds: `latency` back to back, `latency_idle` each after a pause of 2 ms.

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report_round_trips, task  # noqa: E402

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        report_round_trips(5_000, lambda x: executor.submit(task, x).result())
