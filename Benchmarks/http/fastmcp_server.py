"""The calculator's `add` on PyPI's `fastmcp` over Streamable HTTP, protected by a Bearer key."""

import os
import pathlib
import sys

from fastmcp import FastMCP
from fastmcp.server.auth.providers.jwt import StaticTokenVerifier

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "stdio"))
from calculator import calculate  # noqa: E402

key = os.environ["CALCULATOR_API_KEY"]
verifier = StaticTokenVerifier(tokens={key: {"client_id": "benchmark", "scopes": []}})
server = FastMCP("calculator-fastmcp", version="1.0.0", auth=verifier)


@server.tool
def add(a: int | float, b: int | float) -> int | float:
    return calculate("add", a, b)


server.run(
    transport="http",
    host="127.0.0.1",
    port=int(sys.argv[1]),
    show_banner=False,
    stateless_http=True,
    json_response=True,
    log_level="error",
    uvicorn_config={"access_log": False},
)
