#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""data/sample.pcap is what data/README.md says, and tandem-pcap finds in it what tshark found.

The environment variable TANDEM_PCAP names the program.
"""
import collections
import copy
import os
import pathlib
import re
import struct
import subprocess
import tempfile
import unittest
from decimal import Decimal

import compare

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"
CAPTURE = DATA / "sample.pcap"
EXPECTED = compare.load(DATA / "sample.expected.json")
INTERVAL = 10  # seconds
VLAN, ARP, IPV4, IPV6 = 0x8100, 0x0806, 0x0800, 0x86DD
BYTES = "IPv4 bytes (total length)"
PROTOCOLS = {1: "IPv4 ICMP", 6: "IPv4 TCP", 17: "IPv4 UDP"}


def records(data):
    """Yields time in microseconds, length on the wire, and captured bytes of each record."""
    at = 24
    while at < len(data):
        seconds, micros, captured, length = struct.unpack_from("<IIII", data, at)
        yield seconds * 1_000_000 + micros, length, data[at + 16 : at + 16 + captured]
        at += 16 + captured


def count_record(frame, counts):
    counts["records"] += 1
    at = 12
    if int.from_bytes(frame[at : at + 2], "big") == VLAN:
        counts["with an 802.1Q tag"] += 1
        at += 4
    ether_type = int.from_bytes(frame[at : at + 2], "big")
    if ether_type in (ARP, IPV6):
        counts["ARP" if ether_type == ARP else "IPv6"] += 1
    if ether_type == IPV4:
        counts["IPv4"] += 1
        counts[BYTES] += int.from_bytes(frame[at + 4 : at + 6], "big")
        counts[PROTOCOLS.get(frame[at + 11], "IPv4 other")] += 1
        counts["IPv4 fragments"] += bool(int.from_bytes(frame[at + 8 : at + 10], "big") & 0x3FFF)


def table_of_readme():
    rows = re.findall(r"^\| ([^|]+?) \| (\d+) \|$", (DATA / "README.md").read_text(), re.MULTILINE)
    return {name: int(count) for name, count in rows}


def changed(value):
    """A value that must not pass as equal to this one."""
    if isinstance(value, str):
        return str(Decimal(value) + Decimal("0.000001"))
    if value is None or isinstance(value, int):
        return (value or 0) + 1
    return value + 3e-6 * max(abs(value), 1)


class Capture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = CAPTURE.read_bytes()
        cls.times, cls.lengths, cls.frames = zip(*records(cls.data))
        cls.counts = collections.Counter()
        for frame in cls.frames:
            count_record(frame, cls.counts)

    def test_is_an_ethernet_capture_in_microseconds(self):
        magic, major, minor, _, _, _, link_type = struct.unpack("<IHHiIII", self.data[:24])

        self.assertEqual((magic, major, minor, link_type), (0xA1B2C3D4, 2, 4, 1))

    def test_has_one_to_five_megabytes(self):
        self.assertTrue(1_000_000 <= len(self.data) <= 5_000_000, len(self.data))

    def test_lasts_three_minutes(self):
        self.assertGreaterEqual(self.times[-1] - self.times[0], 180_000_000)

    def test_has_every_kind_of_traffic(self):
        for kind in [*PROTOCOLS.values(), "IPv6", "with an 802.1Q tag", "ARP", "IPv4 fragments"]:
            self.assertGreaterEqual(self.counts[kind], 10, kind)

    def test_has_frames_cut_by_the_snap_length(self):
        cut = sum(len(f) < length for f, length in zip(self.frames, self.lengths))

        self.assertGreater(cut, 0)

    def test_has_no_frame_larger_than_a_wire_carries(self):
        self.assertLessEqual(max(self.lengths), 1518)

    def test_counts_are_those_of_the_readme(self):
        table = table_of_readme()

        for name in ["records", "with an 802.1Q tag", "ARP", "IPv6", "IPv4", *PROTOCOLS.values()]:
            self.assertEqual(table.get(name), self.counts[name], name)
        self.assertEqual(table[BYTES], self.counts[BYTES])


class Expected(unittest.TestCase):
    def test_has_an_interval_without_ipv4_and_a_silent_one(self):
        ends = [float(t) for t in EXPECTED["per_interval"]["timestamp"]]

        self.assertIn(0, EXPECTED["per_interval"]["ip_packets"])
        self.assertGreater(max(b - a for a, b in zip(ends, ends[1:])), INTERVAL + 2)

    def test_comparison_notices_a_change_in_any_column(self):
        for column, values in EXPECTED["per_interval"].items():
            mine = copy.deepcopy(EXPECTED)
            mine["per_interval"][column][-1] = changed(values[-1])

            self.assertEqual(len(list(compare.differences(EXPECTED, mine))), 1, column)

    def test_comparison_notices_a_missing_column(self):
        for column in EXPECTED["per_interval"]:
            mine = copy.deepcopy(EXPECTED)
            del mine["per_interval"][column]

            self.assertNotEqual(list(compare.differences(EXPECTED, mine)), [], column)


class Program(unittest.TestCase):
    """Runs tandem-pcap; without it these tests fail."""

    def analyse(self, workers):
        program = os.environ.get("TANDEM_PCAP")
        if not program:
            self.fail("the environment variable TANDEM_PCAP does not name the program")
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "mine.json"
            command = [program, CAPTURE, "--interval", str(INTERVAL), "--workers", str(workers)]
            command += ["--json", output]
            done = subprocess.run(command, capture_output=True, text=True, timeout=50)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return output.read_bytes(), compare.load(output)

    def test_one_worker_finds_what_tshark_found(self):
        _, mine = self.analyse(workers=1)

        self.assertEqual(list(compare.differences(EXPECTED, mine)), [])

    def test_two_workers_find_what_tshark_found(self):
        _, mine = self.analyse(workers=2)

        self.assertEqual(list(compare.differences(EXPECTED, mine)), [])

    def test_one_and_two_workers_write_the_same_bytes(self):
        alone, _ = self.analyse(workers=1)
        together, _ = self.analyse(workers=2)

        self.assertEqual(alone, together)


if __name__ == "__main__":
    unittest.main()
