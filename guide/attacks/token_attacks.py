"""Attacks on a server that is guarded by tokens with HS256, shown as `jwt_token`."""

import base64
import hashlib
import hmac
import json
import secrets
import time

from attack_type import Attack
from target import structured, text_of, was_let_in

SECRET = secrets.token_hex(32)
ISSUER_KEY = secrets.token_hex(32)

VERIFIER = "Sources/Auth/AccessTokens/AccessTokenVerifier.swift"
HEADER = "Sources/JOSE/JWSHeader.swift"
KEYS = "Sources/JOSE/KeySet.swift"
CLAIMS = "Sources/Auth/AccessTokens/TokenClaims.swift"
AUTHORITY = "Sources/Auth/AccessTokens/TokenIssuer.swift"
REGISTRY = "Sources/Auth/AccessTokens/InMemoryTokenStore.swift"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def kid_of(secret):
    """RFC 7638: the name that the server gives to its key."""
    k = encode(secret.encode())
    return encode(hashlib.sha256(f'{{"k":"{k}","kty":"oct"}}'.encode()).digest())


HONEST_HEADER = {"alg": "HS256", "kid": kid_of(SECRET), "typ": "at+jwt"}


def claims(**changes):
    """What an honest token says, but for `changes`; `None` leaves a claim out."""
    now = int(time.time())
    honest = {
        "iss": "calculator",
        "sub": "mallory",
        "aud": "calculator",
        "iat": now - 5,
        "exp": now + 600,
        "jti": secrets.token_hex(16),
        "permissions": ["calculate:basic", "calculate:advanced"],
    }
    return {name: value for name, value in (honest | changes).items() if value is not None}


def sign(header, payload, key, digest="sha256"):
    text = f"{encode(json.dumps(header).encode())}.{encode(json.dumps(payload).encode())}"
    return f"{text}.{encode(hmac.digest(key, text.encode(), digest))}"


def showing(make):
    """Shows the token that `make` makes to `power`."""

    def attempt(target):
        server = target.start()
        answer = server.ask("power", {"a": 2, "b": 10, "jwt_token": make()})
        server.close()
        return was_let_in(answer), text_of(answer)

    return attempt


def header(key=SECRET, **changes):
    """A token with another header, signed with a key that a stranger has."""
    changed = {
        name: value for name, value in (HONEST_HEADER | changes).items() if value is not None
    }
    return showing(lambda: sign(changed, claims(), key.encode()))


def payload(**changes):
    """A token whose signature is right: from a program that has the secret too, or an old one."""
    return showing(lambda: sign(HONEST_HEADER, claims(**changes), SECRET.encode()))


def unsigned(alg):
    return showing(
        lambda: sign(HONEST_HEADER | {"alg": alg}, claims(), b"").rpartition(".")[0] + "."
    )


def issue(server, user="anshika", **more):
    """A pair from the person who has the issuer key."""
    return server.ask("generate_token", {"user_id": user, "auth_token": ISSUER_KEY, **more})


def guessable(target):
    """A secret out of a word list: found at home, from one token, and then any token is made."""
    server = target.start(JWT_SECRET="secret")
    answer = issue(server)
    if not answer:
        return False, f"exit status {server.close()[0]}"
    token = structured(answer)["access_token"]
    text, _, signature = token.rpartition(".")
    found = next(
        word
        for word in ("password", "admin", "secret", "changeme")
        if encode(hmac.digest(word.encode(), text.encode(), "sha256")) == signature
    )
    forged = sign(HONEST_HEADER | {"kid": kid_of(found)}, claims(), found.encode())
    answer = server.ask("power", {"a": 2, "b": 10, "jwt_token": forged})
    server.close()
    return was_let_in(answer), f"the secret is: {found}"


def without_issuer_key(target):
    server = target.start()
    answer = server.ask("generate_token", {"user_id": "anshika"})
    server.close()
    return was_let_in(answer), text_of(answer)[:40]


def asking(**wish):
    def attempt(target):
        server = target.start()
        answer = issue(server, **wish)
        server.close()
        return was_let_in(answer), text_of(answer)

    return attempt


