#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""An 802.1Q interface in user space: joins a tap device to one VLAN of a network device.

    capture_sample_vlan.py TAP PORT VLAN

What the system sends through TAP leaves PORT with the tag VLAN; what arrives at PORT with that tag
appears at TAP without it. tools/capture_sample uses it because small kernels are built without the
8021q module; the frames on the wire are the same.
Runs until it is killed, needs root, and works in the network namespace it is started in.
"""
import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
SOL_PACKET = 263
PACKET_AUXDATA = 8
VLAN_VALID = 1 << 4  # in tp_status of the auxiliary data
AUXDATA = struct.Struct("=IIIHHHH")  # status, length, captured, mac, net, tag, tag type
ETH_P_ALL = 3
TAG_TYPE = 0x8100
LONGEST_FRAME = 65536


def open_tap(name):
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap


def open_port(name):
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    port.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    port.bind((name, ETH_P_ALL))
    return port


def vlan_of(ancillary):
    """The kernel takes the tag out of a received frame and reports it in the auxiliary data."""
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, *_, tag, tag_type = AUXDATA.unpack(data[: AUXDATA.size])
            if status & VLAN_VALID and tag_type == TAG_TYPE:
                return tag & 0x0FFF
    return None


def port_to_tap(port, tap, vlan):
    frame, ancillary, _, sender = port.recvmsg(LONGEST_FRAME, socket.CMSG_SPACE(AUXDATA.size))
    if sender[2] != socket.PACKET_OUTGOING and vlan_of(ancillary) == vlan:
        os.write(tap, frame)


def tap_to_port(tap, port, vlan):
    frame = os.read(tap, LONGEST_FRAME)
    port.send(frame[:12] + struct.pack("!HH", TAG_TYPE, vlan) + frame[12:])


def main(arguments):
    tap_name, port_name, vlan = arguments[0], arguments[1], int(arguments[2])
    tap, port = open_tap(tap_name), open_port(port_name)
    while True:
        readable, _, _ = select.select([tap, port], [], [])
        if tap in readable:
            tap_to_port(tap, port, vlan)
        if port in readable:
            port_to_tap(port, tap, vlan)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(f"usage: {sys.argv[0]} TAP PORT VLAN")
    main(sys.argv[1:])
