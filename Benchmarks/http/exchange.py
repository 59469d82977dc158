"""Compares exchanges of codes at CalculatorOAuth's /token with bare transactions of SQLite.

    python exchange.py [--folder PATH] [--seconds 3] [--rounds 3]

Both write to the same disk with a write-ahead log and synchronous=FULL, in turns. The codes are put
into the state before; each exchange is one transaction and one ES256 signature. It prints Markdown.
"""

import argparse
import hashlib
import pathlib
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time

import bench

PORT = 8130
BASE = f"http://127.0.0.1:{PORT}"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
CALLBACK = "http://127.0.0.1/callback"
CLIENTS = (
    '{"clients":[{"client_id":"bench","name":"Bench","redirect_uris":["%s"]}]}' % CALLBACK)
# Each request comes from another address: the limit for one is not what is measured.
SCRIPT = """
local codes = {}
for line in io.lines("%s") do codes[#codes + 1] = line end
local number = 0
request = function()
  number = number + 1
  local body = "grant_type=authorization_code&client_id=bench&code_verifier=%s"
    .. "&redirect_uri=http%%3A%%2F%%2F127.0.0.1%%2Fcallback&code=" .. (codes[number] or "none")
  local address = "10." .. math.floor(number / 65536) .. "." .. math.floor(number / 256) %% 256
    .. "." .. number %% 256
  return wrk.format("POST", "/token", {
    ["Content-Type"] = "application/x-www-form-urlencoded", ["X-Forwarded-For"] = address}, body)
end
"""


def bare(folder: pathlib.Path, seconds: int) -> float:
    """Transactions of one row in a second."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE IF NOT EXISTS t (number INTEGER PRIMARY KEY, value BLOB)")
    count = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO t (value) VALUES (?)", (b"x" * 200,))
        database.execute("COMMIT")
        count += 1
    database.close()
    return count / seconds


def fill(state: pathlib.Path, prefix: str, count: int) -> list[str]:
    """Puts codes into the state, each of another person."""
    codes = [f"{prefix}-{number:06}-{'x' * 30}" for number in range(count)]
    expires = int(time.time() * 1000) + 600_000
    with sqlite3.connect(state) as database:
        database.executemany(
            "INSERT INTO codes VALUES (NULL, ?, ?, 'Bench', '[]', 'bench', ?, ?, ?, "
            "'calculate:basic', ?, NULL, NULL)",
            [(hashlib.sha256(code.encode()).digest(), f"github:{code}", CALLBACK, f"{BASE}/mcp",
              CHALLENGE, expires) for code in codes])
    database.close()
    return codes


def exchanges(folder: pathlib.Path, state: pathlib.Path, name: str, seconds: int) -> float:
    """Exchanges in a second."""
    (folder / "codes").write_text("\n".join(fill(state, name, seconds * 10_000)) + "\n")
    (folder / "script.lua").write_text(SCRIPT % (folder / "codes", VERIFIER))
    output = subprocess.check_output(
        ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(folder / "script.lua"), BASE], text=True)
    if "Non-2xx" in output:
        raise SystemExit(f"exchange.py: not every code was exchanged:\n{output}")
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", output)[0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, default=bench.DIST)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        state = folder / "state.db"
        (folder / "clients.json").write_text(CLIENTS)
        (folder / "clients.json").chmod(0o600)
        environment = bench.UNLIMITED | {
            "CALCULATOR_BASE_URL": BASE, "CALCULATOR_OAUTH_PROVIDER": "github",
            "GITHUB_CLIENT_ID": "bench", "GITHUB_CLIENT_SECRET": "a-secret-of-the-benchmark",
            "CALCULATOR_OAUTH_CLIENTS": str(folder / "clients.json"),
            "CALCULATOR_OAUTH_DEFAULT_ROLE": "basic", "CALCULATOR_STATE": str(state),
            "CALCULATOR_TRUSTED_PROXIES": "127.0.0.1", "CALCULATOR_LOG": "off",
        }
        server = subprocess.Popen(
            [str(options.folder / "CalculatorOAuth"), "--port", str(PORT)], env=environment,
            stdout=subprocess.PIPE)
        try:
            server.stdout.readline()
            subprocess.check_output(["curl", "-sf", f"{BASE}/jwks"])
            rows = []
            for number in range(options.rounds):
                one = bare(folder, options.seconds)
                two = exchanges(folder, state, f"code{number}", options.seconds)
                rows.append((one, two, two / one))
        finally:
            server.terminate()
            server.wait()
    transactions, codes, ratio = (statistics.median(column) for column in zip(*rows))
    print("| bare transactions a second | exchanges a second | ratio | budget |")
    print("| --- | --- | --- | --- |")
    print(f"| {transactions:,.0f} | {codes:,.0f} | {ratio:.2f} | at least 0.33 |")


if __name__ == "__main__":
    main()
