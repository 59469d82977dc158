#!/usr/bin/env python3
"""An identity provider for the tests: glewlwyd, from the packages of Debian 12, without root.

    glewlwyd.py fetch
    glewlwyd.py run --port PORT --resource URL [--algorithm RS256|PS256|ES256|EdDSA]

`fetch` unpacks the packages into `.build/glewlwyd`, unless they are there. `run` starts a provider
at 127.0.0.1 with one user, one public client with PKCE and one confidential client that may
introspect tokens. When it is ready, it prints one JSON line with all that a client has to know.
On SIGHUP it signs with a new key, and prints one JSON line with the names of the keys that it
publishes: the new one, and the one before it. It runs until SIGTERM. It needs PyJWT with `cryptography`, as in `.venv/modern`.
Where something is missing, it exits with one sentence.
"""

import argparse
import contextlib
import gzip
import http.cookiejar
import json
import os
import platform
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

PREFIX = Path(__file__).resolve().parent.parent / ".build/glewlwyd"
PACKAGES = """glewlwyd glewlwyd-common libconfig9 libhoel1.4 libiddawc1.1 libmariadb3
libmicrohttpd12 liboath0 liborcania2.3 librhonabwy1.1 libulfius2.7 libyder2.0""".split()
SECONDS = 30

SCOPES = ["calculate:basic", "calculate:advanced"]
USER, PASSWORD = "anshika", "for-this-machine-alone"
CLIENT, REDIRECT = "terminal", "http://127.0.0.1:9/callback"
INTROSPECTOR = "calculator"
# The administrator that glewlwyd's SQL file makes.
ADMINISTRATOR = {"username": "admin", "password": "password"}


def environment(prefix: Path) -> dict[str, str]:
    folders = (prefix / "usr/lib").glob("*-linux-gnu*")
    return {"LD_LIBRARY_PATH": ":".join(map(str, folders)), "PATH": os.environ.get("PATH", "")}


def fetch() -> None:
    if (PREFIX / "usr/bin/glewlwyd").is_file():
        return
    for program in ("apt-get", "dpkg", "setpriv"):
        if platform.system() != "Linux" or not shutil.which(program):
            sys.exit(f"glewlwyd is only fetched on Debian 12, and there is no {program} here.")
    PREFIX.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PREFIX.parent) as scratch:
        packages, tree = Path(scratch, "packages"), Path(scratch, "tree")
        packages.mkdir()
        quiet = {"capture_output": True, "timeout": 120}
        try:
            command = ["apt-get", "download", *PACKAGES]
            subprocess.run(command, cwd=packages, check=True, **quiet)
            for package in packages.glob("*.deb"):
                subprocess.run(["dpkg", "-x", package, tree], check=True, **quiet)
        except (OSError, subprocess.SubprocessError):
            sys.exit("The packages of glewlwyd cannot be had from this machine's sources of APT.")
        # The configuration must name it, and no package has it.
        (tree / "usr/lib/glewlwyd/user_middleware").mkdir()
        binary = tree / "usr/bin/glewlwyd"
        libraries = subprocess.run(["ldd", binary], env=environment(tree), text=True, **quiet)
        missing = [line.split()[0] for line in libraries.stdout.splitlines() if "not found" in line]
        if libraries.returncode or missing:
            sys.exit(f"glewlwyd does not run here without {', '.join(missing) or 'ldd'}.")
        # Whole or not at all: another run may have been faster.
        try:
            tree.rename(PREFIX)
        except OSError:
            if not (PREFIX / "usr/bin/glewlwyd").is_file():
                raise


