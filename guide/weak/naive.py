"""What the naive servers share: a loop over lines, with as little thought as they deserve."""

import json
import sys

FLAG = "--i-know-this-is-insecure"


def refuse_by_default():
    if FLAG not in sys.argv[1:]:
        sys.exit(f"This server lets everyone in. It is here to be attacked: say {FLAG} to start it")
    print("INSECURE ON PURPOSE: for the attack lab only", file=sys.stderr)


def serve(run):
    """`run(tool, arguments, meta)` gives a text and what goes beside it, or raises."""
    for line in sys.stdin:  # as long as it likes (S14)
        message = json.loads(line)  # of two equal names the last one wins (S4)
        params = message.get("params", {})
        try:
            text, more = run(
                params.get("name"), params.get("arguments", {}), params.get("_meta", {})
            )
            result = {"isError": False, "structuredContent": more}
        except Exception as error:  # whatever it was, the caller is told all of it (S9)
            text, result = f"Error: {error}", {"isError": True}
        result["content"] = [{"type": "text", "text": text}]
        print(json.dumps({"jsonrpc": "2.0", "id": message.get("id"), "result": result}), flush=True)


def log(text):
    print(text, file=sys.stderr, flush=True)


def calculate(tool, arguments):
    a, b = float(arguments["a"]), float(arguments.get("b", 0))
    result = {"add": a + b, "subtract": a - b, "multiply": a * b, "power": a**b}[tool]
    return str(result), {"result": result}
