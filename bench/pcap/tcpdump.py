#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how many packets of a capture can be analysed in a second? Page cache warm.
# Engine    tcpdump --count: the packets are counted and not looked at.
# Reported  packets per second of wall time, from the start of the program to its end.

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.pcap_programs import arguments, report_packets, run_timed  # noqa: E402
from support.report import require  # noqa: E402

capture, packets = arguments()
# From standard input: started by root, tcpdump drops its rights and may not open the file any more.
output, seconds = run_timed(["tcpdump", "--count", "-r", "-"], stdin_path=capture)
require(output.split() == [str(packets), "packets"], output)
report_packets(packets, seconds)
