#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy-19 on our sources, as many at a time as there are CPUs.

  tools/run_tidy.py BUILD CACHE     BUILD has compile_commands.json, CACHE remembers what passed

A source that passed is not looked at again until something changes that clang-tidy reads: the source,
a header of ours that it includes over any number of others, its compile command, a .clang-tidy above
it, or the version of clang-tidy. System headers do not count.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

TIDY = "clang-tidy-19"
KEEP_DAYS = 30  # of an entry of the cache that no run asks for
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


class Source(NamedTuple):
    path: Path
    directory: str  # where the command runs
    command: str
    folders: tuple[Path, ...]  # where its includes are looked for


def sources(root: Path, build: Path) -> list[Source]:
    """Our sources in the compile commands, each once."""
    found: dict[Path, Source] = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = Path(entry["directory"], entry["file"]).resolve()
        if not path.is_relative_to(root) or path.is_relative_to(root / "build") or path in found:
            continue
        command = entry.get("command") or shlex.join(entry["arguments"])
        folders = include_folders(root, entry["directory"], command)
        found[path] = Source(path, entry["directory"], command, folders)
    return sorted(found.values())


def include_folders(root: Path, directory: str, command: str) -> tuple[Path, ...]:
    words = shlex.split(command)
    names = [word[2:] or after for word, after in zip(words, [*words[1:], ""]) if word[:2] == "-I"]
    names += [after for word, after in zip(words, words[1:]) if word in ("-isystem", "-iquote")]
    folders = [Path(directory, name).resolve() for name in names]
    return tuple(folder for folder in folders if folder.is_relative_to(root))


def files_read(source: Source) -> list[Path]:
    """The source and all files of ours that it may include, whatever the preprocessor decides."""
    seen = {source.path}
    queue = [source.path]
    while queue:
        path = queue.pop()
        for name in INCLUDE.findall(path.read_bytes()):
            for folder in [path.parent, *source.folders]:
                candidate = (folder / os.fsdecode(name)).resolve()
                if candidate not in seen and candidate.is_file():
                    seen.add(candidate)
                    queue.append(candidate)
    return sorted(seen)


def configurations(root: Path, path: Path) -> list[Path]:
    folders = [folder for folder in path.parents if folder.is_relative_to(root)]
    return [f / ".clang-tidy" for f in folders if (f / ".clang-tidy").is_file()]


def key(root: Path, source: Source, version: bytes) -> str:
    digest = hashlib.sha256(version + source.command.encode())
    read = files_read(source)
    above = {configuration for path in read for configuration in configurations(root, path)}
    for path in [*read, *sorted(above)]:
        content = path.read_bytes()
        digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def write_commands(folder: Path, todo: Iterable[Source]) -> None:
    """Commands for clang-tidy, which looks at a source once for each that it finds."""
    commands = [
        {"directory": source.directory, "file": str(source.path), "command": source.command}
        for source in todo
    ]
    (folder / "compile_commands.json").write_text(json.dumps(commands, indent=1))


def tidy(build: Path, source: Source) -> tuple[bool, str, float]:
    started = time.monotonic()
    command = [TIDY, "--quiet", "-p", build, source.path]
    ended = subprocess.run(command, capture_output=True, text=True)
    # On standard error are only counts of suppressed warnings, unless clang-tidy itself failed.
    output = ended.stdout + (ended.stderr if ended.returncode and not ended.stdout else "")
    return ended.returncode == 0, output, time.monotonic() - started


def tidy_all(root: Path, todo: dict[Source, Path]) -> int:
    """Leaves the entry of each source that passed; returns how many failed."""
    failed = 0
    with (
        tempfile.TemporaryDirectory() as commands,
        concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool,
    ):
        write_commands(Path(commands), todo)
        runs = {pool.submit(tidy, Path(commands), source): source for source in todo}
        for run in concurrent.futures.as_completed(runs):
            source = runs[run]
            passed, output, seconds = run.result()
            outcome = "passed" if passed else "FAILED"
            print(f"{outcome} {seconds:5.1f} s {source.path.relative_to(root)}", flush=True)
            if passed:
                todo[source].touch()
            else:
                failed += 1
                print(output, flush=True)
    return failed


def forget_old(cache: Path) -> None:
    for entry in cache.iterdir():
        if entry.stat().st_mtime < time.time() - KEEP_DAYS * 24 * 3600:
            entry.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("cache", type=Path)
    arguments = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    arguments.cache.mkdir(parents=True, exist_ok=True)

    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    todo: dict[Source, Path] = {}
    all_sources = sources(root, arguments.build)
    if not all_sources:
        sys.exit(f"{arguments.build}/compile_commands.json names no source of ours")
    for source in all_sources:
        entry = arguments.cache / key(root, source, version)
        if entry.exists():
            entry.touch()
        else:
            todo[source] = entry
    print(f"{len(all_sources)} sources, {len(all_sources) - len(todo)} known to pass", flush=True)

    failed = tidy_all(root, todo)
    forget_old(arguments.cache)
    sys.exit(f"{failed} of {len(all_sources)} sources failed" if failed else 0)


if __name__ == "__main__":
    main()
