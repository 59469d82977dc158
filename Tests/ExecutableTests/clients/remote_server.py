"""A remote server of `mcp` 1.30 or `fastmcp` 4.x for the tests of the bridge.

    remote_server.py PORT mcp|fastmcp [json] [stateless]

It answers as an event stream, or as `json`; with sessions, or `stateless`. It prints `ready` once it listens.
"""

import sys
import threading
import time
import urllib.request

port, library, *ways = sys.argv[1:]
if library == "fastmcp":
    from fastmcp import Context, FastMCP

    server = FastMCP("Remote")
else:
    from mcp.server.fastmcp import Context, FastMCP

    server = FastMCP(
        "Remote", port=int(port), json_response="json" in ways, stateless_http="stateless" in ways
    )


@server.tool()
async def add(a: float, b: float, context: Context) -> float:
    """Adds, and says so in between."""
    await context.report_progress(1, 2, "half")
    return a + b


@server.tool()
async def fail() -> str:
    """Always fails."""
    raise ValueError("this tool fails")


def tell():
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.05)
            continue
        break
    print("ready", flush=True)


threading.Thread(target=tell, daemon=True).start()
if library == "fastmcp":
    server.run(
        transport="http", port=int(port), show_banner=False, json_response="json" in ways,
        stateless_http="stateless" in ways,
    )
else:
    server.run("streamable-http")
