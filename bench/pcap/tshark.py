#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Question  how many packets of a capture can be analysed in a second? Page cache warm.
# Engine    tshark -z io,stat,10: every packet is dissected, frames and bytes of each interval. Slow,
#           so it gets two beginnings of the capture, a long and a short one, and the difference
#           counts: the start of tshark is left out, which favours it.
# Reported  packets of the difference per second of wall time.

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.pcap_programs import arguments, report_packets, run_timed  # noqa: E402
from support.report import require  # noqa: E402

SHORT = 10_000
LONG = 310_000

capture, packets = arguments()
long = min(LONG, packets)
short = min(SHORT, packets // 2)


def seconds_for(count: int) -> float:
    command = ["tshark", "-n", "-r", capture, "-c", str(count), "-q", "-z", "io,stat,10"]
    output, seconds = run_timed(command)
    frames = re.findall(r"<> *\S+ *\| *(\d+) *\|", output)
    require(sum(map(int, frames)) == count, output)
    return seconds


seconds = seconds_for(long) - seconds_for(short)
report_packets(long - short, seconds, f"the first {long:,} packets less the first {short:,}")
