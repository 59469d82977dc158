"""Measures whether the time of a 401 reveals a prefix of a key, or that a user exists.

    python timing.py [--binary PATH] [--calls 20000]

It sends wrong keys of one length over one connection in random order. They share 0 to all but one
of their leading bytes with the right key. It prints the median time for each length of the shared
prefix, and the slope of the time over that length with its 95 % confidence interval, which must
contain zero. Then it prints the median time for a wrong password of a user and for a user that does
not exist. This is a measurement, not a test: other load on the machine disturbs it.
"""

import argparse
import base64
import http.client
import os
import pathlib
import random
import secrets
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "stdio"))
from timing import slope, wrong  # noqa: E402

DIST = HERE.parent.parent / ".build/dist"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=DIST / "CalculatorHTTP")
    parser.add_argument("--calls", type=int, default=20_000)
    options = parser.parse_args()

    key = secrets.token_hex(32)
    environment = {
        "PATH": os.environ["PATH"],
        "CALCULATOR_API_KEY": key,
        "CALCULATOR_BASIC_USER": "anshika",
        "CALCULATOR_BASIC_PASSWORD": secrets.token_hex(16),
        "CALCULATOR_FAILURE_LIMIT": "off",
        "CALCULATOR_LOG": "off",
        "CALCULATOR_THREADS": "1",
    }
    server = subprocess.Popen(
        [options.binary, "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    )
    port = int(server.stdout.readline().split(":")[-1].split("/")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def microseconds(headers: dict[str, str]) -> float:
        begin = time.perf_counter_ns()
        connection.request("POST", "/mcp", b"{}", {"Content-Type": "application/json"} | headers)
        response = connection.getresponse()
        response.read()
        took = time.perf_counter_ns() - begin
        if response.status != 401:
            sys.exit(f"a wrong credential got {response.status}")
        return took / 1000

    try:
        points = []
        for number in range(options.calls + 500):
            shared = random.randrange(len(key))
            took = microseconds({"X-API-Key": wrong(key, shared)})
            if number >= 500:  # the first ones warm up
                points.append((shared, took))
        print("**Does a 401 tell how much of the key was right?**\n")
        print("| leading bytes right | refusals | median µs |\n| --- | --- | --- |")
        for start in range(0, len(key), 16):
            times = [took for shared, took in points if start <= shared < start + 16]
            print(f"| {start}–{start + 15} | {len(times)} | {statistics.median(times):.2f} |")
        # Keep the faster half: other load on the machine only makes requests slower.
        limit = statistics.median(took for _, took in points)
        rise, width = slope([point for point in points if point[1] <= limit])
        verdict = "holds" if abs(rise) <= width else "does NOT hold"
        print(f"\nslope {rise * 1000:+.2f} ± {width * 1000:.2f} ns a byte: the interval {verdict} zero")

        times = {"anshika": [], "nobody": []}
        for _ in range(40):
            for user in random.sample(list(times), 2):
                pair = base64.b64encode(f"{user}:{secrets.token_hex(16)}".encode()).decode()
                times[user].append(microseconds({"Authorization": f"Basic {pair}"}) / 1000)
        print("\n**Does a 401 tell that a user exists?**\n")
        print("| user | refusals | median ms | fastest ms |\n| --- | --- | --- | --- |")
        for user, taken in times.items():
            print(f"| {user} | {len(taken)} | {statistics.median(taken):.2f} | {min(taken):.2f} |")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
