#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how many packets of a capture can be analysed in a second? Page cache warm.
# Engine    tandem-pcap with two workers: all statistics of every interval, as a table and as JSON.
# Reported  packets per second of wall time, from the start of the program to its end.

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.pcap_programs import measure_tandem_pcap  # noqa: E402

measure_tandem_pcap(workers=2)
