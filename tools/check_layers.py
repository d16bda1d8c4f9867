#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that includes follow the layers: a layer includes only itself and lower ones.

Rules, in the order of the code below:
  1. A folder of src/ includes itself and folders with a lower number, never its own number.
  2. Public headers include neither src/ nor system headers; layers from `wire` up may include them.
  3. Only src/os includes system headers.
  4. Apps, examples and benchmarks use Tandem as installed: <tandem/...>, never src/.
  5. Nobody outside src/os asks the preprocessor for the operating system.
  6. No file includes itself, not even over others.
"""

import re
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

sys.dont_write_bytecode = True
from source_tree import Finding, cpp_files, main, read, split_lines  # noqa: E402

LAYERS = {
    "os": 0,
    "fault": 0,
    "shm": 1,
    "wire": 1,
    "launch": 2,
    "channel": 2,
    "runtime": 3,
    "api": 4,
}
FIRST_LAYER_THAT_SEES_PUBLIC_HEADERS = LAYERS["wire"]
FOLDERS_ON_THAT_LEVEL_THAT_DO_NOT = {"shm"}

# Third-party headers by the beginning of their name, and who may include them.
LIBRARY = {"src", "include"}
PROGRAMS = {"apps", "examples", "bench"}
THIRD_PARTY = {
    "boost/": LIBRARY | PROGRAMS,
    "fmt/": LIBRARY | PROGRAMS,
    "openssl/": {"src"},
    "CLI/": PROGRAMS,
    "nlohmann/": PROGRAMS,
    "benchmark/": {"bench"},
    "oneapi/": {"bench"},
    "pcap/": PROGRAMS,
    "zmq.h": {"bench"},
    "zmq.hpp": {"bench"},
}


class Exemption(NamedTuple):
    headers: set[str]
    reason: str


# Files outside src/os that may include these system headers.
EXEMPTIONS = {
    "apps/pcap/mapped_file.linux.cpp": Exemption(
        {"fcntl.h", "sys/mman.h", "sys/stat.h", "unistd.h"},
        "maps the capture; Tandem has no public type for a mapped file",
    ),
    "apps/pcap/terminal.posix.cpp": Exemption(
        {"unistd.h"}, "asks whether an output is a terminal, which C++ cannot"
    ),
}

# Benchmarks measure against bare system calls.
AREAS_WITH_SYSTEM_HEADERS = {"bench"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<(?P<angle>[^>]+)>|"(?P<quote>[^"]+)")')
CONDITION = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif|elifdef|elifndef)\b(?P<condition>.*)")
OPERATING_SYSTEM = re.compile(
    r"\b(?:__linux__|__linux|linux|__gnu_linux__|__APPLE__|__MACH__|TARGET_OS_\w+|_WIN32|_WIN64|"
    r"__CYGWIN__|__ANDROID__|__FreeBSD__|__NetBSD__|__OpenBSD__|__DragonFly__|__sun|__unix__|"
    r"__unix|__EMSCRIPTEN__|_POSIX_VERSION|BOOST_OS_\w+)\b"
)


class Include(NamedTuple):
    line: int
    name: str
    angled: bool
    file: Path | None  # the file of this project that is meant


def area(path: Path) -> str:
    return path.parts[0]


def includes(root: Path, path: Path) -> Iterator[Include]:
    # The code tells an include from a comment; the text of its quotes is in the raw line only.
    text = read(root, path)
    for number, (line, raw) in enumerate(zip(split_lines(text), text.split("\n")), start=1):
        match = INCLUDE.match(raw)
        if match and line.code.lstrip().startswith("#"):
            angled = match["angle"] is not None
            name = match["angle"] if angled else match["quote"]
            yield Include(number, name, angled, resolve(root, path, name, angled))


def resolve(root: Path, path: Path, name: str, angled: bool) -> Path | None:
    beside = [] if angled else [path.parent]
    programs = [Path(*path.parts[:depth]) for depth in range(len(path.parts) - 1, 0, -1)]
    for folder in [*beside, Path("include"), Path("src"), *programs]:
        if (root / folder / name).is_file():
            return Path((root / folder / name).resolve().relative_to(root.resolve()))
    return None


def layer_of(path: Path) -> str | None:
    """`os` for src/os/x.hpp, `public` for a public header, None for what has no layer."""
    if area(path) == "include":
        return "public"
    return path.parts[1] if area(path) == "src" and len(path.parts) > 2 else None


def wrong_layer(path: Path, include: Include) -> str | None:
    """Rules 1, 2 and 4, for includes of our own files."""
    source = layer_of(path)
    target = layer_of(include.file)
    if area(path) in PROGRAMS:
        if target == "public" and not include.angled:
            return f"includes Tandem as <{include.name}>, not with quotes"
        if target not in (None, "public"):
            return "uses Tandem as installed: nothing of src/"
        if target is None and area(include.file) != area(path):
            return f"includes {include.file}, of another folder"
        return None
    if source is None or target is None:
        return f"includes {include.file}, which belongs to no layer"
    if source == "public":
        return None if target == "public" else "a public header includes nothing of src/"
    if target == "public":
        sees = LAYERS[source] >= FIRST_LAYER_THAT_SEES_PUBLIC_HEADERS
        if sees and source not in FOLDERS_ON_THAT_LEVEL_THAT_DO_NOT:
            return None
        return f"src/{source} is below the public headers"
    if target in LAYERS and (source == target or LAYERS[target] < LAYERS[source]):
        return None
    return f"src/{source} (layer {LAYERS[source]}) includes src/{target}, which is not below it"


def foreign(path: Path, include: Include, exempt: set[str]) -> str | None:
    """Rule 3, for headers that are not ours; the C++ library's have no suffix."""
    for beginning, areas in THIRD_PARTY.items():
        if include.name.startswith(beginning):
            return None if area(path) in areas else f"<{include.name}> is not for {area(path)}/"
    if not include.angled:
        return f'"{include.name}" is no file of this project'
    if "." not in include.name and "/" not in include.name:
        return None
    if layer_of(path) == "os" or area(path) in AREAS_WITH_SYSTEM_HEADERS:
        return None
    if include.name in exempt:
        return None
    return f"<{include.name}> is a system header: only src/os includes those"


