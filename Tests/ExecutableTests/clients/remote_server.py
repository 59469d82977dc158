"""A remote server of `mcp` 1.30 or `fastmcp` 4.x for the tests of the bridge.

    remote_server.py PORT mcp|fastmcp [json] [stateless] [oauth]

It answers as an event stream, or as `json`; with sessions, or `stateless`. With `oauth` it is also the
authorization server, in memory: everybody who comes is signed in. It prints `ready` once it listens.
"""

import asyncio
import sys
import threading
import time
import urllib.request

port, library, *ways = sys.argv[1:]
if library == "fastmcp":
    from fastmcp import Context, FastMCP
    from fastmcp.server.auth.auth import ClientRegistrationOptions, RevocationOptions
    from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider

    provider = InMemoryOAuthProvider(
        base_url=f"http://127.0.0.1:{port}",
        client_registration_options=ClientRegistrationOptions(enabled=True),
        revocation_options=RevocationOptions(enabled=True),
    )
    server = FastMCP("Remote", auth=provider if "oauth" in ways else None)
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


arrived = 0
complete = asyncio.Event()


@server.tool()
async def meet(count: int) -> str:
    """Answers when `count` calls are here at the same time."""
    global arrived
    arrived += 1
    if arrived == count:
        complete.set()
    await complete.wait()
    return "all are here"


@server.tool()
async def hang() -> str:
    """Does not answer, and prints its beginning and its end."""
    print("begun", flush=True)
    try:
        await asyncio.sleep(3600)
    finally:
        print("cancelled", flush=True)
    return "too late"


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
