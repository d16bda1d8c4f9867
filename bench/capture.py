# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""The capture of the question `pcap`: made once, kept in build/bench-data, read into the page cache."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKETS = 10_000_000
SECONDS = 900
SNAP_BYTES = 96
SEED = 1
NEEDED_BYTES = PACKETS * (SNAP_BYTES + 16)  # record headers have 16 bytes; the rest is at most this

ROOT = Path(__file__).resolve().parents[1]
GENERATOR_SOURCE = ROOT / "tools" / "generate_capture.cpp"


class CaptureError(Exception):
    """The capture cannot be made; the message says why."""


def capture_path(data_dir: Path) -> Path:
    """The name changes with the generator, so that a capture of an older one is never used."""
    version = hashlib.sha256(GENERATOR_SOURCE.read_bytes()).hexdigest()[:8]
    return data_dir / f"synthetic-{PACKETS}-{SECONDS}s-{SNAP_BYTES}b-{SEED}-{version}.pcap"


def require_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CaptureError(f"{folder} has {free / 1e9:.1f} GB free, the capture needs {needed / 1e9:.1f} GB")


def make_capture(generator: Path, path: Path) -> None:
    if not generator.exists():
        raise CaptureError(f"{generator} was not built (libcli11-dev not found?)")
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("synthetic-*.pcap*"):
        old.unlink()
    require_room(path.parent, NEEDED_BYTES)
    print(f"pcap: writing {path}, about {NEEDED_BYTES / 1e9:.1f} GB, once", file=sys.stderr)
    command = [generator, "--packets", PACKETS, "--seconds", SECONDS, "--snap", SNAP_BYTES,
               "--seed", SEED, path]
    done = subprocess.run([str(word) for word in command], check=False)
    if done.returncode != 0:
        raise CaptureError(f"{generator.name} ended with status {done.returncode}")


def warm(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while file.read(1 << 20):
            pass


def engine_arguments(bin_dir: Path, data_dir: Path) -> list[str]:
    """What every engine of `pcap` gets: the capture and the number of its packets."""
    path = capture_path(data_dir)
    if not path.exists():
        make_capture(bin_dir / "generate_capture", path)
    warm(path)
    return [str(path), str(PACKETS)]
