"""A naive server behind an identity provider. Each comment names the attack that it invites."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

from naive import calculate, refuse_by_default

ISSUER = os.environ.get("CALCULATOR_OAUTH_ISSUER", "")
INTROSPECTS = "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID" in os.environ
keys = {}


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def metadata():  # it is at the provider's address, so the provider wrote it (O20)
    return json.load(urlopen(f"{ISSUER}/.well-known/oauth-authorization-server", timeout=5))


def fetch(url):  # wherever it leads (O40)
    return {key["kid"]: key for key in json.load(urlopen(url, timeout=5))["keys"]}


def key_for(header):
    if header.get("jku"):  # the sender says where the keys are (O1)
        return fetch(header["jku"])[header["kid"]]
    if header["kid"] not in keys:  # it may be new, so ask again, every time (O22)
        keys.update(fetch(metadata()["jwks_uri"]))
    return keys[header["kid"]]


def pem(key):
    """The public key as the libraries take it: a text, which is a secret as well as any (O1)."""
    n = decode(key["n"])
    octets = b"\x02\x82\x01\x01\x00" + n + b"\x02\x03\x01\x00\x01"
    bits = b"\x00\x30\x82\x01\x0a" + octets
    info = bytes.fromhex("300d06092a864886f70d0101010500") + b"\x03\x82\x01\x0f" + bits
    return subprocess.run(
        ["openssl", "rsa", "-pubin", "-inform", "DER"], check=True, capture_output=True,
        input=b"\x30\x82\x01\x22" + info).stdout


def ask(token):
    form = f"token={token}".encode()
    answer = json.load(urlopen(metadata()["introspection_endpoint"], form, timeout=5))
    if not answer["active"]:  # active, so it is good: for whom (O25)?
        raise PermissionError("Authentication failed")


def verify(token):
    head, body, signature = token.split(".")
    header, claims = json.loads(decode(head)), json.loads(decode(body))
    text = f"{head}.{body}".encode()
    if header["alg"] == "none":  # the standard allows it (O1)
        return claims
    key = key_for(header)
    if header["alg"] == "HS256":  # the header's choice (O1)
        valid = hmac.compare_digest(hmac.digest(pem(key), text, "sha256"), decode(signature))
    else:
        number = pow(int.from_bytes(decode(signature)), 65537, int.from_bytes(decode(key["n"])))
        valid = number.to_bytes(256).endswith(hashlib.sha256(text).digest())
    if not valid or not claims["iss"].startswith(ISSUER):  # with a slash or not (O2)
        raise PermissionError("Authentication failed")
    # It is signed, so it is good: for whom (O3), until when (O4), as what (O5), for what (O10)?
    return claims


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        host = self.headers.get("X-Forwarded-Host", self.headers["Host"])  # who asked whom (O63)
        self.reply(200, {"resource": f"http://{host}/mcp", "authorization_servers": [ISSUER]})

    def do_POST(self):
        params = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["params"]
        try:
            check = ask if INTROSPECTS else verify
            check(self.headers["Authorization"].removeprefix("Bearer "))
            text, more = calculate(params["name"], params["arguments"])
            result = {"isError": False, "structuredContent": more}
            self.reply(200, {"result": {**result, "content": [{"type": "text", "text": text}]}})
        except (PermissionError, KeyError):
            self.reply(401, {"error": {"message": "Authentication failed"}})

    def reply(self, status, message):
        data = json.dumps({"jsonrpc": "2.0", "id": 1, **message}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    refuse_by_default()
    port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 8080
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"Listening at http://127.0.0.1:{server.server_port}/mcp", flush=True)
    server.serve_forever()
