"""Attacks on a server over HTTP that takes a key, tokens and passwords."""

import base64
import secrets
import time

from attack_type import Attack
from http_target import HTTPTarget, request
from target import call
from token_attacks import HONEST_HEADER, SECRET, claims, sign

TARGET = HTTPTarget
KEY = secrets.token_hex(32)
USER = "anshika"
PASSWORD = "correct horse battery"
SETTINGS = {
    "CALCULATOR_API_KEY": KEY,
    "JWT_SECRET": SECRET,
    "CALCULATOR_BASIC_USER": USER,
    "CALCULATOR_BASIC_PASSWORD": PASSWORD,
}

AUTH = "Sources/Auth/"
HTTP = "Sources/HTTPTransport/"
PIPELINE = "Sources/MCPServiceHTTP/Pipeline/"
CREDENTIAL = AUTH + "HTTP/Credential+HTTP.swift"
RECOGNITION = AUTH + "Authentication.swift"
FRAMING = HTTP + "Connection/BodyFraming.swift"
ROUTE = PIPELINE + "Route.swift"

ADD = call("add", {"a": 1, "b": 2})
POWER = call("power", {"a": 2, "b": 10})
RIGHT = ("X-API-Key", KEY)
WRONG = ("X-API-Key", "wrong-wrong-wrong-wrong")


def basic(user, password):
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def bearer(text):
    return "Authorization", f"Bearer {text}"


def token(**changes):
    return bearer(sign(HONEST_HEADER, claims(**changes), SECRET.encode()))


def head(*more, name="add", host="127.0.0.1", media="application/json"):
    """The fields of a call, with those that the attack brings."""
    return [
        ("Host", host),
        ("Content-Type", media),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", name),
        *more,
    ]


def sending(fields, body=ADD, **form):
    """Sends one request; in where the tool ran. `fields` may be a function, for what is made then."""

    def attempt(target):
        server = target.start()
        pairs = fields() if callable(fields) else fields
        answers = server.send(request(pairs, body, **form))
        server.close()
        return any(answer.was_let_in for answer in answers), " | ".join(a.seen for a in answers)

    return attempt


def smuggling(*lengths):
    """One request for who goes by one of its lengths, two for who goes by the other."""

    def attempt(target):
        inner = request(head(RIGHT), ADD)
        whole = b"0\r\n\r\n" + inner
        fields = [(name, value.format(all=len(whole))) for name, value in lengths]
        server = target.start()
        answers = server.send(request(head(RIGHT) + fields, end=None) + whole)
        server.close()
        seen = f"{len(answers)} answers to one request" if len(answers) > 1 else answers[0].seen
        return len(answers) > 1, seen

    return attempt


def guessing(forwarded, **settings):
    """Twenty guesses, each said to come from somewhere else; in where none is held up."""

    def attempt(target):
        server = target.start(**settings)
        statuses = []
        for number in range(20):
            fields = head(WRONG, ("X-Forwarded-For", forwarded.format(number)))
            statuses += [answer.status for answer in server.send(request(fields, ADD))]
        server.close()
        return set(statuses) == {401}, f"{statuses.count(401)} of 20 guesses were looked at"

    return attempt


def borrowed_connection(target):
    """Two requests in one connection, the second without a credential."""
    server = target.start()
    data = request(head(RIGHT), ADD, end=None) + request(head(), ADD)
    answers = server.send(data)
    server.close()
    return len(answers) == 2 and answers[1].was_let_in, " | ".join(a.seen for a in answers)


def body_of_a_stranger(target):
    """A wrong key, and a body that is announced and never comes: who waits for it?"""
    server = target.start()
    answers = server.send(request(head(WRONG, ("Content-Length", "1000000"))), 8)
    server.close()
    return not answers, f"{answers[0].status} before the body" if answers else "it waits for it"


def line_feeds(target):
    """Line ends that some gateways do not take for line ends."""
    server = target.start()
    answers = server.send(request(head(RIGHT), ADD).replace(b"\r\n", b"\n"))
    server.close()
    return any(answer.was_let_in for answer in answers), " | ".join(a.seen for a in answers)


def split_response(target):
    """A name that ends the field in which it is sent back, and begins another."""
    text = base64.b64encode(b"add\r\nSet-Cookie: session=forged").decode()
    server = target.start()
    answers = server.send(request(head(RIGHT, name=f"=?base64?{text}?="), ADD))
    server.close()
    split = any("\r\nSet-Cookie:" in answer.head for answer in answers)
    return split, "Set-Cookie: session=forged" if split else answers[0].seen


def who_exists(target):
    """A wrong password of a user, and a user who is not there: are the answers the same?"""
    server = target.start()
    known = server.send(request(head(basic(USER, "wrong")), ADD))[0]
    unknown = server.send(request(head(basic("nobody", "wrong")), ADD))[0]
    server.close()
    return known.text != unknown.text, f"{known.seen} | {unknown.seen}"


