#!/usr/bin/env python3
"""bundle.py SERVER FILE [SCHEMA]: packs CalculatorStdio as a bundle for Claude Desktop (.mcpb).

A bundle is a zip with a manifest.json (manifest version 0.3) and the server. The manifest names the
key as a sensitive setting: the client asks for it, keeps it in the system's keychain, and hands it
to the server as a variable. No secret stands in a file.

The tools in the manifest are those that the server names. Before anything is written, the manifest is
validated against manifest.schema.json beside this file, which says what the format demands of the
members that stand here, and against SCHEMA too where one is given: the format's own is
schemas/mcpb-manifest-v0.3.schema.json of github.com/modelcontextprotocol/mcpb.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema

HERE = Path(__file__).parent
KEY = "bundle-key-for-tools-list"


def tools(server):
    request = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/list",
        "params": {
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            }
        },
    }
    reply = subprocess.run(
        [server],
        input=json.dumps(request) + "\n",
        capture_output=True,
        text=True,
        check=True,
        env={"CALCULATOR_API_KEY": KEY, "CALCULATOR_LOG": "off"},
    ).stdout
    return [
        {"name": tool["name"], "description": tool["description"]}
        for tool in json.loads(reply)["result"]["tools"]
    ]


def manifest(server):
    version = subprocess.run([server, "--version"], capture_output=True, text=True, check=True)
    return {
        "manifest_version": "0.3",
        "name": "calculator-stdio",
        "display_name": "Calculator behind an API key",
        "version": version.stdout.strip(),
        "description": "Exact decimal arithmetic, for whoever shows the API key.",
        "author": {"name": "The authors of CalculatorStdio"},
        "license": "Apache-2.0",
        "server": {
            "type": "binary",
            "entry_point": "server/CalculatorStdio",
            "mcp_config": {
                "command": "${__dirname}/server/CalculatorStdio",
                "args": [],
                "env": {"CALCULATOR_API_KEY": "${user_config.api_key}"},
            },
        },
        "tools": tools(server),
        "compatibility": {"platforms": ["darwin" if sys.platform == "darwin" else "linux"]},
        "user_config": {
            "api_key": {
                "type": "string",
                "title": "API key",
                "description": "At least 16 characters. Make one with: openssl rand -hex 32",
                "required": True,
                "sensitive": True,
            }
        },
    }


def check(manifest, schema):
    try:
        jsonschema.validate(manifest, json.loads(schema.read_text(encoding="utf-8")))
    except jsonschema.ValidationError as error:
        sys.exit(f"bundle: the manifest is not valid by {schema.name}: {error.message}")


def main():
    server, target = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    content = manifest(str(server))
    for schema in [HERE / "manifest.schema.json", *map(Path, sys.argv[3:])]:
        check(content, schema)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("manifest.json", json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        bundle.write(HERE.parents[1] / "LICENSE", "LICENSE")
        entry = zipfile.ZipInfo(content["server"]["entry_point"])
        entry.external_attr = 0o100755 << 16  # executable where it is unpacked
        entry.compress_type = zipfile.ZIP_DEFLATED
        bundle.writestr(entry, server.read_bytes())
    print(
        f"==> Packed {target}, {os.path.getsize(target) / 1e6:.1f} MB; open it with Claude Desktop"
    )


if __name__ == "__main__":
    main()
