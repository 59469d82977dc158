#!/usr/bin/env python3
"""Runs attacks against real servers and prints what happened.

    attack.py                                      the servers on PATH: every attack must fail
    attack.py --weak --i-know-this-is-insecure     the naive ones of guide/weak: each must succeed

Exit status 0 where all went that way, 1 where one did not. Below each row stand the rule and the
line of code that stops the attack, or the line of the naive server that lets it in. Colour only on a
terminal, and not where NO_COLOR is set.

A pattern is one entry of PATTERNS: a module with the table ATTACKS and with HONEST, a call that must
get in, the server, the naive server and the settings. An attack gets a `Target`, or what the module
names TARGET, and says whether it got through, and what it saw.
"""

import argparse
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import http_attacks
import key_attacks
import oauth_attacks
import sign_in_attacks
import token_attacks
import upstream_attacks
from target import Target

ROOT = Path(__file__).resolve().parents[2]
FLAG = "--i-know-this-is-insecure"


@dataclass
class Pattern:
    name: str
    module: ModuleType
    server: str
    weak: str
    settings: dict


PATTERNS = [
    Pattern(
        "key",
        key_attacks,
        "CalculatorStdio",
        "weak_key.py",
        {"CALCULATOR_API_KEY": key_attacks.KEY},
    ),
    Pattern(
        "token",
        token_attacks,
        "CalculatorJWT",
        "weak_token.py",
        {"JWT_SECRET": token_attacks.SECRET, "CALCULATOR_ISSUER_KEY": token_attacks.ISSUER_KEY},
    ),
    Pattern("http", http_attacks, "CalculatorHTTP", "weak_http.py", http_attacks.SETTINGS),
    Pattern("oauth", oauth_attacks, "CalculatorOAuth", "weak_oauth.py", oauth_attacks.SETTINGS),
    Pattern(
        "sign-in",
        sign_in_attacks,
        "CalculatorOAuth",
        "weak_sign_in.py",
        sign_in_attacks.SETTINGS,
    ),
    Pattern(
        "upstream",
        upstream_attacks,
        "CalculatorOAuth",
        "weak_upstream.py",
        upstream_attacks.SETTINGS,
    ),
]


def place(guard):
    """`file:line` of the code that stops an attack, found by its text."""
    file, text = guard
    for number, line in enumerate((ROOT / file).read_text(encoding="utf-8").splitlines(), 1):
        if text in line:
            return f"{file}:{number}"
    sys.exit(f"attack: {file} has no line with: {text}")


def hole(pattern, attack):
    """`file:line`, and the line of the naive server that lets an attack in."""
    for file in (pattern.weak, "naive.py", "weak_token.py"):
        lines = (ROOT / "guide/weak" / file).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if (attack.hole or f"({attack.id})") in line:
                return f"guide/weak/{file}:{number}  {line.strip()}"
    sys.exit(f"attack: no naive server has a line with: {attack.hole or attack.id}")


def coloured(text, colour):
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\033[{colour}m{text}\033[0m"


def command(pattern, weak):
    if weak:
        return [sys.executable, str(ROOT / "guide/weak" / pattern.weak), FLAG]
    found = shutil.which(pattern.server)
    if found is None:
        sys.exit(f"attack: {pattern.server} is not on PATH; build it with: make release")
    return [found]


def main():
    parser = argparse.ArgumentParser(description="Attacks the servers; every attack must fail.")
    parser.add_argument("--weak", action="store_true", help="attack the naive servers instead")
    parser.add_argument(FLAG, action="store_true", dest="known", help="needed for --weak")
    arguments = parser.parse_args()
    if arguments.weak and not arguments.known:
        sys.exit(f"attack: the naive servers let everyone in; say {FLAG} to start them")

    surprises = 0
    for pattern in PATTERNS:
        target = getattr(pattern.module, "TARGET", Target)(
            command(pattern, arguments.weak), {"PATH": os.environ["PATH"], **pattern.settings}
        )
        print(f"{pattern.name}: {pattern.weak if arguments.weak else pattern.server}")
        got_in, seen = pattern.module.HONEST(target)
        if not got_in:
            sys.exit(f"attack: an honest call was refused: {seen}")
        for attack in pattern.module.ATTACKS:
            target.logs.clear()
            succeeded, seen = attack.attempt(target)
            as_wanted = succeeded == arguments.weak
            if not arguments.weak and attack.reason not in "".join(target.logs):
                as_wanted, seen = False, f"not for the reason {attack.reason}"
            surprises += not as_wanted
            mark = coloured("✗", 31) if succeeded else coloured("✓", 32)
            print(
                f"  {mark} {attack.id:<4} {attack.name:<44} {'GOT IN' if succeeded else 'stopped':<8}"
                f" {seen[:60]}{'' if as_wanted else '   <-- not as it should be'}"
            )
            if succeeded and arguments.weak:
                print(f"         hole:  {hole(pattern, attack)}")
            print(f"         guard: {attack.rule}, {place(attack.guard)}")
    count = sum(len(pattern.module.ATTACKS) for pattern in PATTERNS)
    if surprises:
        sys.exit(f"attack: {surprises} of {count} attacks did not end as they should")
    if arguments.weak:
        print(f"{count} attacks, all succeeded: as expected of naive servers.")
        print("Next: compare a hole above with the line that stops it, or run: make attack")
    else:
        print(f"{count} attacks, all stopped: as expected.")
        print("Next: see them succeed on naive servers with: make attack-weak")


if __name__ == "__main__":
    # Whoever started this may hold signals back; the servers would then not hear SIGTERM.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    main()
