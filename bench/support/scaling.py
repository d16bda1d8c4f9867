# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""What the engines of `scaling_even` and `scaling_uneven` written in Python share. The tasks have the
proportions of support/makespan.hpp and take about as long; a step of Python takes 30 times as long."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

from support.report import report, require

ALL_STEPS = 5_000_000  # some 0.3 s on one processor


class TimedResult(NamedTuple):
    value: int
    seconds: float  # of processor time


def work(steps: int) -> int:
    x = steps
    for _ in range(steps):
        x = (x * 1664525 + 1013904223) & 0xFFFFFFFF
    return x


def timed_work(steps: int) -> TimedResult:
    began = time.thread_time()
    value = work(steps)
    return TimedResult(value, time.thread_time() - began)


def report_speed_up(map_with: dict[int, Callable[[Callable, list[int]], list]]) -> None:
    """`map_with` holds a map for one worker and one for two."""
    steps = [20_000 + i for i in range(100)]
    expected = [work(s) for s in steps]

    def seconds_with(workers: int) -> float:
        start = time.perf_counter()
        results = map_with[workers](work, steps)
        seconds = time.perf_counter() - start
        require(results == expected, "a result, or its place")
        return seconds

    seconds_with(1)
    seconds_with(2)
    pairs = [(seconds_with(1), seconds_with(2)) for _ in range(3)]
    alone, together = (statistics.median(times) for times in zip(*pairs))
    report("scaling_even", "x", alone / together)


def uneven_tasks(count: int, exponent: float, steps: float) -> list[int]:
    weights = [((i * 7919 + count // 2) % count + 1) ** -exponent for i in range(count)]
    return [int(weight / sum(weights) * steps) for weight in weights]


def report_makespans(map_tasks: Callable[[Callable, list[int]], list]) -> None:
    large_task_last = uneven_tasks(63, 1, 0.7 * ALL_STEPS) + [int(0.3 * ALL_STEPS)]
    report_makespan("scaling_uneven", large_task_last, map_tasks)
    report_makespan("scaling_uneven_many", uneven_tasks(2000, 0.5, ALL_STEPS), map_tasks)


def report_makespan(question: str, steps: list[int], map_tasks: Callable) -> None:
    expected = [work(s) for s in steps]
    map_tasks(timed_work, steps[:20])

    def makespan() -> float:
        start = time.perf_counter()
        results = map_tasks(timed_work, steps)
        wall = time.perf_counter() - start
        require([result.value for result in results] == expected, "a result, or its place")
        seconds = [result.seconds for result in results]
        return wall / max(sum(seconds) / 2, *seconds)

    report(question, "x bound", statistics.median(makespan() for _ in range(3)))
