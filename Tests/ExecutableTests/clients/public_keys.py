"""Makes a JWK set and a token for each algorithm, with joserfc.

    python public_keys.py

Prints {"jwks": the set, "tokens": {algorithm: token}}. The keys are new each time.
"""

import json
import warnings

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

warnings.simplefilter("ignore")  # joserfc warns of EdDSA, which providers still write

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
