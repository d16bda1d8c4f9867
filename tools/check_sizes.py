#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that no C++ file is over its limit of lines; clang-tidy does so for functions."""

import sys
from pathlib import Path
from typing import NamedTuple

sys.dont_write_bytecode = True
from source_tree import Finding, cpp_files, main, read  # noqa: E402

HEADER_LINES = 300
SOURCE_LINES = 400
TEST_LINES = 500


class Allowance(NamedTuple):
    lines: int
    reason: str


EXCEPTIONS: dict[str, Allowance] = {}


def limit(path: Path) -> int:
    if path.suffix in {".hpp", ".h", ".ipp"}:
        return HEADER_LINES
    return TEST_LINES if path.parts[0] == "tests" else SOURCE_LINES


def check(root: Path, allowed: dict[str, Allowance] = EXCEPTIONS) -> list[Finding]:
    findings = []
    seen = set()
    folders = ["include", "src", "apps", "examples", "bench", "tests", "tools"]
    for path in cpp_files(root, folders):
        lines = len(read(root, path).splitlines())
        exception = allowed.get(str(path))
        seen.add(str(path))
        if exception and lines <= limit(path):
            findings.append(Finding(path, 0, f"{lines} lines: its exception is not needed"))
        elif lines > (exception.lines if exception else limit(path)):
            most = exception.lines if exception else limit(path)
            findings.append(Finding(path, 0, f"{lines} lines, the limit is {most}"))
    for name in allowed.keys() - seen:
        findings.append(Finding(Path(name), 0, "does not exist: remove its exception"))
    return findings


if __name__ == "__main__":
    main(__doc__, check)
