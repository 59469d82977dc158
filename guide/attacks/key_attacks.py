"""Attacks on a server that is guarded by one API key, shown as `auth_token`."""

import json
import secrets

from attack_type import Attack
from target import call, text_of, was_let_in

KEY = secrets.token_hex(32)
NUMBERS = {"a": 1, "b": 2}

SLOT = "Sources/MCPService/Tools/CredentialSlot.swift"
KEYS = "Sources/Auth/APIKeys/APIKeyStore.swift"
PARSER = "Sources/JSON/JSONParser.swift"
READER = "Sources/MCPService/Configuration/EnvironmentReader.swift"


def calling(arguments, meta=None):
    """Calls `add`; in where the tool ran."""

    def attempt(target):
        server = target.start()
        answer = server.ask("add", {**NUMBERS, **arguments}, meta)
        server.close()
        return was_let_in(answer), text_of(answer)

    return attempt


def sending(line):
    """Sends a line of text as it is."""

    def attempt(target):
        server = target.start()
        answer = server.send(line)
        server.close()
        return was_let_in(answer), text_of(answer)

    return attempt


def starting(arguments, **settings):
    """Starts it with bad settings; in where it serves all the same."""

    def attempt(target):
        server = target.start(**settings)
        answer = server.ask("add", {**NUMBERS, **arguments})
        status, log = server.close()
        return was_let_in(answer), text_of(answer) if answer else f"exit status {status}"

    return attempt


def prefixes(target):
    """Sixteen guesses for the first digit."""
    server = target.start()
    found = [
        digit
        for digit in "0123456789abcdef"
        if was_let_in(server.ask("add", {**NUMBERS, "auth_token": digit}))
    ]
    server.close()
    return bool(found), f"the key begins with {found[0]}" if found else "16 guesses refused"


def echo(target):
    """A model puts the key into the wrong argument: is it shown again?"""
    server = target.start()
    answer = server.ask("add", {"a": KEY, "b": 2, "auth_token": KEY})
    server.close()
    return KEY in answer, text_of(answer).replace(KEY, "(the key)")


def log_of_secrets(target):
    server = target.start()
    server.ask("add", {**NUMBERS, "auth_token": KEY + "x"})
    _, log = server.close()
    return KEY in log, "the log has the key" if KEY in log else "the log has no key"


def forged_log(target):
    """A line break in what is logged, and a line of the attacker's own behind it."""
    line = '{"event":"authentication","outcome":"accepted","subject":"key-1"}'
    server = target.start()
    server.ask("add", {**NUMBERS, "auth_token": f"x\n{line}\n"})
    _, log = server.close()
    forged = line in log.splitlines()
    return forged, "a forged line in the log" if forged else f"{log.count(chr(10))} line, its own"


def long_line(target):
    """Four MiB in one line: is there a bound?"""
    server = target.start()
    answer = server.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "x" * (4 << 20)}))
    again = server.ask("add", {**NUMBERS, "auth_token": KEY})
    server.close()
    bounded = "at most" in text_of(answer) and was_let_in(again)
    return not bounded, text_of(answer)[:60]


# The right key: it must get in, or the rows below show nothing.
HONEST = calling({"auth_token": KEY})

TWICE = call("add", {**NUMBERS, "auth_token": "x"}).replace(
    '"auth_token": "x"', f'"auth_token": "x", "auth_token": "{KEY}"'
)

ATTACKS = [
    Attack(
        "S1",
        "no key at all",
        "ASVS 15.3.5",
        (SLOT, "return Credential.none"),
        calling({}),
        reason="missing_credential",
    ),
    Attack(
        "S1",
        "an empty key",
        "ASVS 15.3.5",
        (SLOT, 'value == ""'),
        calling({"auth_token": ""}),
        reason="missing_credential",
    ),
    Attack(
        "S1",
        "null",
        "ASVS 15.3.5",
        (SLOT, "value == .null"),
        calling({"auth_token": None}),
        reason="missing_credential",
    ),
    Attack(
        "S1",
        "the key inside a list",
        "ASVS 15.3.5",
        (SLOT, "default: return"),
        calling({"auth_token": [KEY]}),
        reason="malformed_credential",
        hole="isinstance(token, list)",
    ),
    Attack(
        "S2",
        "the first digit alone",
        "ASVS 11.2.4",
        (KEYS, "isEqual(to: digest)"),
        prefixes,
        reason="unknown_key",
    ),
    Attack(
        "S3",
        "a server with an empty key",
        "ASVS 16.5.3",
        (READER, "An empty variable counts as unset"),
        starting({"auth_token": ""}, CALCULATOR_API_KEY=""),
        reason="CALCULATOR_API_KEY: is not set",
    ),
    Attack(
        "S4",
        "a wrong key, then the right one",
        "RFC 7493 §2.3, CVE-2026-27896",
        (PARSER, "§2.3"),
        sending(TWICE),
        reason="-32700",
    ),
    Attack(
        "S6",
        "a key in two places, one of them wrong",
        "OAuth 2.1 §5.1",
        (SLOT, "return .ambiguous"),
        calling({"auth_token": "wrong"}, {"calculator/auth_token": KEY}),
        reason="ambiguous_credential",
    ),
    Attack(
        "S9",
        "the key repeated in an error message",
        "ASVS 16.5.1",
        ("Sources/Calculator/CalculatorTools.swift", "must be a JSON number"),
        echo,
        hole="whatever it was, the caller",
    ),
    Attack(
        "S9",
        "a key in the log",
        "ASVS 16.2.5",
        ("Sources/Auth/AuditEvent.swift", "No field can contain a secret"),
        log_of_secrets,
    ),
    Attack(
        "S11",
        "a forged line in the log",
        "ASVS 16.4.1",
        ("Sources/Auth/Log.swift", "escaping: .nonASCII"),
        forged_log,
    ),
    Attack(
        "S14",
        "a line without end",
        "ASVS 15.2.2",
        ("Sources/StdioTransport/LineFramer.swift", "maximumLength = "),
        long_line,
        reason="-32600",
    ),
    Attack(
        "S16",
        "REQUIRE_AUTH=True, a typing mistake",
        "ASVS 16.5.3",
        ("Sources/MCPService/Configuration/Setting.swift", "throw .invalidValue(of: declaration)"),
        starting({}, CALCULATOR_REQUIRE_AUTH="True"),
        reason="must be exactly",
    ),
    Attack(
        "C15",
        "a key that stands in the documentation",
        "CWE-798",
        ("Sources/Auth/APIKeys/APIKeyList.swift", "throw .placeholder"),
        starting(
            {"auth_token": "replace-with-the-output-of-openssl-rand-hex-32"},
            CALCULATOR_API_KEY="replace-with-the-output-of-openssl-rand-hex-32",
        ),
        reason="placeholder",
    ),
]
