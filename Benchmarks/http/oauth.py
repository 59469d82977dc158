"""Compares CalculatorOAuth, whose keys are cached, with CalculatorHTTP and its HS256 tokens.

    python oauth.py [--folder PATH] [--seconds 2] [--rounds 5]

Both servers run on one core at the same time, and the result is the processor time of one
authenticated call. The budget for CalculatorOAuth is 1.15 times the sum of a call with HS256 and of
libcrypto's own verification, which `openssl speed` measures. An opaque token is introspected once.
It prints Markdown.
"""

import argparse
import http.server
import json
import pathlib
import re
import statistics
import subprocess
import tempfile
import threading
import time

import bench
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

PORT = 8120
ISSUER = f"http://127.0.0.1:{PORT}"
AUDIENCE = "http://127.0.0.1:{port}/mcp"
KEYS = {
    "RS256": RSAKey.generate_key(2048, {"kid": "RS256"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ES256"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "EdDSA"}),
}
SPEED = {"RS256": "rsa2048", "ES256": "ecdsap256", "EdDSA": "ed25519"}


def claims(port: int) -> dict:
    now = int(time.time())
    return {
        "iss": ISSUER, "sub": "benchmark", "aud": AUDIENCE.format(port=port), "iat": now,
        "exp": now + 3600, "jti": "1", "client_id": "wrk", "scope": "calculate:basic",
    }


def token(algorithm: str, port: int) -> str:
    header = {"alg": algorithm, "kid": algorithm, "typ": "at+jwt"}
    return jws.serialize_compact(
        header, json.dumps(claims(port)).encode(), KEYS[algorithm], algorithms=[algorithm])


class Provider(http.server.BaseHTTPRequestHandler):
    introspections = 0

    def answer(self, value: dict) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.answer({"keys": [key.as_dict(private=False) for key in KEYS.values()]})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        Provider.introspections += 1
        self.answer({"active": True, "token_type": "Bearer"} | claims(8125))

    def log_message(self, *_: object) -> None:
        pass


def verification(algorithm: str) -> float:
    """The time of one verification by libcrypto, in nanoseconds."""
    output = subprocess.check_output(
        bench.on_core(0, ["openssl", "speed", "-seconds", "1", SPEED[algorithm]]),
        stderr=subprocess.DEVNULL, text=True)
    return 1e9 / float(re.findall(r"([\d.]+)\s*$", output.strip())[0])


def memory(server: bench.Server) -> float:
    """The resident memory of the process, in MiB."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, default=bench.DIST)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    provider = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Provider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    limits = {"CALCULATOR_THREADS": "1"} | bench.UNLIMITED
    hs256 = subprocess.check_output(
        [str(options.folder / "CalculatorJWT"), "token", "issue", "--user", "benchmark"],
        env={"JWT_SECRET": bench.SECRET}, text=True).strip()

    def oauth(name: str, port: int, token: str, more: dict[str, str]) -> bench.Server:
        environment = limits | more | {
            "CALCULATOR_OAUTH_ISSUER": ISSUER, "CALCULATOR_OAUTH_JWKS_URL": f"{ISSUER}/keys",
            "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
            "CALCULATOR_BASE_URL": f"http://127.0.0.1:{port}",
        }
        return bench.Server(
            name, [str(options.folder / "CalculatorOAuth"), "--port", str(port)], port, "/mcp",
            environment, {"Authorization": f"Bearer {token}"})

    base = bench.Server(
        "HS256", [str(options.folder / "CalculatorHTTP"), "--port", "8121"], 8121, "/mcp",
        limits | {"JWT_SECRET": bench.SECRET}, {"Authorization": f"Bearer {hs256}"})
    servers = [
        oauth(algorithm, 8122 + place, token(algorithm, 8122 + place), {})
        for place, algorithm in enumerate(KEYS)
    ] + [
        oauth("introspection", 8125, "opaque", {
            "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID": "calculator",
            "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_SECRET": bench.KEY,
            "CALCULATOR_OAUTH_INTROSPECTION_URL": f"{ISSUER}/ask",
        })
    ]
    print("| token | a call | HS256 and the verification | ratio (budget 1.15) | memory |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        for server in [base, *servers]:
            bench.start(server)
        try:
            for server in servers:
                verify = 0.0 if server.name == "introspection" else verification(server.name)
                base.costs, ratios = [], []
                for _ in range(options.rounds):
                    bench.load_together([base, server], options.seconds, pathlib.Path(name))
                    ratios.append(server.costs[-1] / (base.costs[-1] + verify))
                call = statistics.median(server.costs) / 1000
                both = (statistics.median(base.costs) + verify) / 1000
                print(
                    f"| {server.name} | {call:.1f} µs | {both:.1f} µs "
                    f"| {statistics.median(ratios):.2f} | {memory(server):.1f} MiB |")
        finally:
            for server in [base, *servers]:
                server.process.terminate()
    print(f"\nIntrospections of the one opaque token: {Provider.introspections}")


if __name__ == "__main__":
    main()
