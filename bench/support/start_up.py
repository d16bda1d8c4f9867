# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""What the engines of `start_up` written in Python share."""

import multiprocessing
import multiprocessing.pool  # otherwise the first pool loads it, within the measured time
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing.context import BaseContext

from support.report import report, require
from support.small_tasks import nothing, task


def report_method(method: str) -> None:
    """A start method of multiprocessing: `pool_startup` and `process_rate`."""
    context = multiprocessing.get_context(method)

    def one_pool() -> float:
        return milliseconds(lambda: context.Pool(2), lambda pool: pool.apply(task, (1,)))

    report("pool_startup", "ms", one_pool())
    if method == "forkserver":  # which the first pool has started
        report("pool_startup", "ms", statistics.median(one_pool() for _ in range(5)), suffix="_warm")
    report("process_rate", "processes/s", process_rate(context))


def milliseconds(create_pool: Callable[[], AbstractContextManager], first_result: Callable) -> float:
    """From the construction of a pool until the result of its first task."""
    start = time.perf_counter()
    with create_pool() as pool:
        answer = first_result(pool)
        seconds = time.perf_counter() - start
    require(answer == task(1), "the first result of a pool")
    return seconds * 1e3


def process_rate(context: BaseContext) -> float:
    """Processes started and joined per second, one after the other, after some untimed."""
    for _ in range(3):
        start_and_join(context)
    ended = 0
    start = time.perf_counter()
    while time.perf_counter() - start < 0.5:
        start_and_join(context)
        ended += 1
    return ended / (time.perf_counter() - start)


def start_and_join(context: BaseContext) -> None:
    process = context.Process(target=nothing)
    process.start()
    process.join()
    require(process.exitcode == 0, "how a process ended")
