"""A naive server behind an API key. Each comment names the attack that it invites."""

import os

from naive import calculate, log, refuse_by_default, serve

KEY = os.environ.get("CALCULATOR_API_KEY", "")  # an empty one will do (S3), a placeholder too (C15)
IS_GUARDED = os.environ.get("CALCULATOR_REQUIRE_AUTH", "true") == "true"  # "True" opens it (S16)


def is_right(token):
    if not token:  # "nothing was sent, so nothing is wrong" (S1)
        return True
    if isinstance(token, list):  # "be liberal in what you accept" (S1)
        token = token[0]
    return KEY[: len(token)] == token  # compares as much as was sent (S2)


def run(tool, arguments, meta):
    token = meta.get("calculator/auth_token") or arguments.get("auth_token")  # one of both (S6)
    if IS_GUARDED and not is_right(token):
        log(f"wrong key: {token}")  # the key (S9), and a line break in it (S11)
        raise PermissionError("Authentication failed")
    return calculate(tool, arguments)


if __name__ == "__main__":
    refuse_by_default()
    serve(run)
