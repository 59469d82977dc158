"""The client of `mcp` 2.x signs in by itself: it knows the URL of the server and its client id.

It reads `{"url": …, "provider": …}`, calls `add`, then `power`, and prints what happened: each
request, what each sign-in asked for, and the results. The first request has no token, so the server
refuses it with 401, and the client looks for the provider. The token of the first sign-in is not
enough for `power`: the server refuses it with 403, and the client signs in for more (step-up).
"""

import asyncio
import json
import logging
import sys
from urllib.parse import parse_qs, urlsplit

from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

from oauth_token import SECONDS, client, sign_in


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


async def play(url, provider):
    requests, sign_ins, redirects = [], [], []

    async def note(response):
        await response.aread()
        request = response.request
        requests.append(f"{request.method} {request.url.path} {response.status_code}")

    async def open_page(authorization):
        query = parse_qs(urlsplit(authorization).query)
        sign_ins.append({"scope": query["scope"][0], "resource": query["resource"][0]})
        redirects.append(await sign_in(provider, authorization))

    async def redirected():
        redirect = redirects.pop()
        return AuthorizationCodeResult(
            code=redirect["code"], state=redirect["state"], iss=redirect.get("iss")
        )

    public = {
        "redirect_uris": [provider["redirect"]],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    registered = OAuthClientInformationFull(client_id=provider["client"], **public)
    results = []
    async with client() as http:
        http.event_hooks = {"response": [note]}
        http.auth = OAuthClientProvider(
            url, OAuthClientMetadata(**public), Memory(registered), open_page, redirected
        )
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode="auto") as calculator:
            for tool, operands in (("add", {"a": 2, "b": 10}), ("power", {"a": 2, "b": 10})):
                result = await calculator.call_tool(tool, operands)
                results.append(result.structured_content)
    return {"requests": requests, "signIns": sign_ins, "results": results}


async def main():
    scenario = json.load(sys.stdin)
    async with asyncio.timeout(SECONDS):
        print(json.dumps(await play(scenario["url"], scenario["provider"])))


logging.disable()
asyncio.run(main())
