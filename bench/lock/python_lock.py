#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  what does it cost to lock and unlock?
# Engine    multiprocessing.Lock, a named POSIX semaphore; it stays locked if its holder dies.
# Reported  nanoseconds per pair: `lock` while nobody else wants it, `lock_contended` while two
#           sides lock and unlock in a loop.

import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report, require  # noqa: E402

ROUNDS = 500_000
CONTEST_ROUNDS = 100_000


def count(lock, total, rounds):
    for _ in range(rounds):
        with lock:
            total.value += 1


def take_part(lock, total, start):
    start.wait()
    count(lock, total, CONTEST_ROUNDS)


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    lock = context.Lock()
    for _ in range(ROUNDS // 20):
        with lock:
            pass
    begin = time.perf_counter()
    for _ in range(ROUNDS):
        with lock:
            pass
    report("lock", "ns", (time.perf_counter() - begin) * 1e9 / ROUNDS)

    total = context.RawValue("i", 0)
    start = context.Barrier(2)
    other = context.Process(target=take_part, args=(lock, total, start))
    other.start()
    start.wait()
    begin = time.perf_counter()
    count(lock, total, CONTEST_ROUNDS)
    other.join()
    seconds = time.perf_counter() - begin
    require(total.value == 2 * CONTEST_ROUNDS, "two processes count under one lock")
    report("lock_contended", "ns", seconds * 1e9 / (2 * CONTEST_ROUNDS))
