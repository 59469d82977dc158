"""A client of `mcp` 2.x signs in at `CalculatorOAuth` and calls the tools for Jira and Jenkins.

It reads `{"url": …, "user": …, "password": …, "client": …}` and then a request in each line:

    {"list": true}                                      the names of the tools
    {"call": TOOL, "arguments": {…}, "headers": {…}}    with header fields for this connection alone
    {"open": URL}                                       a person opens the link of init_oauth_flow

For each it prints a line: the names, `{"text": …, "isError": …, "structured": …}`, or the heading of the
page after the callback. The sign-in is kept: it is asked for once, and when a tool needs another scope.
"""

import asyncio
import json
import logging
import re
import sys
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urljoin, urlsplit

import mcp
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata
from mcp.shared.exceptions import MCPError

from person import SECONDS, Form, Person, client

REDIRECT = "http://127.0.0.1:5555/callback"


class Memory:
    """The tokens outlive each connection, as those of a client that a person uses."""

    def __init__(self, registered):
        self.registered, self.tokens = registered, None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.registered

    async def set_client_info(self, registered):
        self.registered = registered


class Client:
    def __init__(self, scenario):
        self.url = scenario["url"]
        self.person = Person(scenario["user"], scenario["password"])
        self.sign_ins = []
        public = {
            "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
        }
        redirects = []

        async def open_browser(authorization):
            self.sign_ins.append(parse_qs(urlsplit(authorization).query)["scope"][0])
            query = urlsplit(await self.person.redirect(authorization)).query
            redirects.append({name: values[0] for name, values in parse_qs(query).items()})

        async def redirected():
            got = redirects.pop()
            return AuthorizationCodeResult(code=got["code"], state=got["state"], iss=got.get("iss"))

        self.auth = OAuthClientProvider(
            self.url,
            OAuthClientMetadata(client_name="Terminal", **public),
            Memory(OAuthClientInformationFull(client_id=scenario["client"], **public)),
            open_browser,
            redirected,
        )

    @asynccontextmanager
    async def connection(self, headers):
        async with client(auth=self.auth, headers=headers) as http:
            transport = streamable_http_client(self.url, http_client=http)
            async with mcp.Client(transport, mode="auto") as calculator:
                yield calculator

    async def answer(self, request):
        if "open" in request:
            return {"heading": await self.connect(request["open"])}
        async with self.connection(request.get("headers", {})) as calculator:
            if "list" in request:
                tools = (await calculator.list_tools()).tools
                return {"tools": sorted(tool.name for tool in tools)}
            try:
                result = await calculator.call_tool(request["call"], request["arguments"])
            except MCPError as error:  # a refusal by the server itself, not by the tool
                return {"text": str(error), "isError": True, "structured": {}}
            return {
                "text": result.content[0].text,
                "isError": result.is_error,
                "structured": result.structured_content or {},
                "signIns": self.sign_ins,
            }

    async def connect(self, link):
        """The person signs in at the page of this server, and agrees at that of the other service."""
        async with client() as browser:
            page = await browser.get(link)
            entered = {"username": self.person.user, "password": self.person.password}
            page = await self.person.send(browser, page, Form(page.text), entered)
            for _ in range(3):
                if not page.is_redirect:
                    break
                page = await browser.get(urljoin(str(page.url), page.headers["location"]))
        heading = re.search(r"<h1>(.*?)</h1>", page.text)
        if page.status_code != 200 or not heading:
            raise RuntimeError(f"not connected: {page.status_code}, {page.text}")
        return re.sub(r"<[^>]*>", "", heading[1])


async def main():
    one = Client(json.loads(sys.stdin.readline()))
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        async with asyncio.timeout(SECONDS):
            print(json.dumps(await one.answer(json.loads(line))), flush=True)


logging.disable()
asyncio.run(main())
