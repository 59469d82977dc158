"""Holds guide/reference.md against the code and the programs."""

import json
import os
import re
import subprocess

SERVERS = {
    "CalculatorStdio": {"CALCULATOR_API_KEY": "0123456789abcdef"},
    "CalculatorJWT": {
        "JWT_SECRET": "0123456789abcdef0123456789abcdef",
        "CALCULATOR_ISSUER_KEY": "0123456789abcdef-issuer",
    },
    "CalculatorHTTP": {"CALCULATOR_API_KEY": "0123456789abcdef"},
}
# What is read on a pipe; the tools of CalculatorHTTP are asked for over HTTP by its chapter.
ON_A_PIPE = ["CalculatorStdio", "CalculatorJWT"]
LIST = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/list",
    "params": {
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    },
}


class Table:
    """The rows under a heading, each as its cells."""

    def __init__(self, lines, heading):
        self.line = lines.index("## " + heading) + 1
        rows = []
        for line in lines[self.line :]:
            if line.startswith("## "):
                break
            if line.startswith("| ") and not line.startswith("| ---"):
                rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
        self.rows = rows

    def first(self, pattern=r"`(.*)`"):
        """What the first cells have between backquotes."""
        return {match[1] for row in self.rows if (match := re.fullmatch(pattern, row[0]))}


def run(binaries, *command, text="", environment=None):
    return subprocess.run(
        [str(binaries / command[0]), *command[1:]],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "CALCULATOR_LOG": "off", **(environment or {})},
    ).stdout


def in_code(root, folder, pattern):
    return {
        found
        for file in sorted((root / folder).rglob("*.swift"))
        for found in re.findall(pattern, file.read_text(encoding="utf-8"))
    }


def unequal(line, what, page, truth):
    for name in sorted(truth - page):
        yield line, f"{what} {name} is missing"
    for name in sorted(page - truth):
        yield line, f"there is no {what} {name}"


def check(root, binaries, lines=None):
    """Problems, each as (line, text)."""
    lines = lines or (root / "guide/reference.md").read_text(encoding="utf-8").splitlines()
    for server in SERVERS:
        table = Table(lines, f"Settings of {server}")
        page = table.first()
        help_text = run(binaries, server, "--help")
        truth = set()
        pattern = r"^  ((?:CALCULATOR|JWT)_[A-Z_]+)(\[_FILE\])?(?: |$)"
        for name, is_secret in re.findall(pattern, help_text, re.MULTILINE):
            truth |= {name, f"{name}_FILE"} if is_secret else {name}
        yield from unequal(table.line, f"variable of {server}", page, truth)

    table = Table(lines, "Commands and flags")
    for command, flags in table.rows[1:]:
        help_text = run(binaries, *command.strip("`").split(), "--help")
        truth = set(re.findall(r"--[a-z][a-z-]+", options(help_text)))
        page = set(re.findall(r"--[a-z-]+", flags))
        yield from unequal(table.line, f"flag of {command}", page, truth)

    table = Table(lines, "Exit status")
    truth = {"1"}  # of token, which has no part of --help on it
    for server in SERVERS:
        text = run(binaries, server, "--help")
        truth |= set(re.findall(r"\b(\d+) ", text[text.index("EXIT STATUS") :].split("\n\n")[0]))
    yield from unequal(table.line, "exit status", table.first(), truth)

    table = Table(lines, "Tools")
    for server in ON_A_PIPE:
        settings = SERVERS[server]
        answer = run(binaries, server, text=json.dumps(LIST) + "\n", environment=settings)
        truth = {signature(tool) for tool in json.loads(answer)["result"]["tools"]}
        page = {f"{row[1]}: {row[2]}" for row in table.rows if row[0] == f"`{server}`"}
        yield from unequal(table.line, f"tool of {server}", page, truth)

    table = Table(lines, "Replies and errors")
    codes = in_code(root, "Sources/MCP", r": (-32\d{3})\b")
    yield from unequal(table.line, "error", table.first(r"`(-\d+)`"), codes)

    table = Table(lines, "What the audit log says")
    kinds = (root / "Sources/Auth/AuthenticationError.swift").read_text(encoding="utf-8")
    reasons = set(re.findall(r'case \.\w+: "([a-z_]+)"', kinds))
    failures = (root / "Sources/JOSE/JWTError.swift").read_text(encoding="utf-8")
    reasons |= set(re.findall(r'case \.\w+: "([a-z0-9_]+)"', failures))
    for file in ["JOSE/RegisteredClaims.swift", "Auth/AccessTokens/TokenClaims.swift"]:
        claims = (root / "Sources" / file).read_text(encoding="utf-8")
        reasons |= {f"malformed_{name}" for name in re.findall(r'(?:\.claim|malformedClaim)\("(\w+)"', claims)}
    yield from unequal(table.line, "reason", table.first(), reasons)


def options(help_text):
    """The part of --help on the options."""
    return help_text[help_text.index("OPTIONS:") :].split("\n\n")[0]


def signature(tool):
    """As the table writes it."""
    schema = tool["inputSchema"]
    names = [
        f"`{name}`" if name in schema["required"] else f"(`{name}`)"
        for name in schema["properties"]
    ]
    return f"`{tool['name']}`: {' '.join(names)}"
