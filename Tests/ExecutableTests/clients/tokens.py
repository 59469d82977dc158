"""Makes and checks tokens with third-party programs: PyJWT, joserfc, jwcrypto and openssl.

    python tokens.py make < order.json     {"secret", "algorithm", "header", "claims"}
    python tokens.py check < order.json    {"secret", "issuer", "audience", "token"}

`make` prints one compact token for each program. `check` prints for each program the header and the
claims of the token, or why it is `refused`. The algorithm is fixed to HS256, and `exp`, `iss` and
`aud` must be present and correct. It also prints the `thumbprint` (RFC 7638) of the secret as a JWK
for each library that computes it. The script does not check the results. The test that starts it
does.
"""

import base64
import json
import subprocess
import sys

import joserfc.errors
import joserfc.jwk
import joserfc.jwt
import jwcrypto.common
import jwcrypto.jwk
import jwcrypto.jwt
import jwt as pyjwt


def make(order: dict) -> dict:
    return {name: maker(order) for name, maker in MAKERS.items()}


def check(order: dict) -> dict:
    return {name: attempt(checker, order) for name, checker in CHECKERS.items()}


def attempt(checker, order: dict) -> dict:
    try:
        return checker(order)
    except REFUSALS as refusal:
        return {"refused": type(refusal).__name__}


REFUSALS = (
    pyjwt.exceptions.InvalidTokenError,
    joserfc.errors.JoseError,
    jwcrypto.common.JWException,
)


# --- PyJWT -----------------------------------------------------------------------------------


def make_pyjwt(order: dict) -> str:
    header = {name: value for name, value in order["header"].items() if name != "alg"}
    return pyjwt.encode(order["claims"], order["secret"], order["algorithm"], headers=header)


def check_pyjwt(order: dict) -> dict:
    claims = pyjwt.decode(
        order["token"],
        order["secret"],
        algorithms=["HS256"],
        issuer=order["issuer"],
        audience=order["audience"],
        options={"require": ["exp", "iss", "aud"]},
    )
    return {"header": pyjwt.get_unverified_header(order["token"]), "claims": claims}


# --- joserfc ---------------------------------------------------------------------------------


def joserfc_key(order: dict) -> joserfc.jwk.OctKey:
    return joserfc.jwk.OctKey.import_key(order["secret"].encode())


def make_joserfc(order: dict) -> str:
    header = order["header"] | {"alg": order["algorithm"]}
    return joserfc.jwt.encode(
        header, order["claims"], joserfc_key(order), algorithms=[order["algorithm"]]
    )


def check_joserfc(order: dict) -> dict:
    key = joserfc_key(order)
    token = joserfc.jwt.decode(order["token"], key, algorithms=["HS256"])
    joserfc.jwt.JWTClaimsRegistry(
        exp={"essential": True},
        iss={"essential": True, "value": order["issuer"]},
        aud={"essential": True, "value": order["audience"]},
    ).validate(token.claims)
    return {"header": token.header, "claims": token.claims, "thumbprint": key.thumbprint()}


# --- jwcrypto --------------------------------------------------------------------------------


def jwcrypto_key(order: dict) -> jwcrypto.jwk.JWK:
    return jwcrypto.jwk.JWK(kty="oct", k=base64url(order["secret"].encode()))


def make_jwcrypto(order: dict) -> str:
    token = jwcrypto.jwt.JWT(
        header=order["header"] | {"alg": order["algorithm"]},
        claims=order["claims"],
        algs=[order["algorithm"]],
    )
    token.make_signed_token(jwcrypto_key(order))
    return token.serialize()


def check_jwcrypto(order: dict) -> dict:
    key = jwcrypto_key(order)
    token = jwcrypto.jwt.JWT(
        jwt=order["token"],
        key=key,
        algs=["HS256"],
        expected_type="JWS",
        check_claims={"exp": None, "iss": order["issuer"], "aud": order["audience"]},
    )
    return {
        "header": json.loads(token.header),
        "claims": json.loads(token.claims),
        "thumbprint": key.thumbprint(),
    }


# --- openssl ---------------------------------------------------------------------------------


def make_openssl(order: dict) -> str:
    """Makes the token with shell tools that do not know JWTs."""
    header = order["header"] | {"alg": order["algorithm"]}
    parts = [base64url(json.dumps(part).encode()) for part in (header, order["claims"])]
    digest = order["algorithm"].replace("HS", "-sha")
    key = f"hexkey:{order['secret'].encode().hex()}"
    code = subprocess.run(
        ["openssl", "dgst", digest, "-mac", "HMAC", "-macopt", key, "-binary"],
        input=".".join(parts).encode(),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return ".".join([*parts, base64url(code)])


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


MAKERS = {
    "PyJWT": make_pyjwt,
    "joserfc": make_joserfc,
    "jwcrypto": make_jwcrypto,
    "openssl": make_openssl,
}
CHECKERS = {"PyJWT": check_pyjwt, "joserfc": check_joserfc, "jwcrypto": check_jwcrypto}

print(json.dumps({"make": make, "check": check}[sys.argv[1]](json.load(sys.stdin))))