def check_file(root: Path, path: Path, exempt: set[str]) -> Iterator[Finding]:
    layer = layer_of(path)
    if area(path) == "src" and layer not in LAYERS:
        yield Finding(path, 0, "is in no layer: tools/check_layers.py lists them")
        return
    for include in includes(root, path):
        problem = (
            wrong_layer(path, include) if include.file else foreign(path, include, exempt)
        )
        if problem:
            yield Finding(path, include.line, problem)


def check_conditions(root: Path, path: Path) -> Iterator[Finding]:
    """Rule 5."""
    if layer_of(path) == "os":
        return
    for number, line in enumerate(split_lines(read(root, path)), start=1):
        match = CONDITION.match(line.code)
        found = OPERATING_SYSTEM.search(match["condition"]) if match else None
        if found:
            yield Finding(path, number, f"{found.group()}: only src/os knows operating systems")


def cycles(graph: dict[Path, list[Path]]) -> Iterator[Finding]:
    """Rule 6: one finding for each include that closes a cycle."""
    done: set[Path] = set()

    def visit(path: Path, trail: list[Path]) -> Iterator[Finding]:
        if path in trail:
            loop = [*trail[trail.index(path) :], path]
            yield Finding(path, 0, "includes itself: " + " -> ".join(map(str, loop)))
        elif path not in done:
            for target in graph.get(path, []):
                yield from visit(target, [*trail, path])
            done.add(path)

    for path in graph:
        yield from visit(path, [])


def stale(root: Path, exemptions: dict[str, Exemption]) -> Iterator[Finding]:
    for file, exemption in exemptions.items():
        path = Path(file)
        used = {i.name for i in includes(root, path)} if (root / path).is_file() else set()
        for header in sorted(exemption.headers - used):
            yield Finding(path, 0, f"does not include <{header}>: remove it from the exemptions")


def check(root: Path, exemptions: dict[str, Exemption] = EXEMPTIONS) -> list[Finding]:
    findings: list[Finding] = []
    graph: dict[Path, list[Path]] = {}
    for path in cpp_files(root, ["include", "src", "apps", "examples", "bench"]):
        exemption = exemptions.get(str(path))
        findings += check_file(root, path, exemption.headers if exemption else set())
        findings += check_conditions(root, path)
        graph[path] = [i.file for i in includes(root, path) if i.file]
    for path in cpp_files(root, ["tests"]):
        findings += check_conditions(root, path)
    findings += cycles(graph)
    findings += stale(root, exemptions)
    return findings


if __name__ == "__main__":
    main(__doc__.split("\n")[0], check)