def tokens_without_end(target):
    """A user with a new token for each call, where one call an hour is allowed."""
    server = target.start(CALCULATOR_RATE_LIMIT="1/hour")
    statuses = [
        answer.status
        for _ in range(5)
        for answer in server.send(request(head(token()), ADD))
    ]
    server.close()
    return statuses == [200] * 5, f"{statuses.count(200)} of 5 calls"


def talkative_error(target):
    """What does an error tell?"""
    server = target.start()
    answers = server.send(request(head(RIGHT), "[]"))
    server.close()
    told = any("Traceback" in answer.text for answer in answers)
    return told, "a stack trace, with paths" if told else answers[0].seen


def log_of_secrets(target):
    server = target.start()
    server.send(request(head(RIGHT), ADD))
    server.send(request(head(basic(USER, PASSWORD)), ADD))
    _, log = server.close()
    kept = KEY in log or basic(USER, PASSWORD)[1] in log
    return kept, "the log has the key" if kept else "the log has no credential"


def foreign_page(target):
    """A web page elsewhere calls, and may read the answer."""
    server = target.start()
    answers = server.send(request(head(RIGHT, ("Origin", "https://evil.example")), ADD))
    server.close()
    return answers[0].was_let_in, answers[0].seen


def unsigned():
    signed = sign(HONEST_HEADER | {"alg": "none"}, claims(), b"")
    return head(bearer(signed.rpartition(".")[0] + "."))


# The right key: it must get in, or the rows below show nothing.
HONEST = sending(head(RIGHT))

