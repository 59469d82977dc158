#!/usr/bin/env python3
"""The client that the official MCP conformance suite tests: CalculatorBridge, and the requests of a program
in front of it.

    conformance_client.py BRIDGE URL

The suite sets `MCP_CONFORMANCE_SCENARIO`, `MCP_CONFORMANCE_CONTEXT` (credentials, as JSON) and
`MCP_CONFORMANCE_PROTOCOL_VERSION`, and calls this with the URL of its server. This program speaks stdio alone:
all of HTTP and OAuth is in the bridge. The browser is `curl`, which follows the redirects.
"""

import json
import os
import subprocess
import sys
import tempfile

SECONDS = 60
MODERN = "2026-07-28"
UNSUPPORTED_VERSION = -32022
DOCUMENT = "https://conformance-test.local/client-metadata.json"


def environment(folder, scenario, context):
    """The settings of the bridge for a scenario."""
    browser = os.path.join(folder, "browser")
    with open(browser, "w") as file:
        file.write('#!/bin/sh\nexec curl -sSL --max-time 20 -o /dev/null -- "$1"\n')
    os.chmod(browser, 0o700)
    known = {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "XDG_STATE_HOME": folder,
        "BROWSER": browser,
    }
    if "client_id" in context:
        known["CALCULATOR_BRIDGE_CLIENT_ID"] = context["client_id"]
    if "client_secret" in context:
        known["CALCULATOR_BRIDGE_CLIENT_SECRET"] = context["client_secret"]
    if "private_key_pem" in context:
        key = os.path.join(folder, "key.pem")
        with open(key, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(context["private_key_pem"])
        known["CALCULATOR_BRIDGE_CLIENT_KEY_FILE"] = key
    if "client-credentials" in scenario:
        known["CALCULATOR_BRIDGE_GRANT"] = "client_credentials"
    return known


class Bridge:
    """The client's side of stdio: one request at a time."""

    def __init__(self, command, variables, version):
        self.version, self.number = version, 0
        self.process = subprocess.Popen(
            command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def is_modern(self):
        return self.version == MODERN

    def send(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0"} | message) + "\n")
        self.process.stdin.flush()

    def request(self, method, **params):
        self.number += 1
        number = self.number
        if self.is_modern:
            params["_meta"] = {
                "io.modelcontextprotocol/protocolVersion": self.version,
                "io.modelcontextprotocol/clientInfo": {"name": "conformance", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
            }
        self.send({"id": number, "method": method, "params": params})
        while line := self.process.stdout.readline():
            message = json.loads(line)
            if message.get("id") == number and "method" not in message:
                print(f"{method}: {line.strip()[:300]}", file=sys.stderr)
                return message
            if "method" in message and "id" in message:
                self.send({"id": message["id"]} | self.answer(message))
        raise SystemExit(f"no answer to {method}")

    def answer(self, message):
        """A request of the server. The defaults of a form are what the user sends."""
        if message["method"] == "elicitation/create":
            return {"result": {"action": "accept", "content": self.defaults(message["params"])}}
        return {"error": {"code": -32601, "message": "unknown method"}}

    @staticmethod
    def defaults(params):
        fields = params.get("requestedSchema", {}).get("properties", {})
        return {name: field["default"] for name, field in fields.items() if "default" in field}

    def begin(self):
        if self.is_modern:
            answer = self.request("server/discover")
            # Another version was asked for: this client has one.
            if answer.get("error", {}).get("code") == UNSUPPORTED_VERSION:
                answer = self.request("server/discover")
            return answer
        answer = self.request(
            "initialize",
            protocolVersion=self.version,
            capabilities={"elicitation": {"applyDefaults": True}},
            clientInfo={"name": "conformance", "version": "1"},
        )
        self.send({"method": "notifications/initialized"})
        return answer

    def call(self, name, arguments):
        answer = self.request("tools/call", name=name, arguments=arguments)
        for _ in range(4):
            result = answer.get("result", {})
            if result.get("resultType") != "input_required":
                break
            responses = {
                key: {"action": "accept", "content": self.defaults(one.get("params", {}))}
                for key, one in result.get("inputRequests", {}).items()
            }
            further = {"inputResponses": responses}
            if "requestState" in result:
                further["requestState"] = result["requestState"]
            answer = self.request("tools/call", name=name, arguments=arguments, **further)
        return answer

    def end(self):
        self.process.stdin.close()
        return self.process.wait(timeout=SECONDS)


def arguments_of(tool):
    """Something of each type, for all properties."""
    values = {"string": "text", "number": 3, "integer": 3, "boolean": True, "array": [], "object": {}}
    fields = tool.get("inputSchema", {}).get("properties", {})
    return {name: values.get(field.get("type"), "text") for name, field in fields.items()}


def main():
    bridge, url = sys.argv[1:]
    scenario = os.environ.get("MCP_CONFORMANCE_SCENARIO", "")
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    version = os.environ.get("MCP_CONFORMANCE_PROTOCOL_VERSION") or "2025-11-25"
    with tempfile.TemporaryDirectory() as folder:
        command = [bridge, url, "--verbose"]
        if scenario.endswith("basic-cimd"):
            command += ["--client-id-url", DOCUMENT]
        client = Bridge(command, environment(folder, scenario, context), version)
        failed = "error" in client.begin()
        listed = client.request("tools/list")
        failed = failed or "error" in listed
        tools = listed.get("result", {}).get("tools", [])
        for tool in tools:
            arguments = arguments_of(tool)
            if tool["name"] == "json_schema_echo":  # what the client has got of another tool
                arguments = {"schema": tools[0]["inputSchema"]}
            calls = context.get("toolCalls") or [{"name": tool["name"], "arguments": arguments}]
            for call in calls:
                # A refusal of a tool is no failure of the client.
                if call["name"] == tool["name"]:
                    client.call(call["name"], call.get("arguments", {}))
        status = client.end()
    sys.exit(status or failed)


main()
