# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""The tasks of `start_up`, alone: children of forkserver and spawn import this file and that of the
engine, and whatever else they import is measured too (json and pathlib cost a quarter of the rate)."""


def nothing() -> None:
    pass


def task(x: int) -> int:
    return 3 * x + 1
