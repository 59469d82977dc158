"""Runs a scenario with the client of `mcp` 1.x, which supports only the handshake."""

from contextlib import asynccontextmanager

import httpx
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client

from scenario import Connection, http_client, run


def transport(scenario):
    if url := scenario.get("url"):

        def factory(headers=None, timeout=None, auth=None):
            return http_client(httpx, scenario, headers=headers, timeout=timeout, auth=auth)

        return streamablehttp_client(url, httpx_client_factory=factory)
    return stdio_client(
        StdioServerParameters(
            command=scenario["command"], args=scenario["args"], env=scenario["env"]
        )
    )


@asynccontextmanager
async def connect(scenario):
    # Over HTTP the third stream gives the session, which this server does not have.
    async with transport(scenario) as streams, ClientSession(*streams[:2]) as session:
        hello = await session.initialize()

        async def list_tools():
            return (await session.list_tools()).tools

        async def call(name, arguments, meta):
            # `session.call_tool` of this version takes no `_meta`.
            params = types.CallToolRequestParams(name=name, arguments=arguments, _meta=meta)
            request = types.CallToolRequest(method="tools/call", params=params)
            return await session.send_request(types.ClientRequest(request), types.CallToolResult)

        yield Connection(hello.protocolVersion, hello.serverInfo, list_tools, call)


run(connect)
