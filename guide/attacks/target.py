"""A server to attack: a program, its pipes, and the calls of a client."""

import json
import select
import subprocess

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
PATIENCE = 60  # seconds, for a server that never answers


def call(tool, arguments, meta=None):
    """The line that calls a tool."""
    params = {"name": tool, "arguments": arguments, "_meta": {**META, **(meta or {})}}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})


class Server:
    """A running server over stdio."""

    def __init__(self, command, environment, logs):
        self.logs = logs
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.pending = b""

    def send(self, line):
        """The answer to a line of text, as the text that came; "" where the server is gone."""
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return ""
        while b"\n" not in self.pending:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            chunk = self.process.stdout.read1() if ready else b""
            if not chunk:
                return ""
            self.pending += chunk
        answer, _, self.pending = self.pending.partition(b"\n")
        return answer.decode()

    def ask(self, tool, arguments, meta=None):
        return self.send(call(tool, arguments, meta))

    def close(self):
        """Ends the server as a client does. Its exit status, and what it logged."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        log = self.process.stderr.read().decode()
        self.logs.append(log)
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.wait(PATIENCE), log


class Target:
    """A server that can be started again and again, each time with its own settings."""

    def __init__(self, command, environment):
        self.command = command
        self.environment = environment
        self.logs = []

    def start(self, **settings):
        return Server(self.command, {**self.environment, **settings}, self.logs)


def text_of(answer):
    """What the model reads of an answer, or the message of an error."""
    if not answer:
        return "(no answer)"
    reply = json.loads(answer)
    if "error" in reply:
        return reply["error"]["message"]
    return reply["result"]["content"][0]["text"]


def was_let_in(answer):
    return bool(answer) and json.loads(answer).get("result", {}).get("isError") is False


def structured(answer):
    return json.loads(answer)["result"].get("structuredContent", {}) if answer else {}
