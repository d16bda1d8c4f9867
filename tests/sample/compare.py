#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""Compares the numbers of two analyses of a capture.

    compare.py GOLDEN MINE

Both are JSON as `tandem-pcap --json` writes it, gzipped or not. All that GOLDEN has of
packet_count, intervals, per_interval and distinct_ports_whole_run must be in MINE, and no other
column in its per_interval. Counts and time stamps must be equal, ratios within 1e-9 relative,
skewness and kurtosis within 1e-6 (absolute below 1). An undefined number is null in MINE; GOLDEN
may also say "nan".
Prints the differences; the exit status is 1 if there are any, and 2 for a file that cannot be read.
"""
import gzip
import json
import sys
from decimal import Decimal

EXACT = {
    "timestamp", "ip_packets", "distinct_src", "distinct_dst", "tcp_syn", "tcp_fin",
    "tcp_src_port_count", "tcp_dst_port_count", "udp_src_port_count", "udp_dst_port_count",
}  # fmt: skip
MOMENTS = {"iat_skew", "iat_kurt"}
SHOWN = 20


def load(path):
    with open(path, "rb") as file:
        data = file.read()
    return json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)


def is_undefined(value):
    return value is None or str(value).lower() == "nan"


def as_count(value):
    """A count must be written as one: 3.0 and "3" are no counts."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def is_number(value):
    return isinstance(value, (int, float, str)) and not isinstance(value, bool)


def agree(column, golden, mine):
    if is_undefined(golden):
        return mine is None
    if not is_number(mine) or is_undefined(mine):
        return False
    if column == "timestamp":
        return isinstance(mine, str) and Decimal(golden) == Decimal(mine)
    if column in EXACT:
        return golden == as_count(mine)
    golden, mine = Decimal(str(golden)), Decimal(str(mine))
    if column in MOMENTS:
        return abs(golden - mine) <= Decimal("1e-6") * max(abs(golden), 1)
    return abs(golden - mine) <= Decimal("1e-9") * abs(golden)


def column_differences(column, golden, mine):
    if len(golden) != len(mine):
        yield f"{column}: {len(golden)} values expected, {len(mine)} found"
    for index, (wanted, found) in enumerate(zip(golden, mine)):
        if not agree(column, wanted, found):
            yield f"{column}[{index}]: {wanted!r} expected, {found!r} found"


def differences(golden, mine):
    """Yields a line for each difference."""
    for name in ("packet_count", "intervals"):
        if golden[name] != as_count(mine.get(name)):
            yield f"{name}: {golden[name]!r} expected, {mine.get(name)!r} found"
    ports = mine.get("distinct_ports_whole_run", {})
    for name, wanted in golden["distinct_ports_whole_run"].items():
        if wanted != as_count(ports.get(name)):
            yield f"distinct_ports_whole_run.{name}: {wanted!r} expected, {ports.get(name)!r} found"
    columns = mine.get("per_interval", {})
    for column, wanted in golden["per_interval"].items():
        yield from column_differences(column, wanted, columns.get(column, []))
    for column in columns.keys() - golden["per_interval"].keys():
        yield f"{column}: a column that was not expected"


def main(arguments):
    if len(arguments) != 2:
        print("usage: compare.py GOLDEN MINE", file=sys.stderr)
        return 2
    try:
        golden, mine = map(load, arguments)
    except (OSError, ValueError) as problem:
        print(f"compare.py: {problem}", file=sys.stderr)
        return 2
    found = list(differences(golden, mine))
    for line in found[:SHOWN]:
        print(line)
    if len(found) > SHOWN:
        print(f"and {len(found) - SHOWN} more")
    print(f"{len(found)} differences in {golden['intervals']} intervals")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
