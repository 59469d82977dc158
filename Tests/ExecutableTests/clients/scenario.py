"""The common part of the clients: reads a scenario, runs its steps and prints the outcome.

A client gives `run` a `connect(scenario)`: an async context manager that yields a `Connection`.
A scenario names a `command` with `args` and `env`, or a `url` with `headers` and the `ca` to trust.
The input may also be a list of scenarios. Each gets its own connection and outcome.
The scripts do not check the replies. The test that starts them does.
"""

import asyncio
import json
import logging
import os
import ssl
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


# The status of every response over HTTP in this scenario, in order.
statuses: list[int] = []


def run(connect) -> None:
    # The clients log errors at length, and the outcome contains all of them.
    logging.disable()
    scenario = read()
    # The transports of the clients pass HOME, USER and more to the server. Leave only PATH.
    for name in set(os.environ) - {"PATH"}:
        del os.environ[name]
    if isinstance(scenario, list):
        outcome = [asyncio.run(attempt(connect, one)) for one in scenario]
    else:
        outcome = asyncio.run(attempt(connect, scenario))
    print(json.dumps(outcome))


def http_client(library, scenario: dict[str, Any], **options):
    """A client of `library` (`httpx` or `httpx2`) that records every status."""

    async def note(response) -> None:
        statuses.append(response.status_code)

    options["headers"] = scenario["headers"] | (options.get("headers") or {})
    if ca := scenario.get("ca"):
        options["verify"] = ssl.create_default_context(cafile=ca)
    return library.AsyncClient(**options, event_hooks={"response": [note]})


def read() -> dict[str, Any] | list[dict[str, Any]]:
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="utf-8") as file:
            return json.load(file)
    return json.load(sys.stdin)


async def attempt(connect, scenario: dict[str, Any]) -> dict[str, Any]:
    statuses.clear()
    outcome = {"steps": []}
    try:
        await play(connect, scenario, outcome)
    except Exception as error:
        # Each client fails differently at a status that it does not expect.
        if not statuses or statuses[-1] < 400:
            raise
        if shown := protocol_error(error):
            outcome["failure"] = {"code": shown.error.code, "message": shown.error.message}
    return outcome | ({"statuses": list(statuses)} if statuses else {})


def protocol_error(error: BaseException):
    """The server's error as the client reports it, at any depth of an exception group."""
    if isinstance(error, ProtocolError):
        return error
    for part in getattr(error, "exceptions", ()):
        if found := protocol_error(part):
            return found
    return None


async def play(connect, scenario: dict[str, Any], outcome: dict[str, Any]) -> None:
    async with asyncio.timeout(SECONDS), connect(scenario) as connection:
        server = connection.server
        outcome["protocolVersion"] = connection.version
        outcome["server"] = server and {"name": server.name, "version": server.version}
        for step in scenario["steps"]:
            outcome["steps"].append(await take(connection, step))


async def take(connection: Connection, step: dict[str, Any]) -> dict[str, Any]:
    try:
        if step.get("validate"):
            await validate(connection, step)
        if step.get("list"):
            return {"tools": [tool.name for tool in await connection.list_tools()]}
        result = await connection.call(step["call"], step.get("arguments", {}), step.get("meta"))
        return describe(result.model_dump(by_alias=True, mode="json", exclude_none=True))
    except ProtocolError as failure:
        return {"protocolError": {"code": failure.error.code, "message": failure.error.message}}
    except RuntimeError as failure:
        # The client itself refused the reply: its structured content does not match the output
        # schema.
        return {"clientError": str(failure)}


async def validate(connection: Connection, step: dict[str, Any]) -> None:
    """Checks the arguments like a host that applies the schemas before it calls tools."""
    import jsonschema

    tool = next(tool for tool in await connection.list_tools() if tool.name == step["call"])
    schema = tool.model_dump(by_alias=True)["inputSchema"]
    jsonschema.validate(step.get("arguments", {}), schema)


def describe(result: dict[str, Any]) -> dict[str, Any]:
    texts = [part["text"] for part in result["content"] if part["type"] == "text"]
    return {
        "isError": result.get("isError", False),
        "text": "\n".join(texts),
        "structured": result.get("structuredContent"),
        "errorKind": result.get("_meta", {}).get("calculator/error"),
    }
