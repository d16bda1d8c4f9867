# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the programs that the question `pcap` measures from outside."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from support.report import report, require, skip


def arguments() -> tuple[str, int]:
    """The capture and the number of its packets, as bench/run.py gives them to every engine."""
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} CAPTURE PACKETS")
    return sys.argv[1], int(sys.argv[2])


def run_timed(command: list[str], stdin_path: str = os.devnull, package: str = "") -> tuple[str, float]:
    """What the command printed, and its wall time in seconds. Skips the engine if it is missing."""
    with open(stdin_path, "rb") as stdin:
        start = time.perf_counter()
        try:
            done = subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            skip(package or command[0])
        seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with status {done.returncode}: {done.stderr.strip()}")
    return done.stdout, seconds


def report_packets(packets: int, seconds: float, note: str = "") -> None:
    report("pcap", "packets/s", packets / seconds, note)


def measure_tandem_pcap(workers: int) -> None:
    """All statistics of all intervals, printed as a table and written as JSON."""
    capture, packets = arguments()
    program = Path(os.environ["TANDEM_BIN_DIR"]) / "tandem-pcap"
    require(program.exists(), f"{program} has not been built")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "statistics.json"
        command = [str(program), capture, "--workers", str(workers), "--json", str(output)]
        _, seconds = run_timed(command)
        counted = json.loads(output.read_text())["packet_count"]
    require(counted == packets, f"{counted} packets instead of {packets}")
    report_packets(packets, seconds)
