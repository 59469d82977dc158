"""Validates MCP messages against the JSON Schema of their revision.

    python validate.py SCHEMA_DIR < lines.jsonl

SCHEMA_DIR contains one `REVISION.json` for each revision. A line is one of

    {"revision": "2026-07-28", "definition": "CallToolResultResponse", "message": {...}}
    {"schema": {...}, "instance": {...}}

Without `definition` a message is checked as a `JSONRPCMessage`. A definition such as
`CallToolResult`, with or without `Response` at its end, may name a whole response in every revision:
then the script checks the response and its result. For the second kind of line it checks that
`schema` is a valid schema (2020-12 unless it names another one) and that the `instance`, if there is
one, matches it: for a tool's schemas and its structured content.

Prints a line for each failure and then `N valid, M invalid`. Exits with status 1 if a line failed or
if there were none.
"""

import functools
import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.validators import validator_for


@functools.cache
def validator(folder: pathlib.Path, revision: str, definition: str, whole: bool):
    """A validator for `definition`; for a `whole` response, if `definition` names its result."""
    schema = json.loads((folder / f"{revision}.json").read_text(encoding="utf-8"))
    # Draft 7, up to 2025-06-18, says `definitions`; 2020-12 says `$defs`.
    key = "$defs" if "$defs" in schema else "definitions"
    definitions = schema[key]

    def reference(name: str):
        if name not in definitions:
            raise ValueError(f"{revision} has no definition {name}")
        return {"$ref": f"#/{key}/{name}"}

    rules = [reference(definition)]
    if whole and definition.endswith("Result"):
        modern = "JSONRPCResultResponse" in definitions
        response = "JSONRPCResultResponse" if modern else "JSONRPCResponse"
        rules = [reference(response), {"properties": {"result": reference(definition)}}]
    return validator_for(schema)({"$schema": schema["$schema"], "allOf": rules, key: definitions})


def check(folder: pathlib.Path, line: str) -> None:
    case = json.loads(line, object_pairs_hook=unique, parse_constant=refuse)
    if not isinstance(case, dict):
        raise ValueError("a line is an object")
    if "schema" in case:
        kind = validator_for(case["schema"], default=Draft202012Validator)
        kind.check_schema(case["schema"])
        if "instance" in case:
            demand(kind(case["schema"]), case["instance"])
    else:
        message = case["message"]
        definition = case.get("definition", "JSONRPCMessage")
        # `CallToolResultResponse` allows an `InputRequiredResult` too, and any object with a
        # `resultType` is one: it would let every bad result pass. So the result is checked alone.
        if definition.endswith("ResultResponse") and definition != "JSONRPCResultResponse":
            definition = definition.removesuffix("Response")
        whole = isinstance(message, dict) and "jsonrpc" in message
        demand(validator(folder, case["revision"], definition, whole), message)


def demand(validator, instance) -> None:
    if error := best_match(validator.iter_errors(instance)):
        raise error


def unique(pairs):
    """Python's parser lets the last of two equal keys win; here they are an error."""
    object = dict(pairs)
    if len(object) < len(pairs):
        raise ValueError(f"a key occurs twice: {[key for key, _ in pairs]}")
    return object


def refuse(constant: str):
    raise ValueError(f"{constant} is no JSON")


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    valid = invalid = 0
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            check(folder, line)
            valid += 1
        except (SchemaError, ValidationError) as error:
            invalid += 1
            print(f"line {number}: {error.json_path}: {error.message[:300]}")
        except (ValueError, KeyError, OSError) as error:
            invalid += 1
            print(f"line {number}: {type(error).__name__}: {error}")
    print(f"{valid} valid, {invalid} invalid")
    return 0 if valid and not invalid else 1


if __name__ == "__main__":
    sys.exit(main())
