#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how fast do records of 64 bytes go from two processes to two others?
# Engine    multiprocessing.Queue of bytes.
# Reported  records per second.

import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report, require  # noqa: E402

RECORDS = 100000  # of each producer
PRODUCERS = 2
CONSUMERS = 2


def produce(queue):
    record = bytes(64)
    for _ in range(RECORDS):
        queue.put(record)


def consume(queue, counts):
    count = 0
    while queue.get():
        count += 1
    counts.put(count)


if __name__ == "__main__":
    queue = multiprocessing.Queue()
    counts = multiprocessing.SimpleQueue()
    consumers = [multiprocessing.Process(target=consume, args=(queue, counts)) for _ in range(CONSUMERS)]
    producers = [multiprocessing.Process(target=produce, args=(queue,)) for _ in range(PRODUCERS)]
    start = time.perf_counter()
    for process in consumers + producers:
        process.start()
    for process in producers:
        process.join()
    for _ in consumers:
        queue.put(b"")
    received = sum(counts.get() for _ in consumers)
    seconds = time.perf_counter() - start
    for process in consumers:
        process.join()
    require(received == PRODUCERS * RECORDS, "number of records")
    report("queue_mpmc", "records/s", received / seconds)
