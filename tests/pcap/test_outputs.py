#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""The outputs of tandem-pcap: the same for any number of workers, complete or not there at all."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from program import PROGRAM, capture, run


class Outputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.capture = cls.folder / "a.pcap"
        cls.capture.write_bytes(capture(300_000, gap_micros=100))  # 30 seconds

    def outputs(self, workers, interval):
        files = [self.folder / name for name in ("o.json", "o.csv")]
        done = run(self.capture, "--workers", workers, "--interval", interval,
                   "--json", files[0], "--csv", files[1])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout, *(file.read_bytes() for file in files)

    def test_any_number_of_workers_gives_the_same_bytes(self):
        # 29 s: one interval in several ranges; 0.001 s: many intervals in one range.
        for interval in ("29", "2.5", "0.001"):
            one = self.outputs(1, interval)
            for workers in (2, 7):
                self.assertEqual(self.outputs(workers, interval), one, (workers, interval))

    def test_json_and_csv_hold_the_same_numbers(self):
        _, as_json, as_csv = self.outputs(2, "2.5")
        columns = json.loads(as_json)["per_interval"]
        rows = list(csv.DictReader(as_csv.decode().splitlines()))
        self.assertEqual(list(rows[0]), list(columns))
        self.assertEqual(len(rows), 11)  # each interval is one packet longer than 2.5 s at least
        for name, values in columns.items():
            for row, value in zip(rows, values, strict=True):
                self.assertEqual(float(row[name] or "nan") == float(value or 0)
                                 or (row[name] == "" and value is None), True, name)

    def test_the_table_fits_160_columns(self):
        table, _, _ = self.outputs(2, "2.5")
        lines = table.splitlines()
        self.assertEqual(len(lines), 1 + 11 + 1 + 2)
        self.assertLessEqual(max(map(len, lines)), 160)
        self.assertEqual({len(line) for line in lines[:12]}, {len(lines[0])})

    def test_numbers_follow_from_the_packets(self):
        _, as_json, _ = self.outputs(2, "2.5")
        found = json.loads(as_json)
        interval = found["per_interval"]
        self.assertEqual(found["packet_count"], 300_000)
        self.assertEqual(interval["ip_packets"][0], 25_001)
        self.assertEqual(interval["ip_packets"][1:], [25_000] * 10)
        self.assertEqual(interval["timestamp"][0], "1000000002.500000")
        self.assertEqual(interval["distinct_src"], [256] * 11)
        self.assertEqual(interval["share_udp"], [1.0] * 11)
        self.assertEqual(interval["iat_mean"][1], "0.000100")
        self.assertEqual(interval["iat_skew"][1:], [None] * 10)
        self.assertEqual(found["distinct_ports_whole_run"],
                         {"tcp_src": 0, "tcp_dst": 0, "udp_src": 1, "udp_dst": 65536})

    def expect_write_error(self, path, reason):
        before = set(os.listdir(self.folder))
        done = run(self.capture, "--json", path)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Atandem-pcap: [^\n]+\n\Z")
        self.assertIn(f"{path}: cannot write: {reason}", done.stderr)
        self.assertEqual(set(os.listdir(self.folder)), before)

    def test_an_output_that_cannot_be_written_is_an_error(self):
        self.expect_write_error(self.folder / "no" / "o.json", "No such file or directory")
        self.expect_write_error(self.folder, "Is a directory")
        self.expect_write_error("/dev/full", "No space left on device")

    def test_a_full_standard_output_is_an_error(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([PROGRAM, self.capture], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr,
                         r"\Atandem-pcap: standard output: cannot write: No space[^\n]+\n\Z")

    def test_an_old_output_is_replaced_and_a_link_to_it_kept(self):
        target, link = self.folder / "old.json", self.folder / "link.json"
        target.write_text("old")
        link.symlink_to(target)
        run(self.capture, "--json", link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(json.loads(target.read_text())["packet_count"], 300_000)

    def test_a_device_is_written_to_and_stays_a_device(self):
        done = run(self.capture, "--json", "/dev/null", "--csv", "/dev/stdout")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(pathlib.Path("/dev/null").is_char_device())
        self.assertIn("\ntimestamp,ip_packets,", done.stdout)

    def test_a_name_that_is_no_utf8_leaves_json_valid(self):
        odd = self.folder / os.fsdecode(b'odd \xff "name".pcap')
        os.link(self.capture, odd)
        run(odd, "--json", self.folder / "odd.json")
        name = json.loads((self.folder / "odd.json").read_text(encoding="utf-8"))["capture"]["name"]
        self.assertEqual(name, 'odd \N{REPLACEMENT CHARACTER} "name".pcap')


if __name__ == "__main__":
    unittest.main()
