"""Runs a scenario with the client of `fastmcp` 4.x, which uses `mcp` 2.x."""

from contextlib import asynccontextmanager

import httpx2
from fastmcp import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport

from scenario import Connection, http_client, run


def transport(scenario):
    if url := scenario.get("url"):

        def factory(headers=None, timeout=None, auth=None, **options):
            return http_client(
                httpx2, scenario, headers=headers, timeout=timeout, auth=auth, **options
            )

        return StreamableHttpTransport(url, httpx_client_factory=factory)
    return StdioTransport(
        scenario["command"], scenario["args"], env=scenario["env"], keep_alive=False
    )


@asynccontextmanager
async def connect(scenario):
    async with Client(transport(scenario)) as client:

        async def call(name, arguments, meta):
            # `call_tool` raises for `isError`; this call returns the result unchanged.
            return await client.call_tool_mcp(name, arguments, meta=meta)

        yield Connection(client.protocol_version, client.server_info, client.list_tools, call)


run(connect)
