"""The calculator on PyPI's `mcp`: its low-level server, the faster of its two."""

import anyio
from mcp import MCPError, types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from calculator import OPERATIONS, Refused, authenticate, calculate

NUMBER = {"type": "number"}
OUTPUT = {"type": "object", "properties": {"result": NUMBER}, "required": ["result"]}


def operands(name: str) -> list[str]:
    return ["a"] if name == "square_root" else ["a", "b"]


def tool(name: str) -> types.Tool:
    properties = {operand: NUMBER for operand in operands(name)}
    properties["auth_token"] = {"type": "string"}
    schema = {"type": "object", "properties": properties, "required": operands(name)}
    return types.Tool(name=name, input_schema=schema, output_schema=OUTPUT)


async def list_tools(context, params) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[tool(name) for name in OPERATIONS])


async def call_tool(context, params: types.CallToolRequestParams) -> types.CallToolResult:
    if params.name not in OPERATIONS:
        raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}")
    arguments = params.arguments or {}
    try:
        token = arguments.get("auth_token") or (params.meta or {}).get("calculator/auth_token")
        authenticate(token)
        result = calculate(params.name, *map(arguments.get, operands(params.name)))
    except Refused as refusal:
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=str(refusal))], is_error=True
        )
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=str(result))],
        structured_content={"result": result},
    )


async def main() -> None:
    server = Server(
        "calculator-mcp", version="1.0.0", on_list_tools=list_tools, on_call_tool=call_tool
    )
    async with stdio_server() as streams:
        await server.run(*streams, server.create_initialization_options())


anyio.run(main)
