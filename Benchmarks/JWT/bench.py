"""Measures verifying and issuing a token, the HMAC alone, and PyJWT.

    python bench.py BENCHMARK [--rounds 15]     JWTBenchmark of a release build

JWTBenchmark and PyJWT take turns, because the speed of the machine changes. A ratio compares two
times of the same round, and the result is the median of the rounds. Both make the same checks:
HS256 only, signature, issuer, audience, times, and that the claims are present. PyJWT gets the key
as bytes and checks neither `kid` nor `typ`. Prints Markdown.
"""

import argparse
import json
import platform
import statistics
import subprocess
import time
from collections.abc import Callable

import jwt

CALLS = 2000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("benchmark")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()

    decode = pyjwt(json.loads(run(options.benchmark, "--print-token")))
    times: dict[str, list[float]] = {}
    for _ in range(options.rounds + 1):
        for line in run(options.benchmark).splitlines():
            name, nanoseconds = line.split("\t")
            times.setdefault(name, []).append(float(nanoseconds))
        name = f"PyJWT {jwt.__version__}, decode, Python {platform.python_version()}"
        times.setdefault(name, []).append(nanoseconds_of(decode))

    hmac, verify = list(times.values())[:2]
    print(f"| medians of {options.rounds} rounds | ns | times the HMAC | times verify |")
    print("| --- | --- | --- | --- |")
    for name, values in times.items():
        median = statistics.median(values[1:])  # the first warms up
        print(f"| {name} | {median:.0f} | {ratio(values, hmac):.1f} | {ratio(values, verify):.2f} |")


def run(*command: str) -> str:
    return subprocess.check_output(command, text=True)


def pyjwt(order: dict[str, str]) -> Callable[[], None]:
    decoder = jwt.PyJWT()
    key, token = order["secret"].encode(), order["token"]
    checks = {
        "algorithms": ["HS256"],
        "issuer": order["issuer"],
        "audience": order["audience"],
        "options": {"require": ["exp", "iat", "iss", "aud", "sub", "jti"]},
    }
    return lambda: decoder.decode(token, key, **checks)


def nanoseconds_of(call: Callable[[], None]) -> float:
    begin = time.perf_counter_ns()
    for _ in range(CALLS):
        call()
    return (time.perf_counter_ns() - begin) / CALLS


def ratio(one: list[float], other: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(one[1:], other[1:]))


main()