def refresh_as_access(target):
    server = target.start()
    refresh = structured(issue(server))["refresh_token"]
    answer = server.ask("power", {"a": 2, "b": 10, "jwt_token": refresh})
    server.close()
    return was_let_in(answer), text_of(answer)


def refresh_twice(target):
    """The owner refreshes; then the thief does, with the same token."""
    server = target.start()
    first = structured(issue(server))["refresh_token"]
    server.ask("refresh_token", {"refresh_token": first})
    answer = server.ask("refresh_token", {"refresh_token": first})
    server.close()
    return was_let_in(answer), text_of(answer)[:40]


def thief_keeps_up(target):
    """The thief refreshes first; the owner's attempt must end what the thief has."""
    server = target.start()
    first = structured(issue(server))["refresh_token"]
    stolen = structured(server.ask("refresh_token", {"refresh_token": first}))["access_token"]
    server.ask("refresh_token", {"refresh_token": first})
    answer = server.ask("power", {"a": 2, "b": 10, "jwt_token": stolen})
    server.close()
    return was_let_in(answer), text_of(answer)


def wider(target):
    server = target.start()
    narrow = structured(issue(server, permissions=["calculate:basic"]))["refresh_token"]
    answer = server.ask(
        "refresh_token", {"refresh_token": narrow, "permissions": ["calculate:advanced"]}
    )
    server.close()
    return was_let_in(answer), text_of(answer)[:60]


def revoke_of_others(target):
    server = target.start()
    hers = structured(issue(server))["access_token"]
    mine = structured(issue(server, user="mallory"))["access_token"]
    server.ask("revoke_token", {"token": hers, "jwt_token": mine})
    answer = server.ask("power", {"a": 2, "b": 10, "jwt_token": hers})
    server.close()
    return not was_let_in(answer), f"her token afterwards: {text_of(answer)}"


def log_of_tokens(target):
    server = target.start()
    token = sign(HONEST_HEADER, claims(), SECRET.encode()) + "x"
    server.ask("power", {"a": 2, "b": 10, "jwt_token": token})
    _, log = server.close()
    return token in log, "the log has the token" if token in log else "the log has no token"


# The same token without any of these faults: it must get in, or the rows below show nothing.
HONEST = payload()

NOBODYS = secrets.token_hex(32)
JWK = {"kty": "oct", "k": encode(NOBODYS.encode())}
NO_ALGORITHM = "RFC 8725 §2.1, CVE-2015-9235"
UP = "../" * 16

