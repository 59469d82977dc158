"""Compares CalculatorHTTP with nginx, which returns a constant, and with a calculator in fastmcp.

    python bench.py [--binary PATH] [--jwt-binary PATH] [--seconds 2] [--rounds 9]

The server has one core, and the load (wrk, 16 connections, one thread) has another. The servers
take turns in each round. A ratio compares two rates of the same round, because the speed of the
machine changes, and the result is the median of the rounds. The cost of authentication and limits
is also measured with both servers on one core at the same time, by the processor time for each
request (Linux only, which reports nanoseconds). Every reply of a calculator is the result of an
authenticated tools/call. Before a round the script checks one reply of each server. It prints
Markdown.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent
DIST = HERE.parent.parent / ".build/dist"
SECRET = secrets.token_hex(32)
KEY = secrets.token_hex(32)
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
PARAMS = {"name": "add", "arguments": {"a": 0.1, "b": 0.2}, "_meta": META}
CALL = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": PARAMS})
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
    "Mcp-Name": "add",
}
# The largest burst and rate: every request takes a token.
UNLIMITED = {"CALCULATOR_RATE_LIMIT": "1000000/second"}


@dataclass
class Server:
    name: str
    command: list[str]
    port: int
    path: str = "/mcp"
    environment: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    answer: str = '"result":0.3'
    process: subprocess.Popen | None = None
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"


def on_core(core: int, command: list[str]) -> list[str]:
    return ["taskset", "-c", str(core), *command] if shutil.which("taskset") else command


def start(server: Server) -> None:
    server.process = subprocess.Popen(
        on_core(0, server.command),
        env={"PATH": os.environ["PATH"], **server.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    headers = HEADERS | server.headers
    for _ in range(200):
        try:
            request = urllib.request.Request(server.url, CALL.encode(), headers)
            with urllib.request.urlopen(request, timeout=5) as response:
                text = response.read().decode()
            break
        except OSError:
            time.sleep(0.1)
    else:
        sys.exit(f"{server.name} does not answer")
    if server.answer not in text.replace(" ", ""):
        sys.exit(f"{server.name} answered {text}")


def begin_load(server: Server, seconds: int, folder: pathlib.Path) -> subprocess.Popen:
    script = folder / f"{server.port}.lua"
    lines = ['wrk.method = "POST"', f"wrk.body = {json.dumps(CALL)}"]
    for name, value in (HEADERS | server.headers).items():
        lines.append(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}")
    script.write_text("\n".join(lines))
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", "-s", str(script), server.url]
    return subprocess.Popen(on_core(1, command), stdout=subprocess.PIPE, text=True)


def end_load(server: Server, wrk: subprocess.Popen) -> str:
    output = wrk.communicate()[0]
    if wrk.returncode or "Non-2xx" in output:
        sys.exit(f"{server.name} refused some: {output}")
    return output


def load(server: Server, seconds: int, folder: pathlib.Path) -> None:
    output = end_load(server, begin_load(server, seconds, folder))
    server.rates.append(float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]))
    for share, values in (("50%", server.p50), ("99%", server.p99)):
        number, unit = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", output).groups()
        values.append(float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit])


def processor_time(server: Server) -> int:
    """The time of all threads of the process, in nanoseconds."""
    tasks = pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks)


def load_together(servers: list[Server], seconds: int, folder: pathlib.Path) -> None:
    before = [processor_time(server) for server in servers]
    loads = [begin_load(server, seconds, folder) for server in servers]
    for server, wrk, start in zip(servers, loads, before):
        output = end_load(server, wrk)
        requests = int(re.search(r"(\d+) requests in", output)[1])
        server.costs.append((processor_time(server) - start) / requests)


def credentials(folder: pathlib.Path, count: int) -> pathlib.Path:
    """A file of named keys, of which KEY is the last."""
    keys = [secrets.token_hex(32) for _ in range(count - 1)] + [KEY]
    entries = [
        {"name": f"n{place}", "sha256": hashlib.sha256(key.encode()).hexdigest(), "role": "basic"}
        for place, key in enumerate(keys)
    ]
    path = folder / f"keys-{count}.json"
    path.write_text(json.dumps({"keys": entries}))
    path.chmod(0o600)
    return path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=DIST / "CalculatorHTTP")
    parser.add_argument("--jwt-binary", default=DIST / "CalculatorJWT")
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    for program in ("wrk", "nginx"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin"):
            sys.exit(f"{program} is missing; on Debian: apt-get install {program}")
    os.environ["PATH"] += ":/usr/sbin"

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        issue = [str(options.jwt_binary), "token", "issue", "--user", "benchmark"]
        token = subprocess.check_output(issue, env={"JWT_SECRET": SECRET}, text=True).strip()
        bearer = {"Authorization": f"Bearer {token}"}
        key = {"X-API-Key": KEY}
        one = {"CALCULATOR_THREADS": "1"}
        tokens = one | UNLIMITED | {"JWT_SECRET": SECRET}
        open_to_all = {"CALCULATOR_REQUIRE_AUTH": "false", "CALCULATOR_RATE_LIMIT": "off"}

        def ours(name: str, port: int, environment: dict, headers: dict) -> Server:
            command = [str(options.binary), "--port", str(port)]
            return Server(name, command, port, "/mcp", environment, headers)

        conf = folder / "nginx.conf"
        conf.write_text((HERE / "nginx.conf").read_text().replace("FOLDER", str(folder)))
        servers = [
            ours("CalculatorHTTP, JWT and limits", 8101, tokens, bearer),
            ours("without authentication and limits", 8103, one | open_to_all, {}),
            ours("JWT and limits, without its log", 8102, tokens | {"CALCULATOR_LOG": "off"}, bearer),
            ours(
                "API key, one of 1",
                8104,
                one | UNLIMITED | {"CALCULATOR_CREDENTIALS": str(credentials(folder, 1))},
                key,
            ),
            ours(
                "API key, one of 100,000",
                8105,
                one | UNLIMITED | {"CALCULATOR_CREDENTIALS": str(credentials(folder, 100_000))},
                key,
            ),
            Server("nginx, a constant", ["nginx", "-c", str(conf)], 8106, "/"),
            Server(
                "fastmcp",
                [sys.executable, str(HERE / "fastmcp_server.py"), "8107"],
                8107,
                environment={"CALCULATOR_API_KEY": KEY},
                headers={"Authorization": f"Bearer {KEY}"},
            ),
        ]
        try:
            for server in servers:
                start(server)
            for _ in range(options.rounds):
                for server in servers:
                    load(server, options.seconds, folder)
            for _ in range(options.rounds if sys.platform == "linux" else 0):
                load_together(servers[:2], options.seconds, folder)
        finally:
            for server in servers:
                if server.process:
                    server.process.terminate()
                    server.process.wait()

    first, bare, *_, nginx, fastmcp = servers
    print("**An authenticated tools/call over HTTP**\n")
    print("| server | requests/s | of nginx | times the first | p50 ms | p99 ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    for server in servers:
        print(
            f"| {server.name} | {statistics.median(server.rates):,.0f} | {ratio(server, nginx):.3f} "
            f"| {ratio(server, first):.2f} "
            f"| {statistics.median(server.p50):.2f} | {statistics.median(server.p99):.2f} |"
        )
    print(f"\nTimes fastmcp: {ratio(first, fastmcp):.0f}. ", end="")
    print(f"Of the same without authentication and limits: {ratio(first, bare):.2f}", end="")
    if first.costs:
        shares = sorted(b / a for a, b in zip(first.costs, bare.costs))
        costs = [statistics.median(server.costs) / 1000 for server in (first, bare)]
        print(
            f"; both at the same time, by processor time: {statistics.median(shares):.3f} "
            f"({shares[0]:.3f} to {shares[-1]:.3f}; {costs[0]:.1f} and {costs[1]:.1f} µs a request)",
            end="",
        )
    print(".")


def ratio(one: Server, other: Server) -> float:
    return statistics.median(a / b for a, b in zip(one.rates, other.rates))


if __name__ == "__main__":
    main()
