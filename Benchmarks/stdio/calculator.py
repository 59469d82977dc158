"""The calculator of the two Python servers: seven operations on `decimal`, protected by a key."""

import hmac
import os
from decimal import ROUND_FLOOR, Decimal, InvalidOperation, Overflow, getcontext

getcontext().prec = 34


class Refused(Exception):
    """An error of a tool, with a sentence for the caller."""


def authenticate(token: object) -> None:
    key = os.environ["CALCULATOR_API_KEY"].encode()
    if not isinstance(token, str) or not hmac.compare_digest(token.encode(), key):
        raise Refused("Authentication failed")


def number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Refused("An argument is missing or is no number.")
    # `repr` gives 0.1 for the float 0.1, where Decimal(0.1) would give its 55 binary digits.
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def nonzero(b: Decimal) -> Decimal:
    if b == 0:
        raise Refused("Division by zero: b must not be 0.")
    return b


OPERATIONS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / nonzero(b),
    "power": lambda a, b: a**b,
    # The result has the sign of the divisor. Decimal's `%` gives that of the dividend.
    "modulo": lambda a, b: a - b * (a / nonzero(b)).to_integral_value(ROUND_FLOOR),
    "square_root": lambda a: a.sqrt(),
}


def calculate(name: str, *arguments: object) -> int | float:
    try:
        result = OPERATIONS[name](*map(number, arguments))
    except (InvalidOperation, Overflow):
        raise Refused(f"{name} has no result for these numbers.") from None
    return int(result) if result == result.to_integral_value() else float(result)
