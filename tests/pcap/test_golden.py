#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""tandem-pcap against numbers that an independent program computed from real captures.

The captures belong to other projects and are not part of this one. The environment variable
TANDEM_CAPTURES names a folder with captures/ and golden/; without it the test is skipped.
"""
import json
import math
import os
import pathlib
import sys
import tempfile
import unittest
from decimal import Decimal

from program import run

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("TANDEM_CAPTURES") or ROOT.parent / "shared" / "pcap")
SKIPPED = 77

# Classic pcap of Ethernet frames, without tunnels. The value is the exit status.
CAPTURES = {
    "test-cc": 0,
    "example": 0,
    "ip-frag": 0,
    "tls2-out-of-order": 0,
    "nfsv2-big-endian": 0,
    "100-packets-ns": 0,
    "edge-constant-gap": 0,
    "smtp-cut-record": 1,  # a record in the middle claims 3.9 GB: analysed up to there, reported
}


def is_close(a, b, tolerance):
    undefined = [x is None or math.isnan(float(x)) for x in (a, b)]
    if any(undefined):
        return all(undefined)
    a, b = float(a), float(b)
    # Skewness and kurtosis are differences: near zero only the absolute distance means something.
    least = 1.0 if tolerance > 1e-8 else 1e-12
    return abs(a - b) <= tolerance * max(abs(a), abs(b), least)


class Golden(unittest.TestCase):
    def analyse(self, golden, status, workers):
        capture = FOLDER / "captures" / golden["capture"]["name"]
        interval = format(Decimal(golden["settings"]["delta_t"]), "f")
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "o.json"
            done = run(capture, "--interval", interval, "--workers", workers, "--json", output)
            self.assertEqual(done.returncode, status, done.stderr)
            return json.loads(output.read_text())

    def compare(self, wanted, found):
        for key in ("packet_count", "intervals", "distinct_ports_whole_run"):
            self.assertEqual(found[key], wanted[key], key)
        self.assertEqual(list(found["per_interval"]), list(wanted["per_interval"]))
        for key, column in wanted["per_interval"].items():
            tolerance = 1e-6 if key in ("iat_skew", "iat_kurt") else 1e-9
            for a, b in zip(column, found["per_interval"][key], strict=True):
                equal = a == b if isinstance(a, int) else is_close(a, b, tolerance)
                self.assertTrue(equal, f"{key}: {b}, expected {a}")
        # All digits, not only those of a double.
        self.assertEqual(found["per_interval"]["timestamp"], wanted["per_interval"]["timestamp"])
        for a, b in zip(wanted["per_interval"]["iat_mean"], found["per_interval"]["iat_mean"]):
            self.assertEqual(Decimal(a), Decimal(b))

    def test_every_number(self):
        for name, status in CAPTURES.items():
            golden = json.loads((FOLDER / "golden" / f"{name}.json").read_text())
            for workers in (1, 2, 7):
                with self.subTest(name, workers=workers):
                    self.compare(golden, self.analyse(golden, status, workers))


if __name__ == "__main__":
    if not (FOLDER / "golden").is_dir():
        print(f"skipped: no captures in {FOLDER}")
        sys.exit(SKIPPED)
    unittest.main()
