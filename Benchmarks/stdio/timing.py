"""Measures whether the time of a refusal reveals a prefix of a key.

    python timing.py [--binary PATH] [--calls 40000]

It sends wrong keys of one length to one server in random order. They share 0 to all but one of
their leading bytes with the right key. It prints the median time for each length of the shared
prefix, and the slope of the time over that length with its 95 % confidence interval. A comparison
that stops at the first wrong byte has a slope of some nanoseconds a byte; here the interval must
contain zero. The measurement cannot show a slope smaller than the interval. More calls make the
interval narrower. This is a measurement, not a test: other load on the machine disturbs it.
"""

import argparse
import json
import pathlib
import random
import secrets
import statistics
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
BINARY = HERE.parent.parent / ".build/dist/CalculatorStdio"
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


def request(token: str) -> bytes:
    params = {"name": "add", "arguments": {"a": 1, "b": 2, "auth_token": token}, "_meta": META}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return json.dumps(call).encode() + b"\n"


def wrong(key: str, shared: int) -> str:
    """`key` with a wrong byte after its first `shared` bytes, and random bytes after that."""
    other = random.choice([c for c in "0123456789abcdef" if c != key[shared]])
    return key[:shared] + other + secrets.token_hex(32)[: len(key) - shared - 1]


def slope(points: list[tuple[int, float]]) -> tuple[float, float]:
    """Least squares: the slope and the half width of its 95 % interval."""
    xs, ys = zip(*points)
    line = statistics.linear_regression(xs, ys)
    mean = statistics.fmean(xs)
    rest = sum((y - line.intercept - line.slope * x) ** 2 for x, y in points) / (len(points) - 2)
    return line.slope, 1.96 * (rest / sum((x - mean) ** 2 for x in xs)) ** 0.5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=BINARY)
    parser.add_argument("--calls", type=int, default=40_000)
    options = parser.parse_args()

    key = secrets.token_hex(32)
    server = subprocess.Popen(
        [options.binary],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"CALCULATOR_API_KEY": key, "CALCULATOR_LOG": "off"},
        bufsize=0,
    )
    lengths = [random.randrange(len(key)) for _ in range(options.calls + 500)]
    points = []
    for number, shared in enumerate(lengths):
        line = request(wrong(key, shared))
        start = time.perf_counter_ns()
        server.stdin.write(line)
        reply = server.stdout.readline()
        took = time.perf_counter_ns() - start
        if b"authentication_failed" not in reply:
            raise SystemExit(f"a wrong key was not refused: {reply!r}")
        if number >= 500:  # the first ones warm up
            points.append((shared, took))
    server.stdin.close()
    server.wait()

    # Keep the faster half: the time that the scheduler adds hides a comparison.
    limit = sorted(took for _, took in points)[len(points) // 2]
    points = [(shared, took) for shared, took in points if took <= limit]
    print("| leading bytes right | refusals | median µs |\n| --- | --- | --- |")
    for low in range(0, len(key), 16):
        times = [took for shared, took in points if low <= shared < low + 16]
        print(f"| {low}–{low + 15} | {len(times)} | {statistics.median(times) / 1000:.2f} |")
    value, width = slope(points)
    verdict = "holds zero" if abs(value) <= width else "does not hold zero: run it again, then look"
    print(f"\nslope {value:+.2f} ± {width:.2f} ns a byte: the interval {verdict}")


if __name__ == "__main__":
    main()
