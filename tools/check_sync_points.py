#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that memory orders explain themselves.

  release, acquire  A comment at the statement names the synchronisation point: // [published]
                    The name is declared once, in the comment above the includes of the same file
                    (or of one that shares its name up to the first dot), or else of exactly one
                    other file, on a line of its own:   //   [published]  what stores -> what loads
                    A declared name is used by at least one store and at least one load.
  relaxed, seq_cst  A comment at the statement says why.
  consume           is not used, and neither is the order that an atomic has when none is given.

The comments of a statement are those on its lines and those directly above it.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Iterator, NamedTuple

sys.dont_write_bytecode = True
from source_tree import Finding, Line, cpp_files, main, read, split_lines  # noqa: E402

ORDER = re.compile(
    r"\b(?:memory_order(?:_|::)|__ATOMIC_)(relaxed|acquire|release|acq_rel|seq_cst|consume)\b",
    re.IGNORECASE,
)
ORDERLESS = re.compile(
    r"(?:\.|->)(?:store|load|exchange|compare_exchange_(?:weak|strong)|fetch_(?:add|sub|and|or|xor))"
    r"\s*\("
)
DECLARATION = re.compile(r"^\s*\[([a-z][a-z0-9_]*)\]\s+\S")
USE = re.compile(r"(?<!\w)\[([a-z][a-z0-9_]*)\]")
STORES = {"release", "acq_rel", "seq_cst"}
LOADS = {"acquire", "acq_rel", "seq_cst"}


class Declaration(NamedTuple):
    path: Path
    line: int
    name: str


class Statement(NamedTuple):
    line: int
    code: str
    comment: str


def unit(path: Path) -> Path:
    """What a header and its sources share: src/shm/ring for ring.hpp and ring.linux.cpp."""
    return path.parent / path.name.split(".")[0]


def declarations(path: Path, lines: list[Line]) -> Iterator[Declaration]:
    for number, line in enumerate(lines, start=1):
        code = line.code.strip()
        if code and not code.startswith("#pragma"):
            return
        match = DECLARATION.match(line.comment)
        if match:
            yield Declaration(path, number, match[1])


def statements(lines: list[Line]) -> Iterator[Statement]:
    """Pieces of code that end in `;`, `{` or `}`, with the comments that belong to them."""
    code: list[str] = []
    comments: list[str] = []
    above: list[str] = []
    for number, line in enumerate(lines, start=1):
        text = line.code.strip()
        if not text and not code:
            above = [*above, line.comment] if line.comment.strip() else []
            continue
        code.append(text)
        comments.append(line.comment)
        if text.endswith((";", "{", "}")) or text.startswith("#"):
            yield Statement(number - len(code) + 1, " ".join(code), "\n".join([*above, *comments]))
            code, comments, above = [], [], []
    if code:
        yield Statement(len(lines), " ".join(code), "\n".join([*above, *comments]))


class Check:
    def __init__(self, root: Path) -> None:
        self.lines = {
            path: split_lines(read(root, path))
            for path in cpp_files(root, ["include", "src", "apps", "examples"])
        }
        self.declared: dict[str, list[Declaration]] = defaultdict(list)
        self.used_by: dict[Declaration, set[str]] = defaultdict(set)  # "store", "load"
        for path, lines in self.lines.items():
            for declaration in declarations(path, lines):
                self.declared[declaration.name].append(declaration)

    def findings(self) -> Iterator[Finding]:
        for path, lines in self.lines.items():
            for statement in statements(lines):
                yield from self.statement(path, statement)
        for several in self.declared.values():
            yield from self.declared_twice(several)
            for declaration in several:
                yield from self.used_on_both_sides(declaration)

    def statement(self, path: Path, statement: Statement) -> Iterator[Finding]:
        orders = {order.lower() for order in ORDER.findall(statement.code)}
        if not orders:
            if ORDERLESS.search(statement.code):
                yield Finding(path, statement.line, "an atomic operation says its memory order")
            return
        if "consume" in orders:
            yield Finding(path, statement.line, "memory_order_consume is not used")
        if not statement.comment.strip():
            names = " and ".join(sorted(orders))
            yield Finding(path, statement.line, f"{names}: a comment here names it, or says why")
        elif orders & {"acquire", "release", "acq_rel"}:
            yield from self.named(path, statement, orders)
        else:
            self.note_uses(path, statement, orders)

    def named(self, path: Path, statement: Statement, orders: set[str]) -> Iterator[Finding]:
        names = USE.findall(statement.comment)
        if not names:
            yield Finding(path, statement.line, "the comment names no [synchronisation_point]")
        for name in names:
            if not self.resolve(path, name):
                known = [str(d.path) for d in self.declared[name]]
                where = f"declared in {', '.join(known)}" if known else "not declared above includes"
                yield Finding(path, statement.line, f"[{name}] is {where}")
        self.note_uses(path, statement, orders)

    def note_uses(self, path: Path, statement: Statement, orders: set[str]) -> None:
        for name in USE.findall(statement.comment):
            declaration = self.resolve(path, name)
            if declaration and orders & STORES:
                self.used_by[declaration].add("store")
            if declaration and orders & LOADS:
                self.used_by[declaration].add("load")

    def resolve(self, path: Path, name: str) -> Declaration | None:
        candidates = self.declared.get(name, [])
        near = [d for d in candidates if unit(d.path) == unit(path)]
        if near:
            return near[0]
        return candidates[0] if len(candidates) == 1 else None

    def declared_twice(self, several: list[Declaration]) -> Iterator[Finding]:
        seen: dict[Path, Declaration] = {}
        for declaration in several:
            first = seen.setdefault(unit(declaration.path), declaration)
            if first is not declaration:
                message = f"[{first.name}] is declared in {first.path}:{first.line} already"
                yield Finding(declaration.path, declaration.line, message)

    def used_on_both_sides(self, declaration: Declaration) -> Iterator[Finding]:
        for side in sorted({"store", "load"} - self.used_by[declaration]):
            message = f"[{declaration.name}] is used by no {side}"
            yield Finding(declaration.path, declaration.line, message)


def check(root: Path) -> list[Finding]:
    return list(Check(root).findings())


if __name__ == "__main__":
    main(__doc__.split("\n")[0], check)
