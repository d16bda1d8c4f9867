#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Runs tandem-pcap, named by the environment variable TANDEM_PCAP, and makes captures for it."""
import os
import struct
import subprocess

PROGRAM = os.environ["TANDEM_PCAP"]
HEADER = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
# Ethernet, IPv4, UDP from port 2000 to 53.
FRAME = bytes.fromhex(
    "020000000001020000000002" "0800" "4500001c00000000401100000a0000010a000002" "07d0003500080000"
)


def run(*arguments, timeout=60):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, check=False
    )


def record(seconds, micros, frame=FRAME, captured=None):
    length = len(frame) if captured is None else captured
    return struct.pack("<IIII", seconds, micros, length, len(frame)) + frame


def capture(packets, gap_micros):
    """A capture of `packets` packets, `gap_micros` apart, from 256 sources to 65,536 ports."""
    block = bytearray(record(0, 0))
    content = bytearray(HEADER)
    for i in range(packets):
        seconds, micros = divmod(i * gap_micros, 1_000_000)
        struct.pack_into("<II", block, 0, 1_000_000_000 + seconds, micros)
        block[16 + 29] = i * 7 & 0xFF
        struct.pack_into(">H", block, 16 + 36, i * 31 & 0xFFFF)
        content += block
    return bytes(content)
