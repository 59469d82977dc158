"""What the clients share: read a scenario, take its steps, print what came back.

A client gives `run` a `connect(scenario)`: an async context manager that yields a `Connection`.
The scripts expect nothing of the answers; the test that starts them does.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mcp.shared import exceptions

SECONDS = 60
ProtocolError = getattr(exceptions, "MCPError", None) or exceptions.McpError


@dataclass
class Connection:
    version: str
    server: Any
    list_tools: Callable[[], Awaitable[list[Any]]]
    call: Callable[[str, dict[str, Any], dict[str, Any] | None], Awaitable[Any]]


def run(connect) -> None:
    scenario = read()
    # The clients' transports pass HOME, USER and more on to the server: leave them only PATH.
    for name in set(os.environ) - {"PATH"}:
        del os.environ[name]
    print(json.dumps(asyncio.run(play(connect, scenario))))


def read() -> dict[str, Any]:
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="utf-8") as file:
            return json.load(file)
    return json.load(sys.stdin)


async def play(connect, scenario: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS), connect(scenario) as connection:
        server = connection.server
        return {
            "protocolVersion": connection.version,
            "server": server and {"name": server.name, "version": server.version},
            "steps": [await take(connection, step) for step in scenario["steps"]],
        }


async def take(connection: Connection, step: dict[str, Any]) -> dict[str, Any]:
    try:
        if step.get("list"):
            return {"tools": [tool.name for tool in await connection.list_tools()]}
        result = await connection.call(step["call"], step.get("arguments", {}), step.get("meta"))
        return describe(result.model_dump(by_alias=True, mode="json", exclude_none=True))
    except ProtocolError as failure:
        return {"protocolError": {"code": failure.error.code, "message": failure.error.message}}
    except RuntimeError as failure:
        # The client itself refused the answer: structured content unlike the output schema.
        return {"clientError": str(failure)}


def describe(result: dict[str, Any]) -> dict[str, Any]:
    texts = [part["text"] for part in result["content"] if part["type"] == "text"]
    return {
        "isError": result.get("isError", False),
        "text": "\n".join(texts),
        "structured": result.get("structuredContent"),
        "errorKind": result.get("_meta", {}).get("calculator/error"),
    }
