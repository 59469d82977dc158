"""Drives a server with the client of `fastmcp` 4.x, over the `mcp` 2.x underneath it."""

from contextlib import asynccontextmanager

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from scenario import Connection, run


@asynccontextmanager
async def connect(scenario):
    transport = StdioTransport(
        scenario["command"], scenario["args"], env=scenario["env"], keep_alive=False
    )
    async with Client(transport) as client:

        async def call(name, arguments, meta):
            # `call_tool` would raise for `isError`; this one hands back the result as it came.
            return await client.call_tool_mcp(name, arguments, meta=meta)

        yield Connection(client.protocol_version, client.server_info, client.list_tools, call)


run(connect)
