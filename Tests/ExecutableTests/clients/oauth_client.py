"""A client signs in by itself: `mcp` 2.x or `fastmcp` 4.x, the argument of the script.

It knows the URL of the server and its own client id. It reads `{"url": …, "provider": …}`, calls
`add`, then `power`, and prints what happened: each request, what each sign-in asked for, and the
results. The first request has no token, so the server refuses it with 401, and the client looks for
the provider. The token of the first sign-in is not enough for `power`: the server refuses it with
403, and the client signs in for more (step-up).
"""

import asyncio
import json
import logging
import sys
import warnings
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import fastmcp
import mcp
from fastmcp.client.auth import OAuth
from fastmcp.client.transports import StreamableHttpTransport
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

from oauth_token import SECONDS, client, sign_in


class Person:
    """Signs in at each page that the client opens, and keeps a record of all requests."""

    def __init__(self, provider):
        self.provider = provider
        self.requests, self.sign_ins, self.redirects = [], [], []

    async def note(self, response):
        request = response.request
        self.requests.append(f"{request.method} {request.url.path} {response.status_code}")

    async def open(self, authorization):
        query = parse_qs(urlsplit(authorization).query)
        self.sign_ins.append({"scope": query["scope"][0], "resource": query["resource"][0]})
        self.redirects.append(await sign_in(self.provider, authorization))

    async def redirected(self):
        redirect = self.redirects.pop()
        return AuthorizationCodeResult(
            code=redirect["code"], state=redirect["state"], iss=redirect.get("iss")
        )

    def http_client(self, **options):
        return client(event_hooks={"response": [self.note]}, **options)


class Memory:
    """Keeps the tokens, and the client that is registered at the provider."""

    def __init__(self, registered):
        self.registered = registered
        self.tokens = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.registered

    async def set_client_info(self, registered):
        raise RuntimeError("the client is registered, and registered itself again")


@asynccontextmanager
async def mcp_client(url, provider, person):
    public = {
        "redirect_uris": [provider["redirect"]],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    registered = OAuthClientInformationFull(client_id=provider["client"], **public)
    auth = OAuthClientProvider(
        url, OAuthClientMetadata(**public), Memory(registered), person.open, person.redirected
    )
    async with person.http_client(auth=auth) as http:
        transport = streamable_http_client(url, http_client=http)
        async with mcp.Client(transport, mode="auto") as calculator:

            async def call(tool, operands):
                return (await calculator.call_tool(tool, operands)).structured_content

            yield call


@asynccontextmanager
async def fastmcp_client(url, provider, person):
    class Headless(OAuth):
        """Without the browser, and without the server that waits for its redirect."""

        async def redirect_handler(self, authorization_url):
            await person.open(authorization_url)

        async def callback_handler(self):
            return await person.redirected()

    redirect = urlsplit(provider["redirect"])
    auth = Headless(
        client_id=provider["client"], callback_host=redirect.hostname, callback_port=redirect.port
    )

    def factory(headers=None, timeout=None, auth=None, **options):
        return person.http_client(headers=headers, auth=auth, **options)

    transport = StreamableHttpTransport(url, auth=auth, httpx_client_factory=factory)
    async with fastmcp.Client(transport) as calculator:

        async def call(tool, operands):
            return (await calculator.call_tool(tool, operands)).structured_content

        yield call


async def main():
    scenario = json.load(sys.stdin)
    connect = {"mcp": mcp_client, "fastmcp": fastmcp_client}[sys.argv[1]]
    person = Person(scenario["provider"])
    async with (
        asyncio.timeout(SECONDS),
        connect(scenario["url"], scenario["provider"], person) as call,
    ):
        results = [await call(tool, {"a": 2, "b": 10}) for tool in ("add", "power")]
    outcome = {"requests": person.requests, "signIns": person.sign_ins, "results": results}
    print(json.dumps(outcome))


logging.disable()
# fastmcp warns that its tokens do not outlive the process.
warnings.simplefilter("ignore")
asyncio.run(main())