def configure(folder: Path, port: int) -> Path:
    """Makes the database, and the configuration that names it."""
    document = PREFIX / "usr/share/doc/glewlwyd/database/init.sqlite3.sql"
    if document.is_file():
        script = document.read_text()
    else:
        script = gzip.decompress(document.with_name(f"{document.name}.gz").read_bytes()).decode()
    database = sqlite3.connect(folder / "database")
    database.executescript(script)
    database.close()

    modules = {
        "user_module_path": "user",
        "user_middleware_module_path": "user_middleware",
        "client_module_path": "client",
        "user_auth_scheme_module_path": "scheme",
        "plugin_module_path": "plugin",
    }
    settings = {
        "bind_address": "127.0.0.1",
        "external_url": f"http://127.0.0.1:{port}",
        "login_url": "login.html",
        "api_prefix": "api",
        "admin_scope": "g_admin",
        "profile_scope": "g_profile",
        "hash_algorithm": "SHA512",
        "log_mode": "console",
        "log_level": "INFO",
        "static_files_path": str(PREFIX / "usr/share/glewlwyd/webapp"),
    } | {name: str(PREFIX / "usr/lib/glewlwyd" / of) for name, of in modules.items()}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    lines.append(f"port = {port}")
    lines.append("cookie_secure = 0")
    lines.append(f'database = {{ type = "sqlite3" path = {json.dumps(str(folder / "database"))} }};')
    path = folder / "glewlwyd.conf"
    path.write_text("\n".join(lines) + "\n")
    return path


