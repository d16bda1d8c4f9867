#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles one file and checks that it fails with the message that its first line names.

The first line of the file reads `// expect: <message>`. The message must stand in the first error of
the compiler, on one line: what comes below, users do not read. With --must-compile the file must
compile instead.
"""

import argparse
import os
import pathlib
import subprocess
import sys

PREFIX = "// expect: "


def compile_file(options):
    command = [options.compiler, "-std=c++23", "-fsyntax-only"]
    for folder in options.include.split(";"):
        if folder:
            command.append("-I" + folder)
    command.append(str(options.file))
    # In another language the compiler would not say "error".
    return subprocess.run(command, capture_output=True, text=True,
                          env=dict(os.environ, LC_ALL="C.UTF-8"), check=False)


def complaint(options):
    """What is wrong with the outcome, or None."""
    first_line = options.file.read_text(encoding="utf-8").split("\n", 1)[0]
    expected = first_line.removeprefix(PREFIX).strip()
    if not options.must_compile and (not first_line.startswith(PREFIX) or not expected):
        return f"the first line must read `{PREFIX}<message>`"
    done = compile_file(options)
    if options.must_compile:
        return None if done.returncode == 0 else "does not compile:\n" + done.stderr
    if done.returncode == 0:
        return f"compiles, but must fail with: {expected}"
    errors = [line for line in done.stderr.splitlines() if "error" in line]
    if not errors or expected not in errors[0]:
        return f"the first error is not: {expected}\nIt says:\n{done.stderr}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", default="", help="folders, separated by semicolons")
    parser.add_argument("--must-compile", action="store_true")
    parser.add_argument("file", type=pathlib.Path)
    options = parser.parse_args()

    wrong = complaint(options)
    if wrong:
        sys.exit(f"{options.file}: {wrong}")


if __name__ == "__main__":
    main()
