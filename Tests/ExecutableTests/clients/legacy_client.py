"""Drives a server with the client of `mcp` 1.9, which knows only the handshake."""

from contextlib import asynccontextmanager

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client

from scenario import Connection, run


@asynccontextmanager
async def connect(scenario):
    server = StdioServerParameters(
        command=scenario["command"], args=scenario["args"], env=scenario["env"]
    )
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
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
