"""Adds 0.1 and 0.2 with CalculatorStdio. The key is in `_meta`, where no model sees it."""

import asyncio
import os

from mcp import Client, StdioServerParameters


async def main():
    key = os.environ["CALCULATOR_API_KEY"]
    server = StdioServerParameters(command="CalculatorStdio", env={"CALCULATOR_API_KEY": key})
    async with Client(server) as client:
        numbers = {"a": 0.1, "b": 0.2}
        result = await client.call_tool("add", numbers, meta={"calculator/auth_token": key})
        print(result.content[0].text)


asyncio.run(main())
