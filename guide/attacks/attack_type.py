"""One attack: its name, the rule that forbids it, the line that stops it, and how it goes."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Attack:
    id: str
    name: str
    rule: str
    guard: tuple[str, str]  # a file, and a text that stands in the line that stops it
    # Takes a Target; whether it got through, and what was seen.
    attempt: Callable
    # What the audit log of the real server says, so that the row names the line that did stop it.
    reason: str = ""
    # A text that stands in the line of the naive server that lets the attack in; without it, the
    # first line whose comment names the id.
    hole: str = ""
