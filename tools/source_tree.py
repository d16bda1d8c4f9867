# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""What the checks in this folder share: finding C++ files, and telling code from comments."""

import argparse
import re
import sys
from pathlib import Path
from typing import Callable, Iterable, Iterator, NamedTuple

SUFFIXES = {".hpp", ".cpp", ".h", ".c", ".cc", ".ipp"}


class Finding(NamedTuple):
    path: Path  # relative to the root
    line: int  # counted from 1; 0 when it is about the whole file
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{where}: {self.message}"


class Line(NamedTuple):
    code: str  # the text of strings and characters is left out, their quotes stay
    comment: str  # without the marks that begin and end it


def cpp_files(root: Path, folders: Iterable[str]) -> Iterator[Path]:
    """The C++ files below the folders, relative to `root`, sorted."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                yield path.relative_to(root)


TOKEN = re.compile(
    r"""(?P<line_comment>//[^\n]*)
      | (?P<block_comment>/\*.*?(?:\*/|\Z))
      | (?P<raw>\b(?:u8|u|U|L)?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
      | (?P<string>"(?:\\.|[^"\\\n])*"?)
      | (?P<number>\b\d(?:'?[\w.])*)
      | (?P<character>'(?:\\.|[^'\\\n])*'?)
      | (?P<other>[A-Za-z_]\w*|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def join_continued_lines(text: str) -> str:
    """Appends to a line that ends in a backslash what follows it; the number of lines stays."""

    def join(match: re.Match[str]) -> str:
        return match.group().replace("\\\n", " ") + "\n" * match.group().count("\\\n")

    return re.sub(r"(?:[^\n]*\\\n)+[^\n]*", join, text)


def split_lines(text: str) -> list[Line]:
    """Code and comment of each line."""
    code: list[str] = [""]
    comment: list[str] = [""]

    def append(target: list[str], other: list[str], piece: str) -> None:
        first, *rest = piece.split("\n")
        target[-1] += first
        for part in rest:
            target.append(part)
            other.append("")

    for token in TOKEN.finditer(join_continued_lines(text)):
        piece = token.group()
        if token.lastgroup == "line_comment":
            append(comment, code, re.sub(r"^///?<?", "", piece))
        elif token.lastgroup == "block_comment":
            append(comment, code, re.sub(r"^/\*+|\*/$", "", piece))
        elif token.lastgroup == "character":
            append(code, comment, "''")
        elif token.lastgroup == "string":
            append(code, comment, '""')
        elif token.lastgroup == "raw":
            append(code, comment, '""' + "\n" * piece.count("\n"))
        else:
            append(code, comment, piece)
    return [Line(c, m) for c, m in zip(code, comment)]


def read(root: Path, path: Path) -> str:
    return (root / path).read_text(encoding="utf-8", errors="replace")


def main(description: str, check: Callable[[Path], list[Finding]]) -> None:
    """Runs a check on the tree, prints its findings, and exits with 1 if there are any."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    findings = check(parser.parse_args().root)
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
