"""A naive server behind tokens. Each comment names the attack that it invites."""

import base64
import hmac
import json
import os
import time

from naive import calculate, log, refuse_by_default, serve

SECRET = os.environ.get("JWT_SECRET", "secret").encode()  # as short as it likes (T17)
KEY_FOLDER = os.path.dirname(os.path.abspath(__file__))
revoked = set()


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_for(header):
    if "jwk" in header:  # the sender's own key (T7)
        return decode(header["jwk"]["k"])
    path = os.path.join(KEY_FOLDER, header.get("kid", ""))  # the sender's choice of file (T9)
    return open(path, "rb").read() if "/" in header.get("kid", "") else SECRET


def verify(token):
    try:
        head, body, signature = token.split(".")
        header, claims = json.loads(decode(head)), json.loads(decode(body))
        if header["alg"].lower() == "none":  # the standard allows it, so why not (T1)
            return claims
        digest = {"HS256": "sha256", "HS512": "sha512"}[header["alg"]]  # the header's choice (T3)
        expected = encode(hmac.digest(key_for(header), f"{head}.{body}".encode(), digest))
        # As many letters as were sent (T16); crit (T10) and typ (T12) are not looked at, and
        # neither are exp (T18), nbf (T19), iss (T20) and aud (T21).
        if not expected.startswith(signature) or token in revoked:
            raise ValueError("wrong signature")
        return claims
    except Exception as error:
        log(f"bad token {token}: {error}")  # the token (S9)
        raise PermissionError("Invalid or expired JWT token")


def demand(claims, permission):
    held = claims.get("permissions", [])
    if "*" not in held and permission not in held:  # a star (T34), or part of a string (T22)
        raise PermissionError(f"Permission denied: this needs {permission}")


def pair(user, permissions, lifetime):
    now = int(time.time())
    claims = {"sub": user, "iat": now, "exp": now + lifetime, "permissions": permissions}
    claims |= {"jti": os.urandom(8).hex()}
    text = encode(json.dumps({"alg": "HS256"}).encode()) + "." + encode(json.dumps(claims).encode())
    token = text + "." + encode(hmac.digest(SECRET, text.encode(), "sha256"))
    # The same for both: a refresh token that never changes, and is good for calls too (T12).
    return token, {"access_token": token, "refresh_token": token}


def run(tool, arguments, meta):
    if tool == "generate_token":  # for whoever asks (S1), whatever is asked (T26)
        permissions = arguments.get("permissions", ["calculate:basic", "calculate:advanced"])
        return pair(arguments["user_id"], permissions, arguments.get("expires_in", 3600))
    if tool == "refresh_token":  # as often as one likes (T27), and for more (T30)
        claims = verify(arguments["refresh_token"])
        return pair(claims["sub"], arguments.get("permissions", claims["permissions"]), 3600)
    claims = verify(arguments["jwt_token"])
    if tool == "revoke_token":  # anybody's (T31)
        revoked.add(arguments["token"])
        return "revoked", {}
    demand(claims, "calculate:advanced" if tool == "power" else "calculate:basic")
    return calculate(tool, arguments)


if __name__ == "__main__":
    refuse_by_default()
    serve(run)
