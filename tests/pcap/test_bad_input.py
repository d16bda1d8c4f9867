#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""What tandem-pcap cannot read: one line on standard error, and an exit status that says why."""
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest

from program import PROGRAM, FRAME, HEADER, record, run


class BadInput(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, content):
        path = self.folder / "a.pcap"
        path.write_bytes(content)
        return path

    def expect(self, arguments, status, *words):
        done = run(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertRegex(done.stderr, r"\Atandem-pcap: [^\n]+\n\Z")
        for word in words:
            self.assertIn(str(word), done.stderr)
        return done

    def expect_refused(self, content, *words):
        path = self.write(content)
        done = self.expect([path], 1, path, *words)
        self.assertEqual(done.stdout, "")

    def test_no_such_file(self):
        path = self.folder / "missing.pcap"
        self.expect([path], 1, path, "No such file or directory")

    def test_a_directory(self):
        self.expect([self.folder], 1, self.folder, "is a directory")

    def test_a_fifo_is_refused_without_waiting_for_a_writer(self):
        path = self.folder / "fifo"
        os.mkfifo(path)
        self.expect([path], 1, path, "is not a regular file")

    def test_no_permission(self):
        path = self.write(HEADER)
        path.chmod(0o000)
        self.folder.chmod(0o755)
        nobody = 65534 if os.geteuid() == 0 else None  # root may read everything
        try:
            done = subprocess.run([PROGRAM, path], user=nobody, capture_output=True, text=True,
                                  timeout=60, check=False)
        except PermissionError:
            self.skipTest("the program itself is out of reach for another user")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"tandem-pcap: {path}: Permission denied\n")

    def test_an_empty_file(self):
        self.expect_refused(b"", "is empty")

    def test_a_text_file(self):
        self.expect_refused(b"Dear reader,\nthis is no capture.\n", "is text")

    def test_a_file_cut_inside_the_global_header(self):
        for length in range(4, 24):
            self.expect_refused(HEADER[:length], f"global header: {length} of 24 bytes")

    def test_other_formats_are_named(self):
        self.expect_refused(b"\x0a\x0d\x0d\x0a" + bytes(60), "pcapng")
        self.expect_refused(b"\x1f\x8b\x08" + bytes(60), "gzip")
        self.expect_refused(b"\x28\xb5\x2f\xfd" + bytes(60), "zstd")
        self.expect_refused(b"\x7fELF" + bytes(60), "0x7f454c46")

    def test_other_link_types_are_named(self):
        header = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 127)
        self.expect_refused(header, "127 (IEEE802_11_RADIOTAP)")

    def test_a_record_that_claims_4_gib(self):
        path = self.write(HEADER + record(1, 0) + record(2, 0, captured=0xFFFFFFFF))
        done = self.expect([path], 1, path, "offset 82", "4294967295")
        self.assertIn("2 packets", done.stdout)

    def test_a_file_cut_inside_the_last_record_is_analysed(self):
        path = self.write(HEADER + record(1, 0) + record(11, 0)[:-3])
        done = self.expect([path], 0, path, "warning", "offset 82")
        self.assertIn("2 packets, 1 intervals", done.stdout)

    def test_a_file_cut_inside_the_last_record_header_is_analysed(self):
        path = self.write(HEADER + record(1, 0) + record(11, 0)[:15])
        done = self.expect([path], 0, path, "warning", "offset 82")
        self.assertIn("1 packets", done.stdout)

    def test_a_capture_without_packets_is_fine(self):
        done = run(self.write(HEADER))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("0 packets, 0 intervals", done.stdout)


class BadUsage(unittest.TestCase):
    def expect_usage_error(self, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, r"\Atandem-pcap: [^\n]+ \(see tandem-pcap --help\)\n\Z")
        self.assertEqual(done.stdout, "")

    def test_no_capture(self):
        self.expect_usage_error()

    def test_unknown_option(self):
        self.expect_usage_error("a.pcap", "--fast")

    def test_two_captures(self):
        self.expect_usage_error("a.pcap", "b.pcap")

    def test_impossible_intervals(self):
        for interval in ("0", "-1", "nan", "inf", "ten", "1e400", "", "0.0", "99999999999"):
            self.expect_usage_error("a.pcap", "--interval=" + interval)

    def test_impossible_numbers_of_workers(self):
        for workers in ("0", "-1", "two", "100000", ""):
            self.expect_usage_error("a.pcap", "--workers=" + workers)

    def test_help_and_version_are_no_errors(self):
        for option in ("--help", "--version"):
            done = run(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("tandem-pcap", done.stdout)

    def test_an_output_never_overwrites_the_capture(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.pcap"
            content = HEADER + record(1, 0, FRAME)
            path.write_bytes(content)
            (pathlib.Path(folder) / "link").symlink_to(path)
            for option in ("--json", "--csv"):
                self.expect_usage_error(path, option, path)
                self.expect_usage_error(path, option, f"{folder}/./a.pcap")
                self.expect_usage_error(path, option, f"{folder}/link")
            self.expect_usage_error(path, "--json", f"{folder}/o", "--csv", f"{folder}/o")
            self.assertEqual(path.read_bytes(), content)


if __name__ == "__main__":
    unittest.main()
