"""The calculator over stdio, side by side with the same one on PyPI's `fastmcp` and `mcp`.

Prints Markdown tables. Run it with a Python that has both packages, as `make bench` does.
"""

import argparse
import importlib.metadata
import os
import pathlib
import platform
import statistics
import sys
import tempfile
import time

from process import Running, Server, request, verify, with_tokens

HERE = pathlib.Path(__file__).parent
BINARY = HERE.parent.parent / ".build/release/CalculatorStdio"
ROUNDS = 3  # of pipelining; the median counts


def main() -> None:
    options = parse()
    if not options.binary.exists():
        sys.exit(f"{options.binary} is missing: `make release` builds it, --binary names another")
    # This server comes first: the ratios of the others refer to it.
    ours = Server("CalculatorStdio", (str(options.binary),))
    fast = Server("fastmcp", (sys.executable, str(HERE / "fastmcp_server.py")))
    plain = Server("mcp", (sys.executable, str(HERE / "mcp_server.py")))
    floor = Server("cat", ("cat",), echo=True)
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/stderr"
        facts(options)
        few = max(3, options.runs // 6)
        all_ours = [ours]
        if options.jwt_binary:
            all_ours.append(with_tokens("CalculatorJWT", str(options.jwt_binary)))
        quick = [(server, options.runs) for server in all_ours]
        compare_start([*quick, (fast, few), (plain, few), (floor, options.runs)], log)
        compare_memory([*all_ours, fast, plain], log)
        quiet = Server(ours.name, ours.command, log="off")
        compare_throughput(
            [
                (ours, log, options.calls),
                (ours, os.devnull, options.calls),
                (quiet, log, options.calls),
                (quiet, os.devnull, options.calls),
                (fast, log, options.python_calls),
                (plain, log, options.python_calls),
                (floor, os.devnull, options.calls),
            ]
        )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, default=BINARY, help="the server to measure")
    parser.add_argument("--jwt-binary", type=pathlib.Path, help="CalculatorJWT, to start it as well")
    parser.add_argument("--runs", type=int, default=30, help="starts; Python servers get a sixth")
    parser.add_argument("--calls", type=int, default=200_000, help="calls to pipeline")
    parser.add_argument("--python-calls", type=int, default=2_000, help="the same for Python")
    return parser.parse_args()


def facts(options: argparse.Namespace) -> None:
    packages = [f"{name} {importlib.metadata.version(name)}" for name in ("fastmcp", "mcp")]
    print(
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load "
        f"{os.getloadavg()[0]:.1f} at the start; Python {platform.python_version()}, "
        f"{', '.join(packages)}; the binary has {options.binary.stat().st_size / 1e6:.1f} MB"
    )


def compare_start(servers: list[tuple[Server, int]], log: str) -> None:
    taken = {server: [] for server, _ in servers}
    for server, _ in servers:
        start(server, log)  # fills the page cache and writes Python's .pyc files
    for turn in range(max(runs for _, runs in servers)):
        for server, runs in servers:
            if turn < runs:
                taken[server].append(start(server, log))
    medians = {server: statistics.median(times) for server, times in taken.items()}
    table(
        "From process start to the first authenticated answer",
        ["server", "runs", "median ms", "p95 ms", "ours is better by"],
        [
            [
                server.name,
                len(times),
                f"{medians[server]:.1f}",
                f"{sorted(times)[-(-len(times) * 95 // 100) - 1]:.1f}",
                factor(medians[server], medians[servers[0][0]]),
            ]
            for server, times in taken.items()
        ],
    )


def start(server: Server, log: str) -> float:
    call = request(1, server.credential)
    begin = time.perf_counter()
    with Running(server, log) as running:
        reply = running.ask(call)
        taken = time.perf_counter() - begin
    verify(server, reply, range(1, 2))
    return taken * 1e3


def compare_memory(servers: list[Server], log: str) -> None:
    measured = {server: thousand_calls(server, log) for server in servers}
    first = measured[servers[0]]
    table(
        "After 1,000 calls, one after the other",
        ["server", "resident MB", "peak MB", "ours is better by", "round trip µs (median)"],
        [
            [
                server.name,
                megabytes(now),
                megabytes(peak),
                factor(now, first[0]),
                f"{trip * 1e6:.0f}",
            ]
            for server, (now, peak, trip) in measured.items()
        ],
    )


def thousand_calls(server: Server, log: str) -> tuple[float, float | None, float]:
    numbers = range(1, 1001)
    trips, replies = [], []
    with Running(server, log) as running:
        for number in numbers:
            call = request(number, server.credential)
            begin = time.perf_counter()
            replies.append(running.ask(call))
            trips.append(time.perf_counter() - begin)
        now, peak = running.memory()
    verify(server, b"".join(replies), numbers)
    return now, peak, statistics.median(trips)


def compare_throughput(cases: list[tuple[Server, str, int]]) -> None:
    rows, first = [], None
    for server, errors, count in cases:
        rates, peaks = zip(*(throughput(server, errors, count) for _ in range(ROUNDS)), strict=True)
        rate = statistics.median(rates)
        first = first or rate
        rows.append(
            [
                server.name,
                server.log or "default",
                "/dev/null" if errors == os.devnull else "file",
                f"{count:,}",
                f"{rate:,.0f}",
                factor(first, rate),
                megabytes(max(peaks, key=lambda peak: peak or 0)),
            ]
        )
    header = ["server", "CALCULATOR_LOG", "stderr", "calls", "calls/s", "ours is better by"]
    table("Pipelined", [*header, "peak MB"], rows)


def throughput(server: Server, errors: str, count: int) -> tuple[float, float | None]:
    numbers = range(1, count + 1)
    calls = b"".join(map(request, numbers))
    with Running(server, errors) as running:
        verify(server, running.ask(request(0)), range(1))
        begin = time.perf_counter()
        replies = running.pipeline(calls, count)
        taken = time.perf_counter() - begin
        _, peak = running.memory()
    verify(server, replies, numbers)
    return count / taken, peak


def factor(worse: float, better: float) -> str:
    return f"{worse / better:.3g}×"


def megabytes(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def table(title: str, header: list[str], rows: list[list[object]]) -> None:
    print(f"\n**{title}**\n")
    for row in [header, ["---"] * len(header), *rows]:
        print("|", " | ".join(map(str, row)), "|", flush=True)


main()
