#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how many packets of a capture can be analysed in a second? Page cache warm.
# Engine    capinfos -c (Wireshark): the packets are counted and not looked at.
# Reported  packets per second of wall time, from the start of the program to its end.

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.pcap_programs import arguments, report_packets, run_timed  # noqa: E402
from support.report import require  # noqa: E402

capture, packets = arguments()
output, seconds = run_timed(["capinfos", "-c", "-M", "-T", "-r", capture], package="wireshark-common")
require(output.split()[-1] == str(packets), output)
report_packets(packets, seconds)
