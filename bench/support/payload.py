# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""What the engines of `payload` written in Python share."""

import time
from collections.abc import Callable

from support.report import report, require, skip

try:
    import numpy
except ImportError:
    skip("python3-numpy")

DOUBLES_PER_ARRAY = 2 << 20
ARRAYS = 16  # of the 64 that the quicker engines send


def total(array: numpy.ndarray) -> float:
    return float(array.sum())


def report_payload(totals: Callable[[list[numpy.ndarray]], list[float]]) -> None:
    """Two other arrays untimed, then ARRAYS. Whole numbers: their sums are exact."""
    arrays = [(numpy.arange(DOUBLES_PER_ARRAY) % 1024 + i).astype(float) for i in range(ARRAYS + 2)]
    totals(arrays[ARRAYS:])
    start = time.perf_counter()
    found = totals(arrays[:ARRAYS])
    seconds = time.perf_counter() - start
    expected = [DOUBLES_PER_ARRAY * (1023 / 2 + i) for i in range(ARRAYS)]
    require(found == expected, "a sum, or its place")
    report("payload", "GB/s", ARRAYS * DOUBLES_PER_ARRAY * 8 / seconds / 1e9)
