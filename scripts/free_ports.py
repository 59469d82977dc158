#!/usr/bin/env python3
"""Ports of the loopback at which no program listens, for servers that must know theirs before they start.

    free_ports.py [COUNT]

The system assigns ports from 32768 on to servers that ask for port 0, and to clients. It could assign
such a port to another program before the server uses it. These ports are lower.
"""

import random
import socket
import sys


def free_ports(count):
    held = {}
    for port in random.sample(range(20_000, 32_768), 1000):
        if len(held) == count:
            break
        try:
            held[port] = socket.create_server(("127.0.0.1", port))
        except OSError:
            pass  # another program has it
    for each in held.values():
        each.close()
    if len(held) < count:
        sys.exit("free_ports: no port is free")
    return list(held)


if __name__ == "__main__":
    print(*free_ports(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
