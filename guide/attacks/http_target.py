"""A server over HTTP to attack: a program, its port, and requests made byte by byte."""

import re
import socket
import subprocess
import tempfile
from dataclasses import dataclass

from target import PATIENCE, Target, text_of, was_let_in


@dataclass
class Response:
    status: int
    head: str
    text: str

    @property
    def was_let_in(self):
        return self.status == 200 and was_let_in(self.text)

    @property
    def seen(self):
        """The status, and what a client reads."""
        return f"{self.status} {text_of(self.text) if self.text.startswith('{') else self.text}"


def request(fields, body="", target="/mcp", method="POST", end="close"):
    """The bytes of a request; the fields are pairs, in order and as often as they stand there."""
    body = body.encode()
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields]
    if not any(name in ("Content-Length", "Transfer-Encoding") for name, _ in fields):
        lines.append(f"Content-Length: {len(body)}")
    if end:
        lines.append(f"Connection: {end}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def responses(data):
    """The responses that came one behind the other."""
    found = []
    while b"\r\n\r\n" in data:
        head, _, data = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        length = int(length[1]) if length else len(data)
        found.append(Response(int(head.split()[1]), head.decode(), data[:length].decode()))
        data = data[length:]
    return found


class HTTPServer:
    """A running server over HTTP."""

    def __init__(self, command, environment, logs, port=0):
        self.logs = logs
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*command, "--port", str(port)], env=environment, stdout=subprocess.PIPE, stderr=self.log
        )
        line = self.process.stdout.readline().decode()  # "" where it did not start
        found = re.match(r"Listening at http://127\.0\.0\.1:(\d+)", line)
        self.port = int(found[1]) if found else None

    def send(self, data, patience=PATIENCE):
        """All responses to the bytes, until the server closes or is silent for so many seconds."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), patience) as connection:
            try:
                connection.sendall(data)
                while chunk := connection.recv(1 << 16):
                    received += chunk
            except (TimeoutError, ConnectionError):
                pass  # it closed before it had read all, or said nothing more
        return responses(received)

    def close(self):
        """Ends the server. Its exit status, and what it logged."""
        self.process.terminate()
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.log.seek(0)
        log = self.log.read().decode()
        self.logs.append(log)
        self.log.close()
        return status, log


class HTTPTarget(Target):
    """A server over HTTP that can be started again and again, each time with its own settings."""

    def start(self, **settings):
        return HTTPServer(self.command, {**self.environment, **settings}, self.logs)