def start(configuration: Path, port: int) -> subprocess.Popen:
    """Returns when the provider listens. It ends when this process ends."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", PREFIX / "usr/bin/glewlwyd"]
        + [f"--config-file={configuration}"],
        env=environment(PREFIX),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log, ended = [], threading.Event()

    def read() -> None:
        for line in process.stdout:
            del log[:-20]
            log.append(line)
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    # It logs that it has started before it listens, so try to connect.
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and not ended.wait(0.01):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return process
    process.kill()
    sys.exit(f"glewlwyd did not start: {' '.join(''.join(log).split())}")


def private_key(algorithm: str, number: int = 1) -> dict:
    try:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
        from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
    except ImportError:
        sys.exit("glewlwyd.py needs PyJWT with cryptography: run it with .venv/modern/bin/python.")
    if algorithm == "ES256":
        key = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
    elif algorithm == "EdDSA":
        key = OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate(), as_dict=True)
    else:
        key = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048), as_dict=True)
    key.pop("key_ops", None)
    return key | {"kid": f"{algorithm.lower()}-{number}", "alg": algorithm, "use": "sig"}


def plug_in(issuer: str, resource: str, keys: list[dict]) -> dict:
    """The first of the keys signs."""
    return {
        "iss": issuer,
        "jwks-private": json.dumps({"keys": keys}),
        "default-kid": keys[0]["kid"],
        "jwks-show": True,
        "access-token-duration": 300,
        "refresh-token-duration": 3600,
        "code-duration": 60,
        "refresh-token-rolling": True,
        "refresh-token-one-use": "always",
        "allow-non-oidc": True,
        "auth-type-code-enabled": True,
        "auth-type-code-revoke-replayed": True,
        "auth-type-refresh-enabled": True,
        "pkce-allowed": True,
        "pkce-required": True,
        "pkce-required-public-client": True,
        "pkce-method-plain-allowed": False,
        "restrict-scope-client-property": "",
        # RFC 8707
        "resource-allowed": True,
        "resource-scope": {scope: [resource] for scope in SCOPES},
        "resource-client-property": "",
        "resource-scope-and-client-property": False,
        "resource-change-allowed": False,
        # RFC 7662
        "introspection-revocation-allowed": True,
        "introspection-revocation-allow-target-client": True,
        "introspection-revocation-auth-scope": SCOPES[:1],
        # RFC 9207
        "oauth-as-iss-id": True,
        "oauth-fapi-allow-jarm": False,
        "oauth-fapi-add-s_hash": False,
    }


class Administration:
    """The JSON API of the provider, signed in as its administrator."""

    def __init__(self, api: str) -> None:
        self.api = api
        # Without the proxies of the environment.
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )
        self.post("/auth/", ADMINISTRATOR)

    def post(self, path: str, body: dict) -> None:
        self.send("POST", path, body)

    def put(self, path: str, body: dict) -> None:
        self.send("PUT", path, body)

    def send(self, method: str, path: str, body: dict) -> None:
        fields = {"Content-Type": "application/json"}
        request = urllib.request.Request(
            self.api + path, json.dumps(body).encode(), fields, method=method
        )
        try:
            self.opener.open(request, timeout=SECONDS).close()
        except urllib.error.HTTPError as error:
            sys.exit(f"glewlwyd refused {path} with {error.code}: {error.read(300)!r}")


class SigningKeys:
    """The plugin that issues the tokens, and the keys that it publishes."""

    def __init__(self, administration: Administration, resource: str, algorithm: str) -> None:
        self.administration, self.resource, self.algorithm = administration, resource, algorithm
        self.keys = [private_key(algorithm)]
        self.count = 1
        administration.post("/mod/plugin/", self.plug_in())

    def plug_in(self) -> dict:
        parameters = plug_in(f"{self.administration.api}/oidc", self.resource, self.keys)
        return {"module": "oidc", "name": "oidc", "display_name": "oidc", "enabled": True} | {
            "parameters": parameters
        }

    def rotate(self) -> None:
        """The key before the new one stays, because tokens with its signature are still valid."""
        self.count += 1
        self.keys = [private_key(self.algorithm, self.count), self.keys[0]]
        self.administration.put("/mod/plugin/oidc", self.plug_in())
        self.administration.put("/mod/plugin/oidc/reset", {})
        print(json.dumps({"keys": [key["kid"] for key in self.keys]}), flush=True)


def set_up(administration: Administration) -> dict:
    api = administration.api
    for scope in SCOPES:
        administration.post(
            "/scope/",
            {"name": scope, "display_name": scope, "description": scope, "scheme": {}}
            | {"password_required": True, "password_max_age": 0},
        )
    administration.post(
        "/user/?source=database",
        {"username": USER, "password": PASSWORD, "enabled": True, "scope": ["g_profile", *SCOPES]},
    )
    administration.post(
        "/client/?source=database",
        {"client_id": CLIENT, "name": CLIENT, "enabled": True, "confidential": False}
        | {"redirect_uri": [REDIRECT], "authorization_type": ["code", "refresh_token"]},
    )
    secret = secrets.token_urlsafe(24)
    administration.post(
        "/client/?source=database",
        {"client_id": INTROSPECTOR, "name": INTROSPECTOR, "enabled": True, "confidential": True}
        | {"client_secret": secret, "password": secret, "scope": SCOPES[:1]}
        | {"redirect_uri": [], "authorization_type": ["client_credentials"]}
        | {"token_endpoint_auth_method": ["client_secret_basic"]},
    )
    return {
        "issuer": f"{api}/oidc",
        "api": api,
        "user": USER,
        "password": PASSWORD,
        "client": CLIENT,
        "redirect": REDIRECT,
        "introspectionClient": INTROSPECTOR,
        "introspectionSecret": secret,
    }


def run(port: int, resource: str, algorithm: str) -> None:
    # The finally clauses run at SIGTERM too. Whoever started this process may have blocked both.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM, signal.SIGHUP])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    fetch()
    with tempfile.TemporaryDirectory() as folder:
        process = start(configure(Path(folder), port), port)
        try:
            administration = Administration(f"http://127.0.0.1:{port}/api")
            ready = set_up(administration)
            keys = SigningKeys(administration, resource, algorithm)
            signal.signal(signal.SIGHUP, lambda *_: keys.rotate())
            print(json.dumps(ready), flush=True)
            process.wait()
            sys.exit("glewlwyd has ended.")
        finally:
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch")
    command = commands.add_parser("run")
    command.add_argument("--port", type=int, required=True)
    command.add_argument("--resource", required=True)
    algorithms = ["RS256", "PS256", "ES256", "EdDSA"]
    command.add_argument("--algorithm", choices=algorithms, default=algorithms[0])
    arguments = parser.parse_args()
    if arguments.command == "fetch":
        fetch()
    else:
        run(arguments.port, arguments.resource, arguments.algorithm)


main()
