#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how long is a record of 64 bytes under way, there and back, p50 and p99?
# Engine    multiprocessing.Queue of bytes.
# Reported  microseconds, back to back.

import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report_quantiles, require  # noqa: E402


def echo(there, back):
    while True:
        back.put(there.get())


if __name__ == "__main__":
    there = multiprocessing.Queue()
    back = multiprocessing.Queue()
    multiprocessing.Process(target=echo, args=(there, back), daemon=True).start()
    record = bytes(64)
    samples = []
    for _ in range(6_000):
        start = time.perf_counter()
        there.put(record)
        answer = back.get()
        samples.append((time.perf_counter() - start) * 1e6)
        require(answer == record, "the record that came back")
    report_quantiles("queue_latency", sorted(samples[1_000:]))
