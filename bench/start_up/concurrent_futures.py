#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how long does a pool of two take from its construction to its first result?
# Engine    concurrent.futures.ProcessPoolExecutor, start method fork, submit and result.
# Reported  `pool_startup`, milliseconds: the first pool of the program.

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.report import report  # noqa: E402
from support.small_tasks import task  # noqa: E402
from support.start_up import milliseconds  # noqa: E402

if __name__ == "__main__":
    report("pool_startup", "ms", milliseconds(lambda: ProcessPoolExecutor(2),
                                              lambda pool: pool.submit(task, 1).result()))
