"""Attacks on a server that takes the tokens of an identity provider. The provider is in this program."""

import base64
import hmac
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from attack_type import Attack
from http_attacks import ADD, POWER, bearer, head
from http_target import HTTPServer, HTTPTarget, request

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))
from free_ports import free_ports  # noqa: E402

POLICY = "Sources/ResourceServer/ProviderTokenPolicy.swift"
KEYS = "Sources/ResourceServer/IssuerKeys.swift"
METADATA = "Sources/ResourceServer/ProviderMetadata.swift"
SOCKETS = "Sources/HTTPClient/CurlCallbacks.swift"
HEADER = "Sources/JOSE/JWSHeader.swift"
RESOURCE = "Sources/MCPServiceOAuth/OAuthConfiguration.swift"
TOOL = "Sources/MCPService/Tools/Tool.swift"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Key:
    """An RSA key, made and used by the openssl command."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "key.pem")
        self.openssl("genrsa", "-out", self.path, "2048")
        self.public = self.openssl("rsa", "-in", self.path, "-pubout")
        self.modulus = bytes.fromhex(
            self.openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().partition("=")[2]
        )

    def openssl(self, *arguments, data=None):
        return subprocess.run(
            ["openssl", *arguments], input=data, capture_output=True, check=True
        ).stdout

    def sign(self, data):
        return self.openssl("dgst", "-sha256", "-sign", self.path, data=data)

    @property
    def jwk(self):
        return {"kty": "RSA", "kid": "k", "n": encode(self.modulus), "e": "AQAB"}


class Provider(BaseHTTPRequestHandler):
    """The metadata, the keys and the introspection of the provider; and at other paths the keys of a
    thief, and a service that is not for the internet."""

    requests = []  # their paths
    forged = {}  # what an attack writes into the metadata

    def do_GET(self):
        issuer = f"http://127.0.0.1:{self.server.server_port}"
        metadata = {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/keys",
            "introspection_endpoint": f"{issuer}/introspect",
        }
        answers = {
            "/.well-known/oauth-authorization-server": metadata | Provider.forged,
            "/keys": {"keys": [key().jwk]},
            "/thief": {"keys": [thief().jwk]},
            "/internal": {"keys": []},
        }
        self.reply(answers.get(self.path))

    def do_POST(self):
        """An opaque token is the audience that it is for. Each is active."""
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        audience = decode(parse_qs(form)["token"][0]).decode()
        self.reply({"active": True} | claims_for(audience))

    def reply(self, answer):
        Provider.requests.append(self.path)
        data = json.dumps(answer or {}).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def lazily(make):
    """Makes a value when it is first asked for: the other patterns do not need it."""
    made = []

    def get():
        if not made:
            made.append(make())
        return made[0]

    return get


key, thief = lazily(Key), lazily(Key)
provider = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
provider.handle_error = lambda *_: None  # a server that ends closes its connections
threading.Thread(target=provider.serve_forever, daemon=True).start()
ISSUER = f"http://127.0.0.1:{provider.server_port}"
SETTINGS = {
    "CALCULATOR_OAUTH_ISSUER": ISSUER,
    "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
    "CALCULATOR_FAILURE_LIMIT": "off",
}


class OAuthTarget(HTTPTarget):
    """The server knows its own address, so the port is chosen before it starts."""

    def start(self, **settings):
        [port] = free_ports(1)
        base = {"CALCULATOR_BASE_URL": f"http://127.0.0.1:{port}"}
        environment = {**self.environment, **base, **settings}
        return HTTPServer(self.command, environment, self.logs, port)


TARGET = OAuthTarget


def audience(server):
    return f"http://127.0.0.1:{server.port}/mcp"


def claims_for(audience):
    now = int(time.time())
    return {
        "iss": ISSUER,
        "sub": "anshika",
        "aud": audience,
        "iat": now,
        "exp": now + 600,
        "jti": "1",
        "client_id": "lab",
        "scope": "calculate:basic",
    }


def token(server, claims=None, header=None, signer=None, mac=None):
    """A token of the provider for this server, with what the attack changes."""
    head = {"alg": "RS256", "kid": "k", "typ": "at+jwt"} | (header or {})
    body = claims_for(audience(server)) | (claims or {})
    text = ".".join(encode(json.dumps(part).encode()) for part in (head, body))
    if head["alg"] == "none":
        return text + "."
    signature = (
        hmac.digest(mac, text.encode(), "sha256") if mac else (signer or key()).sign(text.encode())
    )
    return text + "." + encode(signature)


def sending(make, name="add", body=ADD):
    """An attack that is one call with a token, which `make` forges for a server."""

    def attempt(target):
        server = target.start()
        [response] = server.send(request(head(bearer(make(server)), name=name), body))
        server.close()
        return response.was_let_in, response.seen

    return attempt


def unknown_keys(target):
    """Fifty tokens with names of keys that do not exist: how often is the provider asked?"""
    server = target.start()
    server.send(request(head(bearer(token(server))), ADD))
    before = Provider.requests.count("/keys")
    for number in range(50):
        forged = token(server, header={"kid": f"k{number}"}, mac=b"-")
        server.send(request(head(bearer(forged)), ADD))
    server.close()
    count = Provider.requests.count("/keys") - before
    return count > 1, f"50 tokens made the server fetch {count} times"


def poisoned_metadata(target):
    server = target.start()
    fields = [("Host", f"127.0.0.1:{server.port}"), ("X-Forwarded-Host", "evil.example")]
    path = "/.well-known/oauth-protected-resource"
    [response] = server.send(request(fields, target=path, method="GET"))
    server.close()
    found = re.search(r'"resource": ?"([^"]*)"', response.text)
    return "evil.example" in response.text, f"the resource is {found[1] if found else '?'}"


def with_metadata(forged, attempt):
    """An attack while the metadata of the provider are not its own."""

    def forging(target):
        Provider.forged = forged
        try:
            return attempt(target)
        finally:
            Provider.forged = {}

    return forging


def asked_inside(target):
    """Does the server send a request to the address that the metadata name?"""
    before = Provider.requests.count("/internal")
    _, seen = sending(token)(target)
    asked = Provider.requests.count("/internal") > before
    return asked, "the server asked the service inside" if asked else seen


def introspecting(audience_of):
    """An attack that is one call with an opaque token, after an honest one."""

    def attempt(target):
        server = target.start(
            CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID="calculator",
            CALCULATOR_OAUTH_INTROSPECTION_CLIENT_SECRET="for-this-machine-alone-0123456789",
        )
        honest, response = (
            server.send(request(head(bearer(encode(name.encode()))), ADD))[0]
            for name in (audience(server), audience_of)
        )
        server.close()
        if not honest.was_let_in:
            raise SystemExit(f"attack: an honest call was refused: {honest.seen}")
        return response.was_let_in, response.seen

    return attempt


HONEST = sending(token)

ATTACKS = [
    Attack(
        "O1",
        "HS256 with the public key as the secret",
        "RFC 8725 §2.1, CVE-2016-10555",
        (KEYS, "algorithms.contains(algorithm)"),
        sending(lambda server: token(server, header={"alg": "HS256"}, mac=key().public)),
        reason="wrong_algorithm",
        hole='if header["alg"] == "HS256"',
    ),
    Attack(
        "O1",
        "alg none",
        "RFC 8725 §2.1",
        (KEYS, "algorithms.contains(algorithm)"),
        sending(lambda server: token(server, header={"alg": "none"})),
        reason="wrong_algorithm",
        hole='if header["alg"] == "none"',
    ),
    Attack(
        "O1",
        "a link to the thief's keys in the token",
        "RFC 7515 §4.1.2, CVE-2018-0114",
        (HEADER, "throw .embeddedKey"),
        sending(
            lambda server: token(server, header={"jku": f"{ISSUER}/thief"}, signer=thief())
        ),
        reason="embedded_key",
        hole='header.get("jku")',
    ),
    Attack(
        "O2",
        "another issuer, by one slash",
        "RFC 9068 §4",
        (POLICY, "throw .wrongIssuer"),
        sending(lambda server: token(server, {"iss": ISSUER + "/"})),
        reason="wrong_issuer",
    ),
    Attack(
        "O3",
        "a token for another server",
        "RFC 8707 §2, RFC 9068 §4",
        (POLICY, "throw .wrongAudience"),
        sending(lambda server: token(server, {"aud": "https://other.example/mcp"})),
        reason="wrong_audience",
    ),
    Attack(
        "O4",
        "a token that has expired",
        "RFC 7519 §4.1.4",
        (POLICY, "throw .expired"),
        sending(lambda server: token(server, {"exp": int(time.time()) - 60})),
        reason="expired",
    ),
    Attack(
        "O5",
        "an ID token",
        "RFC 9068 §5, RFC 8725 §3.11",
        ("Sources/ResourceServer/UnverifiedToken.swift", "throw .wrongType"),
        sending(lambda server: token(server, {"nonce": "n"}, {"typ": "JWT"})),
        reason="wrong_type",
    ),
    Attack(
        "O10",
        "a tool for which the token has no scope",
        "RFC 6750 §3.1",
        (TOOL, "throw .forbidden(identity, permission)"),
        sending(token, name="power", body=POWER),
        reason="needs calculate:advanced",
    ),
    Attack(
        "O20",
        "metadata of another issuer, with its keys",
        "RFC 8414 §3.3",
        (METADATA, "throw .wrongIssuer"),
        with_metadata(
            {"issuer": "https://other.example", "jwks_uri": f"{ISSUER}/thief"},
            sending(lambda server: token(server, signer=thief())),
        ),
        reason="wrong_issuer",
    ),
    Attack(
        "O22",
        "names of keys that do not exist",
        "ASVS 15.2.2",
        (KEYS, "now - last < Self.interval"),
        unknown_keys,
        reason="unknown_key",
    ),
    Attack(
        "O25",
        "an opaque token for another server",
        "RFC 7662 §4, RFC 8707 §2",
        (POLICY, "throw .wrongAudience"),
        introspecting("https://other.example/mcp"),
        reason="wrong_audience",
    ),
    # Loopback is allowed here, because the provider of the lab is there. 0.0.0.0 is the other address
    # that every machine has and that no request from outside reaches.
    Attack(
        "O40",
        "metadata that lead to a service inside",
        "RFC 6890, CWE-918",
        (SOCKETS, "transfer.pointee.connects(to: target)"),
        with_metadata(
            {"jwks_uri": f"http://0.0.0.0:{provider.server_port}/internal"}, asked_inside
        ),
        reason="refused_address",
    ),
    Attack(
        "O63",
        "a forwarded host in the metadata",
        "RFC 9728 §7.3",
        (RESOURCE, '"resource": .string'),
        poisoned_metadata,
    ),
]
