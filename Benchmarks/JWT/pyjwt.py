"""Measures PyJWT at the token that JWTBenchmark verifies, and puts a row under its table.

    JWTBenchmark | python pyjwt.py "$(JWTBenchmark --print-token)"

The same is checked: HS256 alone, signature, issuer, audience, times, and that the claims are there.
PyJWT gets the key as bytes and looks at neither `kid` nor `typ`.
"""

import json
import platform
import statistics
import sys
import time

import jwt

BATCHES = 101
CALLS = 100


def main() -> None:
    order = json.loads(sys.argv[1])
    lines = sys.stdin.read().splitlines()  # ends when the other one has
    hmac, verify = (float(line.split("|")[2]) for line in lines[2:4])
    taken = nanoseconds(order)
    print(lines[0], "times verify |")
    print(lines[1], "--- |")
    for line in lines[2:]:
        print(line, f"{float(line.split('|')[2]) / verify:.2f} |")
    name = f"PyJWT {jwt.__version__}, decode, Python {platform.python_version()}"
    print(f"| {name} | {taken:.0f} | {taken / hmac:.1f} | {taken / verify:.1f} |")


def nanoseconds(order: dict[str, str]) -> float:
    decoder = jwt.PyJWT()
    key, token = order["secret"].encode(), order["token"]
    checks = {
        "algorithms": ["HS256"],
        "issuer": order["issuer"],
        "audience": order["audience"],
        "options": {"require": ["exp", "iat", "iss", "aud", "sub", "jti"]},
    }
    taken = []
    for _ in range(BATCHES + 1):
        begin = time.perf_counter_ns()
        for _ in range(CALLS):
            decoder.decode(token, key, **checks)
        taken.append((time.perf_counter_ns() - begin) / CALLS)
    return statistics.median(taken[1:])  # the first warms up


main()
