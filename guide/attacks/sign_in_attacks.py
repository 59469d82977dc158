"""Attacks on the authorization server: people sign in with a password, and clients get tokens."""

import hashlib
import html
import json
import os
import re
import secrets
import tempfile
from urllib.parse import parse_qs, urlencode, urlsplit

from attack_type import Attack
from http_attacks import ADD, bearer, head
from http_target import request
from oauth_attacks import OAuthTarget, audience, encode

ENDPOINTS = "Sources/AuthorizationServer/"
BROWSER = ENDPOINTS + "Browser/"
REQUEST = ENDPOINTS + "AuthorizationRequest.swift"
OAUTH = "Sources/OAuth/"
STATE = "Sources/State/AuthorizationState+"

USER = "anshika"
PASSWORD = "battery staple correct"
# Of `CalculatorHTTP hash-password`.
HASH = "$scrypt$ln=14,r=8,p=5$T6Kht7pNeNzt/MGidWECdA$hBQvwwvcHuKuZ5kTaA25by3QkU4sD1IkeusHjJdJ+To"

REDIRECT = "https://app.example"
CLIENT = {"client_id": "app", "name": "App", "redirect_uris": [REDIRECT]}
# The one of a thief, which the operator has registered as well.
OTHER = {"client_id": "other", "name": "Other", "redirect_uris": ["https://other.example"]}

folder = tempfile.TemporaryDirectory()


def written(name, value):
    """The path of a file that only its owner reads."""
    path = os.path.join(folder.name, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file)
    return path


TARGET = OAuthTarget
SETTINGS = {
    "CALCULATOR_OAUTH_PROVIDER": "password",
    "CALCULATOR_CREDENTIALS": written(
        "credentials.json", {"users": [{"name": USER, "password": HASH, "role": "basic"}]}
    ),
    "CALCULATOR_OAUTH_CLIENTS": written("clients.json", {"clients": [CLIENT, OTHER]}),
    "CALCULATOR_FAILURE_LIMIT": "off",
}

VERIFIER = secrets.token_urlsafe(32)
CHALLENGE = encode(hashlib.sha256(VERIFIER.encode()).digest())


def without_none(parameters):
    return {name: value for name, value in parameters.items() if value is not None}


def send(server, method, target, form=None, *more):
    """One request with a form, as a browser or a client sends it."""
    fields = [("Host", f"127.0.0.1:{server.port}"), *more]
    if form is not None:
        fields.append(("Content-Type", "application/x-www-form-urlencoded"))
    body = urlencode(without_none(form or {}))
    [response] = server.send(request(fields, body, target=target, method=method))
    return response


def location(response):
    """Where a response sends the browser; "" if it is no redirect."""
    found = re.search(r"(?im)^location: *(\S+)", response.head)
    return found[1] if found else ""


def seen(response):
    """The status, and where the browser goes or what the person or the client reads."""
    if to := location(response):
        return f"{response.status} to {to}"
    if response.text.startswith("{"):
        answer = json.loads(response.text)
        return f"{response.status} {answer.get('error', 'a token')}"
    sentence = re.search('<p class="note problem"[^>]*>([^<]*)', response.text)
    return f"{response.status} {sentence[1] if sentence else '?'}"


class Browser:
    """The browser of a person, with its cookies and the page that it shows."""

    def __init__(self, server):
        self.server = server
        self.cookies = {}
        self.page = None

    def open(self, **changes):
        """Follows the link of a client, but for `changes`; `None` leaves a parameter out."""
        query = {
            "response_type": "code",
            "client_id": CLIENT["client_id"],
            "redirect_uri": REDIRECT,
            "state": "s",
            "scope": "calculate:basic",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "resource": audience(self.server),
        }
        return self.show("GET", "/authorize?" + urlencode(without_none(query | changes)))

    def sign_in(self):
        return self.submit("/authorize", username=USER, password=PASSWORD)

    def allow(self, *more):
        return self.submit("/consent", *more, decision="allow")

    def submit(self, target, *more, **fields):
        """Sends the form of the page, if there is one."""
        if self.page.status != 200:
            return self.page
        pattern = '<input type="hidden" name="([^"]*)" value="([^"]*)">'
        hidden = {
            name: html.unescape(value) for name, value in re.findall(pattern, self.page.text)
        }
        return self.show("POST", target, hidden | fields, *more)

    def show(self, method, target, form=None, *more):
        if self.cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            more = (("Cookie", pairs), *more)
        self.page = send(self.server, method, target, form, *more)
        found = re.findall(r"(?im)^set-cookie: *([^=]+)=([^;\r]*)", self.page.head)
        self.cookies |= dict(found)
        return self.page