ATTACKS = [
    Attack(
        "T1",
        "alg none",
        NO_ALGORITHM,
        (KEYS, "throw .wrongAlgorithm"),
        unsigned("none"),
        reason="wrong_algorithm",
    ),
    Attack(
        "T1",
        "alg nOnE",
        NO_ALGORITHM,
        (KEYS, "throw .wrongAlgorithm"),
        unsigned("nOnE"),
        reason="wrong_algorithm",
    ),
    Attack(
        "T3",
        "HS512 with the right secret",
        "RFC 8725 §3.1",
        (KEYS, "throw .wrongAlgorithm"),
        showing(
            lambda: sign(HONEST_HEADER | {"alg": "HS512"}, claims(), SECRET.encode(), "sha512")
        ),
        reason="wrong_algorithm",
    ),
    Attack(
        "T7",
        "the token brings its own key (jwk)",
        "CVE-2018-0114",
        (HEADER, "throw .embeddedKey"),
        header(NOBODYS, jwk=JWK),
        reason="embedded_key",
    ),
    Attack(
        "T9",
        "kid names a file that is empty",
        "RFC 8725 §3.10",
        (KEYS, "throw .unknownKey"),
        header("", kid=f"{UP}dev/null"),
        reason="unknown_key",
    ),
    Attack(
        "T10",
        "a critical extension nobody knows",
        "RFC 7515 §4.1.11",
        (HEADER, "throw .criticalExtension"),
        header(crit=["limit"], limit="one call"),
        reason="critical_extension",
    ),
    Attack(
        "T12",
        "a refresh token as an access token",
        "RFC 8725 §3.11",
        (VERIFIER, "throw .wrongType"),
        refresh_as_access,
        reason="wrong_type",
        hole="The same for both",
    ),
    Attack(
        "T16",
        "another payload, the signature left out",
        "RFC 7515 §5.2",
        (VERIFIER, "throw .wrongSignature"),
        unsigned("HS256"),
        reason="wrong_signature",
    ),
    Attack(
        "T17",
        "a secret out of a word list",
        "RFC 7518 §3.2, RFC 8725 §3.5",
        ("Sources/JOSE/HMACKey.swift", "throw .tooShort"),
        guessable,
        reason="less than 32 bytes",
    ),
    Attack(
        "T18",
        "expired a second ago",
        "RFC 7519 §4.1.4",
        (VERIFIER, "throw .expired"),
        showing(lambda: sign(HONEST_HEADER, claims(exp=int(time.time()) - 1), SECRET.encode())),
        reason="expired",
    ),
    Attack(
        "T18",
        "no end at all",
        "ASVS 9.2.1",
        (CLAIMS, 'throw .malformedClaim("exp")'),
        payload(exp=None),
        reason="malformed_exp",
    ),
    Attack(
        "T19",
        "good from tomorrow on",
        "RFC 7519 §4.1.5",
        (VERIFIER, "throw .notYetValid"),
        showing(lambda: sign(HONEST_HEADER, claims(nbf=int(time.time()) + 86400), SECRET.encode())),
        reason="not_yet_valid",
    ),
    Attack(
        "T20",
        "from another issuer",
        "RFC 8725 §3.8, CVE-2024-53861",
        (VERIFIER, "throw .wrongIssuer"),
        payload(iss="calc"),
        reason="wrong_issuer",
    ),
    Attack(
        "T21",
        "for another server",
        "RFC 8725 §3.9",
        (VERIFIER, "throw .wrongAudience"),
        payload(aud="payroll"),
        reason="wrong_audience",
    ),
    Attack(
        "T34",
        "permissions: a star",
        "RFC 6749 §3.3",
        (CLAIMS, "grants nothing"),
        payload(permissions=["*"]),
        reason="needs calculate:advanced",
    ),
    Attack(
        "T22",
        "permissions: a string, not a list",
        "ASVS 15.3.5",
        (CLAIMS, 'object["permissions"]?.strings'),
        payload(permissions="not-calculate:advanced-at-all"),
        reason="malformed_permissions",
    ),
    Attack(
        "S1",
        "a token for anshika without the issuer key",
        "ASVS 8.3.1",
        ("Sources/Auth/Authentication.swift", "throw .missingCredential"),
        without_issuer_key,
        reason="missing_credential",
    ),
    Attack(
        "T26",
        "a token with tokens:manage",
        "ASVS 8.2.1",
        (AUTHORITY, "throw .morePermissions"),
        asking(permissions=["tokens:manage"]),
    ),
    Attack(
        "T26",
        "a token for 31,000 years",
        "ASVS 9.2.1",
        (AUTHORITY, "throw .invalidLifetime"),
        asking(expires_in=10**12),
    ),
    Attack(
        "T27",
        "a refresh token used twice",
        "RFC 9700 §4.14.2",
        (REGISTRY, "throw .replayedToken"),
        refresh_twice,
        reason="replayed_token",
    ),
    Attack(
        "T27",
        "a thief who refreshed before the owner",
        "RFC 9700 §4.14.2",
        (REGISTRY, "revokeFamily(name, accessUntil"),
        thief_keeps_up,
        reason="revoked_token",
    ),
    Attack(
        "T30",
        "a refresh that permits more",
        "RFC 6749 §6",
        (AUTHORITY, "throw .refused(.morePermissions(held))"),
        wider,
    ),
    Attack(
        "T31",
        "ending somebody else's token",
        "RFC 7009 §2.1",
        (AUTHORITY, "identity.permissions.contains(.tokensManage)"),
        revoke_of_others,
    ),
    Attack(
        "S9",
        "a token in the log",
        "ASVS 16.2.5",
        ("Sources/Auth/AuditEvent.swift", "No field can contain a secret"),
        log_of_tokens,
    ),
]
