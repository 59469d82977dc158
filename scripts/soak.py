#!/usr/bin/env python3
"""Runs the real server for a while under good, bad, slow and aborted requests.

    soak.py --binary PATH [--oauth] [--minutes 2]

With --oauth the binary is CalculatorOAuth, and this program is its identity provider; that needs
PyJWT with `cryptography`, as in `.venv/modern`.

It ends with status 1 if an answer is wrong, or if memory or descriptors grow. What they may do is
not guessed. The load comes in rounds that are all alike, and what is measured is the server at rest
behind each, with no client connected: whatever then keeps growing from round to round leaks. The
first third of the rounds is there to warm up.

Memory leaks if it grows in most rounds, by 48 bytes or more for each exchange: that is the least that
one object of Swift takes from the heap. A leak shows in every round; fragments of the heap show in
few of them, and by steps.
Descriptors leak if there are more of them than at rest before the load.

Two rows measure connections that stay open. One connection sends halves of requests for ever
(ATTACKS H32): what it has sent must not stay in memory. Many connections send a lot and then wait:
an idle connection must keep little.
"""

import argparse
import base64
import collections
import http.client
import json
import os
import random
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from free_ports import free_ports

KEY = "soak-key-0123456789abcdef"
USER, PASSWORD = "soak", "soak-password"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
WORKERS = 6
ROUND = 5  # seconds
SMALLEST_OBJECT = 48  # bytes
HALVES = 4000  # requests of 15 kB on one connection
IDLE = 200  # connections
IDLE_MOST = {"plain": 16, "TLS": 48, "OAuth": 16}  # KiB for each; libssl keeps some 25


class Wrong(Exception):
    """An answer that is not what it must be."""


def call(a, b, number):
    body = json.dumps(
        {
            "jsonrpc": "2.0",
            "id": number,
            "method": "tools/call",
            "params": {
                "name": "add",
                "arguments": {"a": a, "b": b},
                "_meta": {
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientCapabilities": {},
                },
            },
        }
    ).encode()
    fields = {
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "add",
    }
    return body, fields


