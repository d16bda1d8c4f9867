#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how many processes that do nothing can be started and joined per second, one after the
#           other? How long does a pool of two take from its construction to its first result?
# Engine    multiprocessing.Process and Pool, start method forkserver.
# Reported  `process_rate`, processes per second.
#           `pool_startup`, milliseconds: the first pool of the program, which starts the server too;
#           as python_forkserver_warm the median of five later ones.

import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from support.start_up import report_method  # not for children: see support/small_tasks.py

    report_method("forkserver")
