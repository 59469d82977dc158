"""Makes a JWK set and a token for each algorithm, with joserfc.

    python public_keys.py
    python public_keys.py verify

Without an argument it prints {"jwks": the set, "tokens": {algorithm: token}}. The keys are new each
time. With `verify` it reads {"jwks": a set, "token": a token} and prints
{"header": …, "claims": …, "thumbprints": [of each key]}.
"""

import json
import sys
import warnings

from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

warnings.simplefilter("ignore")  # joserfc warns of EdDSA, which providers still write

if sys.argv[1:] == ["verify"]:
    given = json.load(sys.stdin)
    keys = KeySet.import_key_set(given["jwks"])
    token = jwt.decode(given["token"], keys, algorithms=["ES256"])
    thumbprints = [key.thumbprint() for key in keys.keys]
    print(json.dumps({"header": token.header, "claims": token.claims, "thumbprints": thumbprints}))
    sys.exit()

KEYS = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rs"}),
    "PS256": RSAKey.generate_key(3072, {"kid": "ps"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "es"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed2"}),
}

tokens = {
    name: jws.serialize_compact(
        {"alg": name, "kid": key.kid, "typ": "at+jwt"}, b'{"sub":"anshika"}', key,
        algorithms=[name])
    for name, key in KEYS.items()
}
keys = [key.as_dict(private=False) for key in KEYS.values()]
print(json.dumps({"jwks": {"keys": keys}, "tokens": tokens}))