def agree(server, **changes):
    """A person follows a link, signs in and agrees: where the browser goes in the end."""
    browser = Browser(server)
    browser.open(**changes)
    browser.sign_in()
    return browser.allow()


def code_of(response):
    return parse_qs(urlsplit(location(response)).query).get("code", [""])[0]


def code(server):
    """The code of an honest sign-in."""
    response = agree(server)
    return code_of(response) or refused(response)


def refused(response):
    """Without its honest steps an attack shows nothing."""
    raise SystemExit(f"attack: an honest step was refused: {seen(response)}")


def redeem(server, code, **changes):
    """The response to a code, and to what the client knows beside it, but for `changes`."""
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT["client_id"],
        "redirect_uri": REDIRECT,
        "code": code,
        "code_verifier": VERIFIER,
        "resource": audience(server),
    }
    return send(server, "POST", "/token", form | changes)


def refresh(server, token):
    form = {
        "grant_type": "refresh_token",
        "client_id": CLIENT["client_id"],
        "refresh_token": token,
    }
    return send(server, "POST", "/token", form)


def tokens(response):
    """What the client keeps of a response, which must have them."""
    return json.loads(response.text) if response.status == 200 else refused(response)


def add(server, issued):
    """A call with an access token."""
    fields = head(bearer(issued["access_token"]), host=f"127.0.0.1:{server.port}")
    [response] = server.send(request(fields, ADD))
    return response


def trying(attack):
    """An attack on a server that was just started. `attack` returns what `attempt` does."""

    def attempt(target):
        server = target.start()
        result = attack(server)
        server.close()
        return result

    return attempt


@trying
def honest(server):
    response = add(server, tokens(redeem(server, code(server))))
    return response.was_let_in, response.seen


@trying
def redirected_by_prefix(server):
    """A link of a thief, in which the host only begins like that of the client."""
    response = agree(server, redirect_uri=REDIRECT + ".evil")
    return bool(code_of(response)), seen(response)


@trying
def without_pkce(server):
    """A request without a challenge, so that anybody can redeem the code."""
    response = agree(server, code_challenge=None, code_challenge_method=None)
    if issued := code_of(response):
        response = redeem(server, issued, code_verifier=None)
    return response.status == 200 and "access_token" in response.text, seen(response)


def stolen_code(**changes):
    """A thief redeems a code that nobody has used yet."""

    @trying
    def attempt(server):
        response = redeem(server, code(server), **changes)
        return response.status == 200, seen(response)

    return attempt


@trying
def code_twice(server):
    used = code(server)
    tokens(redeem(server, used))
    response = redeem(server, used)
    return response.status == 200, seen(response)


@trying
def thief_with_code(server):
    """The thief redeems first; the owner's attempt must end what the thief has."""
    used = code(server)
    stolen = tokens(redeem(server, used))
    redeem(server, used)
    response = add(server, stolen)
    return response.was_let_in, response.seen


@trying
def refresh_twice(server):
    first = tokens(redeem(server, code(server)))["refresh_token"]
    tokens(refresh(server, first))
    response = refresh(server, first)
    return response.status == 200, seen(response)


@trying
def thief_who_refreshed(server):
    """The thief refreshes first; the owner's attempt must end what the thief has."""
    first = tokens(redeem(server, code(server)))["refresh_token"]
    stolen = tokens(refresh(server, first))
    refresh(server, first)
    response = add(server, stolen)
    return response.was_let_in, response.seen


@trying
def consent_without_cookie(server):
    """Another browser sends the form of the consent page."""
    browser = Browser(server)
    browser.open()
    browser.sign_in()
    browser.cookies.clear()
    response = browser.allow()
    return bool(code_of(response)), seen(response)