ATTACKS = [
    # Credentials.
    Attack(
        "C9",
        "no credential",
        "RFC 9110 §15.5.2",
        (RECOGNITION, "throw .missingCredential"),
        sending(head()),
        reason="missing_credential",
    ),
    Attack(
        "C1",
        "a wrong key beside a right password",
        "OAuth 2.1 §5.1",
        (CREDENTIAL, "apiKey.count <= 1"),
        sending(head(WRONG, basic(USER, PASSWORD))),
        reason="ambiguous_credential",
        hole='words[0] == "Basic"',
    ),
    Attack(
        "C1",
        "two Authorization lines, one of them right",
        "RFC 9110 §5.3",
        (CREDENTIAL, "apiKey.count <= 1"),
        sending(head(bearer("wrong"), bearer(KEY))),
        reason="ambiguous_credential",
    ),
    Attack(
        "C3",
        "the key in the address",
        "OAuth 2.1 §5.1",
        (CREDENTIAL, "Alone such a token is not a credential"),
        sending(head(), target=f"/mcp?access_token={KEY}"),
        reason="missing_credential",
        hole='query.get("access_token"',
    ),
    Attack(
        "C3",
        "the key in a cookie",
        "ASVS 3.3",
        (CREDENTIAL, "init(authorization"),
        sending(head(("Cookie", f"key={KEY}"))),
        reason="missing_credential",
    ),
    Attack(
        "C4",
        "a scheme that does not exist",
        "RFC 9110 §11.4",
        (CREDENTIAL, "case nil: return .malformed"),
        sending(head(("Authorization", f"Whatever {KEY}"))),
        reason="malformed_credential",
    ),
    Attack(
        "C8",
        "the key as a password",
        "ASVS 15.1.3",
        (RECOGNITION, "case .apiKey, .bearer, .password: throw"),
        sending(head(basic(USER, KEY))),
        reason="wrong_password",
    ),
    Attack(
        "C5",
        "a user who is not there, with no password",
        "RFC 7617 §2",
        ("Sources/Auth/Passwords/PasswordAuthenticator.swift", "throw .unknownUser"),
        sending(head(basic("nobody", ""))),
        reason="unknown_user",
    ),
    Attack(
        "C6",
        "which users exist?",
        "ASVS 6.3.8",
        (PIPELINE + "HTTPProblem.swift", '"Authentication failed"'),
        who_exists,
        reason="unknown_user",
    ),
    Attack(
        "H19",
        "X_API_Key, which is another field",
        "RFC 9110 §5.1",
        (HTTP + "Messages/HTTPFields.swift", "subscript"),
        sending(head(("X_API_Key", KEY))),
        reason="missing_credential",
    ),
    Attack(
        "P1",
        "X-Remote-User from a stranger",
        "RFC 9700 §4.13",
        (CREDENTIAL, "init(authorization"),
        sending(head(("X-Remote-User", "admin"))),
        reason="missing_credential",
    ),
    Attack(
        "T1",
        "alg none",
        "RFC 8725 §2.1",
        ("Sources/JOSE/KeySet.swift", "throw .wrongAlgorithm"),
        sending(unsigned),
        reason="wrong_algorithm",
    ),
    Attack(
        "T18",
        "an expired token",
        "RFC 7519 §4.1.4",
        ("Sources/Auth/AccessTokens/AccessTokenVerifier.swift", "throw .expired"),
        sending(lambda: head(token(exp=int(time.time()) - 60))),
        reason="expired",
    ),
    Attack(
        "C10",
        "a tool that the token does not permit",
        "RFC 6750 §3.1",
        (PIPELINE + "HTTPPipeline.swift", "tool.authorize(identity)"),
        sending(lambda: head(token(permissions=["calculate:basic"]), name="power"), POWER),
        reason="forbidden",
    ),
    Attack(
        "H15",
        "the credential of the request before",
        "RFC 9110 §3.3",
        (PIPELINE + "HTTPPipeline.swift", "let credential = Credential("),
        borrowed_connection,
        reason="missing_credential",
    ),
    # Where a request comes from, and what for.
    Attack(
        "H25",
        "a web page of somebody else",
        "CVE-2025-66414",
        (PIPELINE + "HTTPPipeline.swift", "throw .foreignOrigin"),
        foreign_page,
        reason="403",
    ),
    Attack(
        "H26",
        "a name that was made to point here",
        "CVE-2025-66414",
        (PIPELINE + "AllowedHosts.swift", "throw .foreignHost"),
        sending(head(RIGHT, host="evil.example")),
        reason="403",
    ),
    Attack(
        "H24",
        "text/plain, which any page may send",
        "MCP Streamable HTTP",
        (PIPELINE + "MediaTypes.swift", "throw .unsupportedMediaType"),
        sending(head(RIGHT, media="text/plain")),
        reason="415",
    ),
    Attack(
        "H23",
        "another spelling of the path",
        "CVE-2022-3215",
        (ROUTE, 'case "/mcp": self = .mcp'),
        sending(head(RIGHT), target="//%6dcp"),
        reason="404",
    ),
    Attack(
        "H27",
        "add in the head, power in the body",
        "MCP Streamable HTTP",
        ("Sources/MCP/RequestHeaders.swift", 'mismatch("Mcp-Name")'),
        sending(head(RIGHT), POWER),
        reason="-32020",
    ),
    Attack(
        "H22",
        "a line end in what is sent back",
        "CVE-2022-3215",
        ("Sources/MCP/RequestHeaders.swift", "Never echo the value"),
        split_response,
        reason="-32020",
    ),
    # One message, two readers.
    Attack(
        "H1",
        "a length, and chunks as well",
        "RFC 9112 §6.1",
        (FRAMING, "§6.1"),
        smuggling(("Content-Length", "5"), ("Transfer-Encoding", "chunked")),
        reason="400",
    ),
    Attack(
        "H2",
        "two lengths",
        "RFC 9112 §6.3",
        (FRAMING, "§6.3"),
        smuggling(("Content-Length", "5"), ("Content-Length", "{all}")),
        reason="400",
    ),
    Attack(
        "H8",
        "line feeds alone",
        "RFC 9112 §2.2",
        (HTTP + "Connection/LineReader.swift", "§2.2"),
        line_feeds,
        reason="400",
    ),
    # Too much.
    Attack(
        "H16",
        "a stranger's body",
        "ASVS 15.2.2",
        (PIPELINE + "HTTPPipeline.swift", "try await body(of: request, context)"),
        body_of_a_stranger,
        reason="unknown_key",
    ),
    Attack(
        "H20",
        "a head of 40 KiB",
        "RFC 6585 §5",
        (HTTP + "Connection/HeadParser.swift", "if size > limits.head"),
        sending(head(RIGHT, ("X-Long", "x" * 40_000))),
        reason="431",
    ),
    Attack(
        "H20",
        "a body of 2 MiB",
        "RFC 9110 §15.5.14",
        (HTTP + "Connection/HTTPConnection.swift", "throw .bodyTooLarge"),
        sending(head(RIGHT), ADD + " " * (2 << 20)),
        reason="413",
        hole="any length will do",
    ),
    Attack(
        "R1",
        "guesses from made-up addresses",
        "ASVS 15.3.4",
        (HTTP + "Addresses/TrustedProxies.swift", "guard contains(client)"),
        guessing("203.0.113.{}"),
        reason="limited",
    ),
    Attack(
        "R2",
        "the same through a proxy that appends",
        "ASVS 15.3.4",
        (HTTP + "Addresses/TrustedProxies.swift", "reversed()"),
        guessing("203.0.113.{}, 198.51.100.1", CALCULATOR_TRUSTED_PROXIES="127.0.0.1"),
        reason="limited",
    ),
    Attack(
        "R7",
        "a new token for each call",
        "ASVS 2.4.1",
        ("Sources/Auth/RateLimit/BucketKey.swift", "not give a new bucket"),
        tokens_without_end,
        reason="limited",
    ),
    # What is told.
    Attack(
        "H31",
        "an error that tells too much",
        "ASVS 16.5.1",
        (PIPELINE + "HTTPProblem.swift", "Every wrong credential gets the same response"),
        talkative_error,
        reason="-32600",
    ),
    Attack(
        "C13",
        "a credential in the log",
        "ASVS 16.2.5",
        ("Sources/Auth/AuditEvent.swift", "No field can contain a secret"),
        log_of_secrets,
    ),
]
