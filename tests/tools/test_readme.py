#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""The first screen of README.md shows the first example and what it prints, to the letter."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Readme(unittest.TestCase):
    def setUp(self):
        text = (ROOT / "README.md").read_text()
        self.blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    def test_first_block_is_the_first_example(self):
        example = (ROOT / "examples/01_pool_map.cpp").read_text()
        without_licence = example.split("\n\n", 1)[1]

        self.assertEqual(self.blocks[0], ("cpp", without_licence))

    def test_second_block_is_what_the_example_prints(self):
        printed = (ROOT / "examples/01_pool_map.expected").read_text()

        self.assertEqual(self.blocks[1], ("", printed))

    def test_block_about_processes_is_part_of_the_example(self):
        example = (ROOT / "examples/02_process.cpp").read_text()
        about_processes = [text for _, text in self.blocks if "mp::process " in text]

        self.assertEqual(len(about_processes), 1)
        self.assertIn(about_processes[0], example)

    def test_block_about_queues_is_part_of_the_example(self):
        example = (ROOT / "examples/05_two_queues.cpp").read_text()
        about_queues = [text for _, text in self.blocks if "mp::queue<" in text]

        self.assertEqual(len(about_queues), 1)
        self.assertIn(about_queues[0], example)


if __name__ == "__main__":
    unittest.main()
