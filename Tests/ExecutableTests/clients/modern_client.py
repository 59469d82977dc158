"""Runs a scenario with the client of `mcp` 2.x: `server/discover`, then `_meta` in every request.

It falls back to the handshake if `server/discover` fails. `protocolVersion` shows which one it used.
"""

from contextlib import asynccontextmanager

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from scenario import Connection, http_client, run


@asynccontextmanager
async def transport(scenario):
    if url := scenario.get("url"):
        async with http_client(httpx2, scenario) as http:
            yield streamable_http_client(url, http_client=http)
    else:
        yield StdioServerParameters(
            command=scenario["command"], args=scenario["args"], env=scenario["env"]
        )


@asynccontextmanager
async def connect(scenario):
    async with transport(scenario) as server, Client(server, mode="auto") as client:

        async def list_tools():
            # Without the cache, so that every listing in a scenario reaches the server.
            return (await client.list_tools(cache_mode="bypass")).tools

        async def call(name, arguments, meta):
            return await client.call_tool(name, arguments, meta=meta)

        yield Connection(client.protocol_version, client.server_info, list_tools, call)


run(connect)