@trying
def consent_of_another_page(server):
    """A page of another site sends the form in the browser of the person."""
    browser = Browser(server)
    browser.open()
    browser.sign_in()
    response = browser.allow(("Origin", "https://evil.example"))
    return bool(code_of(response)), seen(response)


def error_redirected(**changes):
    """A link to this server that leads elsewhere: nobody signs in, and nobody agrees."""

    @trying
    def attempt(server):
        response = Browser(server).open(**changes)
        return bool(location(response)), seen(response)

    return attempt


# A sign-in without any of these faults: it must get in, or the rows below show nothing.
HONEST = honest

ATTACKS = [
    Attack(
        "O70",
        "a redirect URI that only begins right",
        "OAuth 2.1 §2.3.1, RFC 9700 §4.1.3",
        (OAUTH + "RedirectURI.swift", "requested.hasSameBytes(as: text)"),
        redirected_by_prefix,
        reason="invalid_request",
    ),
    Attack(
        "O71",
        "an error, redirected to a thief's address",
        "OAuth 2.1 §4.1.2.1",
        (REQUEST, "The redirect_uri is not one of the client."),
        error_redirected(redirect_uri="https://evil.example"),
        reason="invalid_request",
    ),
    Attack(
        "O103",
        "an error, redirected before anybody agrees",
        "RFC 9700 §4.11.2",
        (BROWSER + "SignInEndpoints+Parts.swift", "return error.response"),
        error_redirected(scope="everything"),
        reason="invalid_scope",
    ),
    Attack(
        "O100",
        "consent without the cookie of the page",
        "RFC 9700 §4.7",
        (BROWSER + "SignInEndpoints.swift", "throw .noCookie"),
        consent_without_cookie,
        reason="no_cookie",
        hole="so no cookie has to",
    ),
    Attack(
        "O100",
        "consent from a page of another site",
        "RFC 9700 §4.7",
        (BROWSER + "SignInEndpoints+Parts.swift", "browser.isOwnForm(of: settings.issuer)"),
        consent_of_another_page,
        reason="forged_form",
        hole="nor who has sent the form",
    ),
    Attack(
        "O72",
        "a code without PKCE",
        "RFC 7636 §4.4.1, OAuth 2.1 §7.5.2",
        (OAUTH + "CodeChallenge.swift", "A code_challenge is required."),
        without_pkce,
        reason="invalid_request",
    ),
    Attack(
        "O73",
        "a stolen code with another verifier",
        "RFC 7636 §4.6, OAuth 2.1 §4.1.3",
        (STATE + "Codes.swift", "return .wrongVerifier"),
        stolen_code(code_verifier=secrets.token_urlsafe(32)),
        reason="invalid_grant",
        hole="with any code_verifier",
    ),
    Attack(
        "O73",
        "a code of one client, redeemed by another",
        "OAuth 2.1 §4.1.3",
        (STATE + "Codes.swift", "return .wrongClient"),
        stolen_code(client_id=OTHER["client_id"]),
        reason="invalid_grant",
        hole="for any client_id",
    ),
    Attack(
        "O74",
        "a code redeemed twice",
        "OAuth 2.1 §4.1.3",
        (STATE + "Codes.swift", "return .reused(grant: stored.grant)"),
        code_twice,
        reason="code_reused",
    ),
    Attack(
        "O74",
        "a thief who redeemed before the owner",
        "OAuth 2.1 §4.1.3",
        (STATE + "Codes.swift", "connection.revokeGrant(grant, now: now)"),
        thief_with_code,
        reason="revoked_token",
        hole="no second code ends it",
    ),
    Attack(
        "O75",
        "a refresh token used twice",
        "RFC 9700 §4.14.2",
        (STATE + "RefreshTokens.swift", "return .reused(grant: grant.id)"),
        refresh_twice,
        reason="refresh_token_reused",
    ),
    Attack(
        "O75",
        "a thief who refreshed before the owner",
        "RFC 9700 §4.14.2",
        (STATE + "RefreshTokens.swift", "connection.revokeGrant(grant.id, now: now)"),
        thief_who_refreshed,
        reason="revoked_token",
        hole="nor does a second use",
    ),
]
