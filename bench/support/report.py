# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""What every engine written in Python needs: the line that bench/run.py reads, and skipping."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

NOT_INSTALLED = 77  # the exit status by which an engine says that its peer is missing


def engine_name() -> str:
    return Path(sys.argv[0]).stem


def report(question: str, unit: str, value: float, note: str = "", suffix: str = "") -> None:
    figure = {"question": question, "engine": engine_name() + suffix, "unit": unit, "value": value}
    print(json.dumps(figure | ({"note": note} if note else {})), flush=True)


def report_outcome(question: str, outcome: str, note: str = "") -> None:
    """For a peer that has no figure, because it did not survive."""
    figure = {"question": question, "engine": engine_name(), "outcome": outcome}
    print(json.dumps(figure | ({"note": note} if note else {})), flush=True)


def skip(missing: str) -> NoReturn:
    print(f"{missing} not found", file=sys.stderr)
    sys.exit(NOT_INSTALLED)


def require(condition: bool, what: str) -> None:
    """Ends the engine unless `condition` holds: a wrong result must not become a figure."""
    if not condition:
        sys.exit(f"wrong result: {what}")


def task(x: int) -> int:
    return 3 * x + 1


def report_dispatch(question: str, count: int, map_items: Callable[[range], list[int]]) -> None:
    """Maps `task` over few items, untimed, then over `count`."""
    map_items(range(count // 20))
    start = time.perf_counter()
    results = map_items(range(count))
    seconds = time.perf_counter() - start
    require(results == [task(x) for x in range(count)], "a result, or its place")
    report(question, "items/s", count / seconds)


def report_submit_future(count: int, submit: Callable[[int], Callable[[], int]]) -> None:
    """`submit` returns what waits for the result: `count` are under way when the first is asked for."""

    def submit_and_get(number: int) -> list[int]:
        under_way = [submit(x) for x in range(number)]
        return [get() for get in under_way]

    submit_and_get(count // 20)
    start = time.perf_counter()
    results = submit_and_get(count)
    seconds = time.perf_counter() - start
    require(results == [task(x) for x in range(count)], "the result of a future")
    report("submit_future", "tasks/s", count / seconds)


def report_round_trips(busy: int, round_trip: Callable[[int], int]) -> None:
    """One task there and back: back to back, then each after a pause of 2 ms."""
    timed(round_trip, busy // 10, 0)
    report_quantiles("latency", timed(round_trip, busy, 0))
    report_quantiles("latency_idle", timed(round_trip, 250, 0.002))


def timed(round_trip: Callable[[int], int], count: int, pause: float) -> list[float]:
    """Microseconds of each round trip, sorted."""
    samples = []
    for x in range(count):
        if pause:
            time.sleep(pause)
        start = time.perf_counter()
        answer = round_trip(x)
        samples.append((time.perf_counter() - start) * 1e6)
        require(answer == task(x), "the answer to a round trip")
    return sorted(samples)


def report_quantiles(question: str, samples: list[float]) -> None:
    for name, share in (("p50", 0.50), ("p99", 0.99)):
        report(f"{question}_{name}", "us", samples[int(share * (len(samples) - 1))])
