"""Adds 0.1 and 0.2 with the CalculatorHTTP or the CalculatorOAuth at a URL. The credential is in a
header field: the access token in CALCULATOR_TOKEN or, without it, the key in CALCULATOR_API_KEY."""

import asyncio
import os
import sys

from mcp import Client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client


async def main():
    if token := os.environ.get("CALCULATOR_TOKEN"):
        headers = {"Authorization": f"Bearer {token}"}
    else:
        headers = {"X-API-Key": os.environ["CALCULATOR_API_KEY"]}
    async with create_mcp_http_client(headers=headers) as http:
        async with Client(streamable_http_client(sys.argv[1], http_client=http)) as client:
            result = await client.call_tool("add", {"a": 0.1, "b": 0.2})
            print(result.content[0].text)


asyncio.run(main())
