#!/usr/bin/env python3
"""Ports of the loopback where nobody listens, for servers that must know theirs before they start.

    free_ports.py [COUNT]

Systems give out ports from 32768 on, to servers that ask for port 0 and to clients: such a port may be
somebody else's again before the server has taken it. These lie below.
"""

import random
import socket
import sys


def free_ports(count):
    held = {}
    while len(held) < count:
        port = random.randrange(20_000, 32_768)
        try:
            held[port] = socket.create_server(("127.0.0.1", port))
        except OSError:
            pass  # somebody has it
    for each in held.values():
        each.close()
    return list(held)


if __name__ == "__main__":
    print(*free_ports(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
