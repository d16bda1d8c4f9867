# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""The facts about a machine without which a measurement means nothing."""

import os
import platform
import re
import subprocess
from pathlib import Path


def read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def first_match(pattern: str, text: str, otherwise: str = "unknown") -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1).strip() if found else otherwise


def memory_gib() -> float:
    return int(first_match(r"^MemTotal:\s+(\d+)", read("/proc/meminfo"), "0")) / 2**20


def compiler(build_dir: Path) -> str:
    cache = read(str(build_dir / "CMakeCache.txt"))
    program = first_match(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", cache, "")
    if not program:
        return "unknown"
    build_type = first_match(r"^CMAKE_BUILD_TYPE:\w+=(.+)$", cache, "none")
    flags = first_match(rf"^CMAKE_CXX_FLAGS_{build_type.upper()}:\w+=(.*)$", cache, "")
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return f"{shown.stdout.splitlines()[0]}, {build_type} ({flags})"


def governor() -> str:
    governors = {read(str(path)).strip() for path in
                 Path("/sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_governor")}
    return ", ".join(sorted(governors)) or "not visible here"


def load() -> str:
    """A machine that is busy with something else measures that as well."""
    one_minute = os.getloadavg()[0]
    warning = "  WARNING: the machine was not quiet" if one_minute > 0.5 else ""
    return f"{one_minute:.2f} in the last minute{warning}"


def facts(build_dir: Path) -> dict[str, str]:
    cpuinfo = read("/proc/cpuinfo")
    virtual = ", virtual" if " hypervisor" in cpuinfo else ""
    allowed = sorted(os.sched_getaffinity(0))
    return {
        "machine": f"{os.cpu_count()} CPUs, {memory_gib():.1f} GiB, {platform.machine()}{virtual}",
        "cpu": first_match(r"^model name\s*:\s*(.+)$", cpuinfo),
        "system": first_match(r'^PRETTY_NAME="?([^"\n]+)', read("/etc/os-release")),
        "kernel": platform.release(),
        "compiler": compiler(build_dir),
        "python": platform.python_version(),
        "governor": governor(),
        "affinity": f"CPUs {', '.join(map(str, allowed))}; engines are not pinned",
        "load": load(),
    }
