"""A server as a child process, and the call that measures all of them."""

import json
import os
import pathlib
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass

KEY = secrets.token_urlsafe(32)
ENVIRONMENT = {"PATH": os.environ["PATH"], "CALCULATOR_API_KEY": KEY, "JWT_SECRET": KEY}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


@dataclass(frozen=True)
class Server:
    name: str
    command: tuple[str, ...]
    # None leaves CALCULATOR_LOG unset. The other servers do not read it.
    log: str | None = None
    # `cat` repeats its input: the lower bound of every number here.
    echo: bool = False
    # The argument of a call that contains the credential.
    credential: tuple[str, str] = ("auth_token", KEY)


def with_tokens(name: str, binary: str) -> Server:
    """CalculatorJWT with a token that it has issued."""
    issue = [binary, "token", "issue", "--user", "benchmark"]
    token = subprocess.check_output(issue, env=ENVIRONMENT, text=True).strip()
    return Server(name, (binary,), credential=("jwt_token", token))


def request(number: int, credential: tuple[str, str] = ("auth_token", KEY)) -> bytes:
    """A call of `add` in the modern era, which needs no handshake."""
    arguments = {"a": number, "b": 0.5, credential[0]: credential[1]}
    params = {"name": "add", "arguments": arguments, "_meta": META}
    call = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
    return json.dumps(call, separators=(",", ":")).encode() + b"\n"


def verify(server: Server, replies: bytes, numbers: range) -> None:
    """Ends the run unless each call has exactly one reply, and the correct one."""
    if server.echo:
        return
    left = set(numbers)
    for line in replies.splitlines():
        try:
            reply = json.loads(line)
            left.remove(reply["id"])
            result = reply["result"]
            right = result["structuredContent"]["result"] == reply["id"] + 0.5
            if result.get("isError") or not right:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            sys.exit(f"{server.name} gave a wrong answer: {line[:500].decode(errors='replace')}")
    if left:
        sys.exit(f"{server.name} left {len(left)} calls without an answer")


class Running:
    """A running server. `__exit__` waits until the process has ended."""

    def __init__(self, server: Server, errors: str):
        environment = dict(ENVIRONMENT)
        if server.log is not None:
            environment["CALCULATOR_LOG"] = server.log
        with open(errors, "ab") as sink:
            self.child = subprocess.Popen(
                server.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                env=environment,
                bufsize=0,
            )
        self.name = server.name
        self.input = self.child.stdin.fileno()
        self.output = self.child.stdout.fileno()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.child.stdin.close()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()

    def ask(self, call: bytes) -> bytes:
        self.send(call)
        return self.receive(1)

    def pipeline(self, calls: bytes, count: int) -> bytes:
        """Writes all calls from another thread while this one reads the replies."""
        writer = threading.Thread(target=self.send, args=(calls,), daemon=True)
        writer.start()
        replies = self.receive(count)
        writer.join()
        return replies

    def send(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self.input, rest) :]
        except BrokenPipeError:
            pass  # `receive` sees the end of the output and says so.

    def receive(self, count: int) -> bytes:
        chunks = []
        while count > 0:
            chunk = os.read(self.output, 1 << 20)
            if not chunk:
                sys.exit(f"{self.name} ended, {count} answers short")
            chunks.append(chunk)
            count -= chunk.count(b"\n")
        return b"".join(chunks)

    def memory(self) -> tuple[float | None, float | None]:
        """Resident memory, now and at most, in MB (10^6 bytes). macOS reports only the first."""
        status = pathlib.Path(f"/proc/{self.child.pid}/status")
        if status.exists():
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
            return tuple(int(fields[key].split()[0]) * 1024 / 1e6 for key in ("VmRSS", "VmHWM"))
        shown = subprocess.check_output(["ps", "-o", "rss=", "-p", str(self.child.pid)])
        return int(shown) * 1024 / 1e6, None