class Server:
    def __init__(self, binary, folder, encrypted):
        environment = {
            "CALCULATOR_API_KEY": KEY,
            "CALCULATOR_BASIC_USER": USER,
            "CALCULATOR_BASIC_PASSWORD": PASSWORD,
            "CALCULATOR_RATE_LIMIT": "off",
            "CALCULATOR_FAILURE_LIMIT": "off",
        }
        self.context = None
        if encrypted:
            environment["CALCULATOR_TLS_CERT"] = os.path.join(folder, "cert.pem")
            environment["CALCULATOR_TLS_KEY"] = os.path.join(folder, "key.pem")
            self.context = ssl.create_default_context(cafile=os.path.join(folder, "ca.pem"))
        self.start(binary, 0, environment)
        self.name = "TLS" if encrypted else "plain"

    def worker(self, *arguments):
        return Worker(self, *arguments)

    def credential(self):
        return {"X-API-Key": KEY}

    def bearer(self):
        return {"Authorization": f"Bearer {KEY}"}

    def start(self, binary, port, environment):
        self.process = subprocess.Popen(
            [binary, "--port", str(port)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        line = self.process.stdout.readline().decode()
        found = re.search(r":(\d+)/mcp", line)
        if not found:
            sys.exit(f"soak: the server did not start: {line!r}")
        self.port = int(found.group(1))
        self.memory = []

    def socket(self):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.context.wrap_socket(plain, server_hostname="localhost") if self.context else plain

    def client(self):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        client.sock = self.socket()
        return client

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident(self):
        """In KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def descriptors_at_rest(self, enough, seconds):
        """The least that is seen until it is enough, or the time is over."""
        least = self.descriptors()
        end = time.monotonic() + seconds
        while least > enough and time.monotonic() < end:
            time.sleep(0.25)
            least = min(least, self.descriptors())
        return least


class Worker(threading.Thread):
    def __init__(self, server, seed, end, errors):
        super().__init__()
        self.server, self.end, self.errors = server, end, errors
        self.counts = collections.Counter()
        self.random = random.Random(seed)
        self.kept = None
        self.number = 0

    def run(self):
        kinds = [
            (12, self.good_kept), (4, self.good_new), *self.credentials(), (3, self.bad_json),
            (3, self.bad_framing), (2, self.pipelined), (2, self.slow), (3, self.aborted),
            (2, self.large),
        ]
        weights = [weight for weight, _ in kinds]
        while time.monotonic() < self.end and not self.errors:
            _, kind = self.random.choices(kinds, weights)[0]
            try:
                kind()
            except Exception as error:  # whatever it is, it is an answer that must not be
                self.errors.append(f"{self.server.name} {kind.__name__}: {type(error).__name__}: {error}")
                return
            self.counts[kind.__name__] += 1
        if self.kept:
            self.kept.close()

    def credentials(self):
        """The kinds of requests that only this server gets."""
        return [(3, self.good_password), (4, self.bad_key), (1, self.bad_password)]

    # Good requests

    def ask(self, client, credential):
        self.number += 1
        a, b = self.random.randrange(10**6), self.random.randrange(10**6)
        body, fields = call(a, b, self.number)
        client.request("POST", "/mcp", body, fields | credential)
        response = client.getresponse()
        text = response.read()
        if response.status != 200:
            raise Wrong(f"{response.status} {text!r}")
        answer = json.loads(text)
        if answer["id"] != self.number or answer["result"]["structuredContent"]["result"] != a + b:
            raise Wrong(f"{a}+{b} in {self.number}: {text!r}")

    def good_kept(self):
        self.kept = self.kept or self.server.client()
        self.ask(self.kept, self.server.credential())

    def good_new(self):
        client = self.server.client()
        self.ask(client, self.server.bearer())
        client.close()

    def good_password(self):
        self.kept = self.kept or self.server.client()
        self.ask(self.kept, {"Authorization": BASIC})

    # Bad ones

    def expect(self, status, body, fields, client=None):
        one = client or self.server.client()
        one.request("POST", "/mcp", body, fields)
        response = one.getresponse()
        text = response.read()
        if response.status != status:
            raise Wrong(f"{response.status}, not {status}: {text!r}")
        if not client:
            one.close()

    def bad_key(self):
        self.kept = self.kept or self.server.client()
        body, fields = call(1, 2, 1)
        self.expect(401, body, fields | {"X-API-Key": f"wrong-{self.random.random()}"}, self.kept)

    def bad_password(self):
        body, fields = call(1, 2, 1)
        wrong = base64.b64encode(f"{USER}:{self.random.random()}".encode()).decode()
        self.expect(401, body, fields | {"Authorization": f"Basic {wrong}"})

    def bad_json(self):
        self.kept = self.kept or self.server.client()
        body, fields = call(1, 2, 1)
        cut = body[: self.random.randrange(len(body))]
        self.expect(400, cut, fields | self.server.credential(), self.kept)

    def exchange(self, data):
        """All that comes back until the server ends the connection."""
        with self.server.socket() as connection:
            connection.sendall(data)
            text = b""
            while part := connection.recv(65536):
                text += part
            return text

    def bad_framing(self):
        head = self.random.choice(
            ["Content-Length: 1\r\nContent-Length: 2", "Transfer-Encoding: x", "X : y", "Content-Length: +1"]
        )
        answer = self.exchange(f"POST /mcp HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\nGET / ".encode())
        if not answer.startswith(b"HTTP/1.1 400 ") or answer.count(b"HTTP/1.1") != 1:
            raise Wrong(repr(answer))

    # Odd ones

    def wire(self, a, b, number, close=False):
        body, fields = call(a, b, number)
        fields |= {"Host": "localhost", "Content-Length": len(body)} | self.server.credential()
        if close:
            fields["Connection"] = "close"
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST /mcp HTTP/1.1\r\n{lines}\r\n".encode() + body

    def sums(self, answer, expected):
        found = [json.loads(b"{" + part.split(b"\r\n\r\n{", 1)[1]) for part in answer.split(b"HTTP/1.1 200 OK")[1:]]
        if [(one["id"], one["result"]["structuredContent"]["result"]) for one in found] != expected:
            raise Wrong(repr(answer))

    def pipelined(self):
        count = self.random.randrange(2, 40)
        data = b"".join(self.wire(number, 1, number, number == count - 1) for number in range(count))
        self.sums(self.exchange(data), [(number, number + 1) for number in range(count)])

    def slow(self):
        data = self.wire(1, 2, 3, close=True)
        with self.server.socket() as connection:
            for start in range(0, len(data), 50):
                connection.sendall(data[start : start + 50])
                time.sleep(0.01)
            text = b""
            while part := connection.recv(65536):
                text += part
        self.sums(text, [(3, 3)])

    def aborted(self):
        data = self.wire(1, 2, 3)
        connection = self.server.socket()
        connection.sendall(data[: self.random.randrange(1, len(data) + 1)])
        if self.random.random() < 0.5:  # with a reset
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    def large(self):
        _, fields = call(1, 2, 1)
        self.expect(400, b"[" * (1 << 20), fields | self.server.credential())


class OAuthServer(Server):
    """CalculatorOAuth, and its identity provider in this process."""

    def __init__(self, binary):
        import jwt  # only here, because the other servers need no virtual environment
        from cryptography.hazmat.primitives.asymmetric import ec

        self.jwt = jwt
        self.key, self.other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        public = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        keys = json.dumps({"keys": [public | {"kid": "k"}]}).encode()

        class Provider(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(keys)))
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, *_):
                pass

        provider = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        self.issuer = f"http://127.0.0.1:{provider.server_port}"
        # The server knows its own address, so the port is chosen before it starts.
        [port] = free_ports(1)
        self.context = None
        self.name = "OAuth"
        self.audience = f"http://127.0.0.1:{port}/mcp"
        environment = {
            "CALCULATOR_OAUTH_ISSUER": self.issuer,
            "CALCULATOR_OAUTH_JWKS_URL": f"{self.issuer}/keys",
            "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
            "CALCULATOR_BASE_URL": f"http://127.0.0.1:{port}",
            "CALCULATOR_RATE_LIMIT": "off",
            "CALCULATOR_FAILURE_LIMIT": "off",
        }
        self.start(binary, port, environment)

    def worker(self, *arguments):
        return OAuthWorker(self, *arguments)

    def credential(self):
        return self.bearer()

    def bearer(self, key=None, kid="k", **claims):
        now = int(time.time())
        body = {"iss": self.issuer, "sub": "soak", "aud": self.audience, "iat": now}
        body |= {"exp": now + 600, "jti": "1", "client_id": "soak", "scope": "calculate:basic"}
        head = {"typ": "at+jwt", "kid": kid}
        token = self.jwt.encode(body | claims, key or self.key, "ES256", head)
        return {"Authorization": f"Bearer {token}"}


class OAuthWorker(Worker):
    def credentials(self):
        return [(3, self.unknown_key), (3, self.bad_signature), (2, self.wrong_audience)]

    def refused(self, **token):
        self.kept = self.kept or self.server.client()
        body, fields = call(1, 2, 1)
        self.expect(401, body, fields | self.server.bearer(**token), self.kept)

    def unknown_key(self):
        self.refused(kid=f"k{self.random.random()}")

    def bad_signature(self):
        self.refused(key=self.server.other)

    def wrong_audience(self):
        self.refused(aud=f"https://{self.random.random()}.example/mcp")


def answers(connection, count):
    """Reads so many responses of status 200."""
    text = b""
    while count:
        part = connection.recv(65536)
        if not part:
            raise Wrong(f"closed, with {count} responses missing")
        text += part
        while (end := text.find(b"\r\n\r\n")) >= 0:
            length = end + 4 + int(re.search(rb"Content-Length: (\d+)", text[:end]).group(1))
            if len(text) < length:
                break
            if not text.startswith(b"HTTP/1.1 200 OK\r\n"):
                raise Wrong(repr(text[:length]))
            text = text[length:]
            count -= 1


def padded(server):
    """A good call whose head has 15 kB."""
    wire = server.worker(0, 0, []).wire(1, 2, 3)
    return wire.replace(b"Host: localhost\r\n", b"Host: localhost\r\nX: " + b"x" * 15000 + b"\r\n")


def halves(server):
    """By how many KiB the server grows while one connection sends halves of requests."""
    request = padded(server)
    first, second = request[:8000], request[8000:]
    with server.socket() as connection:
        connection.sendall(first)
        for number in range(HALVES):
            if number == HALVES // 10:
                before = server.resident()
            connection.sendall(second + first)
            answers(connection, 1)
        return server.resident() - before


def idle(server):
    """How many KiB each connection keeps that has sent a lot and now waits."""
    request = padded(server)
    connections = []
    for number in range(IDLE):
        if number == IDLE // 10:
            before = server.resident()
        connections.append(server.socket())
        connections[-1].sendall(request * 8)
        answers(connections[-1], 8)
    each = (server.resident() - before) / (IDLE - IDLE // 10)
    for connection in connections:
        connection.close()
    return each


def growth(readings, exchanges):
    """What is wrong with the memory once warm, or None; and by how many bytes it grew for each
    exchange in the middlemost round.

    exchanges: how many there were in one round, on an average.
    """
    rest = readings[len(readings) // 3 :]
    steps = sorted(after - before for before, after in zip(rest, rest[1:]))
    if len(steps) < 3:
        return "too few rounds: give it more time", 0
    bytes_each = steps[len(steps) // 2] * 1024 / exchanges
    if bytes_each >= SMALLEST_OBJECT:
        return f"memory grows by {bytes_each:.0f} bytes for each exchange", bytes_each
    return None, bytes_each


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--oauth", action="store_true")
    parser.add_argument("--minutes", type=float, default=2)
    options = parser.parse_args()
    problems, errors = [], []
    with tempfile.TemporaryDirectory() as folder:
        if options.oauth:
            servers = [OAuthServer(options.binary)]
        else:
            script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "make-cert.sh")
            subprocess.run(["sh", script, folder], check=True, stdout=subprocess.DEVNULL)
            servers = [Server(options.binary, folder, encrypted) for encrypted in (False, True)]
        try:
            # One request of each, so that what is opened once is open.
            for server in servers:
                warm = server.worker(0, 0, [])
                warm.good_new()
                for _, kind in warm.credentials():
                    kind()
                warm.kept.close()
            before = [server.descriptors_at_rest(0, 3) for server in servers]
            counts = collections.Counter()
            start = time.monotonic()
            for number in range(max(1, round(options.minutes * 60 / ROUND))):
                end = time.monotonic() + ROUND
                workers = [
                    server.worker(WORKERS * number + place, end, errors)
                    for place, server in enumerate(servers * (WORKERS // len(servers)))
                ]
                for worker in workers:
                    worker.start()
                for worker in workers:
                    worker.join()
                    counts += worker.counts
                if errors:
                    sys.exit("\n".join(f"soak: {error}" for error in errors))
                for server, old in zip(servers, before):
                    # Within 15 s every connection must have ended that its client left.
                    new = server.descriptors_at_rest(old, 15)
                    if new > old:
                        problems.append(f"{server.name}: {new} descriptors at rest, {old} before")
                    server.memory.append(server.resident())
            seconds = time.monotonic() - start
            for server, old in zip(servers, before):
                rounds = len(server.memory)
                problem, each = growth(server.memory, counts.total() / len(servers) / rounds)
                if problem:
                    problems.append(f"{server.name}: {problem}")
                print(
                    f"{server.name}: KiB at rest behind each round: {server.memory}, or "
                    f"{each:.0f} bytes more for each exchange in most; "
                    f"descriptors: {old} before, {server.descriptors()} after"
                )
            for server in servers:
                grown, each = halves(server), idle(server)
                print(
                    f"{server.name}: {grown} KiB more after {HALVES} requests in halves; "
                    f"{each:.1f} KiB for each idle connection"
                )
                if grown > 4096:
                    problems.append(f"{server.name}: halves of requests grow memory by {grown} KiB")
                if each > IDLE_MOST[server.name]:
                    problems.append(f"{server.name}: an idle connection keeps {each:.1f} KiB")
            for server in servers:
                server.process.terminate()
                if server.process.wait(30) != 0:
                    problems.append(f"{server.name}: exit status {server.process.returncode}")
        finally:
            for server in servers:
                server.process.kill()
    print(f"{counts.total()} exchanges in {seconds:.0f} s: " + ", ".join(f"{n} {k}" for k, n in sorted(counts.items())))
    for problem in problems:
        print(f"soak: {problem}", file=sys.stderr)
    print("FAILED" if problems else "nothing grows, no answer is wrong")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
