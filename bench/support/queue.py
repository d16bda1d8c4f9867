# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Records through a multiprocessing.Queue: how many of them a second arrive."""

import multiprocessing
import time

from support.report import require


def produce(queue, record_bytes, records):
    record = bytes(record_bytes)
    for _ in range(records):
        queue.put(record)


def consume(queue, counts):
    count = 0
    while queue.get():
        count += 1
    counts.put(count)


def records_per_second(sides, record_bytes, records):
    """`sides` processes produce so many records each, and as many consume; the start counts too."""
    queue = multiprocessing.Queue()
    counts = multiprocessing.SimpleQueue()
    process = multiprocessing.Process
    consumers = [process(target=consume, args=(queue, counts)) for _ in range(sides)]
    producers = [process(target=produce, args=(queue, record_bytes, records)) for _ in range(sides)]
    start = time.perf_counter()
    for each in consumers + producers:
        each.start()
    for each in producers:
        each.join()
    for _ in consumers:
        queue.put(b"")
    received = sum(counts.get() for _ in consumers)
    seconds = time.perf_counter() - start
    for each in consumers:
        each.join()
    require(received == sides * records, "number of records")
    return received / seconds
