"""The calculator on PyPI's `fastmcp`: one decorated function for each tool."""

from fastmcp import FastMCP
from fastmcp.exceptions import ToolError

from calculator import OPERATIONS, Refused, authenticate, calculate

server = FastMCP("calculator-fastmcp", version="1.0.0")


def answer(name: str, token: str, *arguments: float) -> float:
    try:
        authenticate(token)
        return calculate(name, *arguments)
    except Refused as refusal:
        raise ToolError(str(refusal)) from None


def register(name: str) -> None:
    if name == "square_root":

        def tool(a: int | float, auth_token: str = "") -> int | float:
            return answer(name, auth_token, a)
    else:

        def tool(a: int | float, b: int | float, auth_token: str = "") -> int | float:
            return answer(name, auth_token, a, b)

    server.tool(tool, name=name)


for operation in OPERATIONS:
    register(operation)

server.run(transport="stdio", show_banner=False)
