"""A client and a person sign in at `CalculatorOAuth`: `mcp` 2.x or `fastmcp` 4.x, the first argument.

The client knows the URL of the server. The second argument says how the server knows the client:
`registered` in the operator's file, `dynamic` by registration (RFC 7591), or `document` by a Client ID
Metadata Document, which this script serves with the certificate in the folder `certificate`.

It reads `{"url": …, "user": …, "password": …, "client": …, "certificate": …}` and then the name of a
tool in each line; after `expired`, the client takes its access token for expired. For each tool it
prints a line: the result, and since the last line each request and what each sign-in asked for.
"""

import asyncio
import json
import logging
import ssl
import sys
import threading
import warnings
import webbrowser
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import fastmcp
import httpx2
import mcp
from fastmcp.client.auth import OAuth
from fastmcp.client.transports import StreamableHttpTransport
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

from person import SECONDS, Person, client

REDIRECT = "http://127.0.0.1:5555/callback"


class Record:
    """Each request of the client, and what each sign-in asked for."""

    def __init__(self):
        self.requests, self.sign_ins = [], []

    async def note(self, response):
        request = response.request
        self.requests.append(f"{request.method} {request.url.path} {response.status_code}")

    def note_sign_in(self, authorization):
        query = parse_qs(urlsplit(authorization).query)
        self.sign_ins.append({"scope": query["scope"][0], "resource": query["resource"][0]})

    def http_client(self, **options):
        return client(event_hooks={"response": [self.note]}, **options)

    def take(self):
        taken = {"requests": self.requests, "signIns": self.sign_ins}
        self.requests, self.sign_ins = [], []
        return taken


class Memory:
    def __init__(self, registered):
        self.registered, self.tokens = registered, None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.registered

    async def set_client_info(self, registered):
        if self.registered is not None:
            raise RuntimeError("the client has an identifier, and registered itself again")
        self.registered = registered


@asynccontextmanager
async def mcp_client(scenario, person, record):
    redirects = []

    async def open_browser(authorization):
        record.note_sign_in(authorization)
        query = urlsplit(await person.redirect(authorization)).query
        redirects.append({name: values[0] for name, values in parse_qs(query).items()})

    async def redirected():
        got = redirects.pop()
        return AuthorizationCodeResult(code=got["code"], state=got["state"], iss=got.get("iss"))

    public = {
        "redirect_uris": [REDIRECT],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    registered = None
    if scenario["client"]:
        registered = OAuthClientInformationFull(client_id=scenario["client"], **public)
    auth = OAuthClientProvider(
        scenario["url"],
        OAuthClientMetadata(client_name="Terminal", **public),
        Memory(registered),
        open_browser,
        redirected,
        client_metadata_url=scenario["document"],
    )
    async with record.http_client(auth=auth) as http:
        transport = streamable_http_client(scenario["url"], http_client=http)
        async with mcp.Client(transport, mode="auto") as calculator:
            yield auth, calculator


@asynccontextmanager
async def fastmcp_client(scenario, person, record):
    """With its own listener for the redirect, and with its request before the browser opens."""
    tasks = []

    async def browse(authorization):
        redirect = await person.redirect(authorization)
        async with client() as browser:
            while True:
                try:
                    page = await browser.get(redirect)
                    break
                except httpx2.ConnectError:  # the listener starts after the browser
                    await asyncio.sleep(0.01)
        if page.status_code != 200:
            raise RuntimeError(f"the client refuses the redirect: {page.status_code}, {page.text}")

    def open_browser(authorization):
        record.note_sign_in(authorization)
        tasks.append(asyncio.get_running_loop().create_task(browse(authorization)))

    webbrowser.open = open_browser
    auth = OAuth(
        client_id=scenario["client"],
        client_name="Terminal",
        client_metadata_url=scenario["document"],
        callback_host="127.0.0.1",
        httpx_client_factory=record.http_client,
    )

    def factory(headers=None, timeout=None, auth=None, **options):
        return record.http_client(headers=headers, auth=auth, **options)

    transport = StreamableHttpTransport(scenario["url"], auth=auth, httpx_client_factory=factory)
    async with fastmcp.Client(transport) as calculator:
        yield auth, calculator
    await asyncio.gather(*tasks)


def serve_document(folder):
    """Serves a Client ID Metadata Document. Returns its URL, which is the identifier of the client."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(
                {
                    "client_id": url,
                    "client_name": "Terminal",
                    "redirect_uris": ["http://127.0.0.1/callback"],
                    "grant_types": ["authorization_code", "refresh_token"],
                    "token_endpoint_auth_method": "none",
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = f"https://localhost:{server.server_port}/client.json"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return url


async def main():
    scenario = json.loads(sys.stdin.readline())
    connect = {"mcp": mcp_client, "fastmcp": fastmcp_client}[sys.argv[1]]
    kind = sys.argv[2]
    if kind != "registered":
        scenario["client"] = None
    scenario["document"] = serve_document(scenario["certificate"]) if kind == "document" else None
    record = Record()
    person = Person(scenario["user"], scenario["password"])
    async with connect(scenario, person, record) as (auth, calculator):
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            if line == "expired":
                auth.context.token_expiry_time = 1
                continue
            async with asyncio.timeout(SECONDS):
                answer = await calculator.call_tool(line, {"a": 2, "b": 10})
            result = answer.structured_content["result"]
            print(json.dumps({"result": result} | record.take()), flush=True)


logging.disable()
# fastmcp warns that its tokens do not outlive the process.
warnings.simplefilter("ignore")
asyncio.run(main())
