"""Holds ATTACKS.md against the tests and the attack lab.

run.py itself checks each link of the page: that the file exists and has the name that is the text
of the link.
"""

import re

ID = r"(?:[STJHCRPLG]\d{1,2}|O\d{1,3})"
MENTIONS = re.compile(rf"\b({ID})(?:(?:\s?[–-]\s?| to )({ID}))?\b")
LINK = re.compile(r"\[`?([^\]`]+)`?\]\(([^)]+)\)")


def mentions(text):
    """Every id that stands in a text."""
    for match in MENTIONS.findall(text):
        yield from filter(None, match)


def covered(text):
    """Every id in a text; `T1–T3` and `P1 to P3` cover those between them too."""
    yield from mentions(text)
    for first, last in MENTIONS.findall(text):
        if last and last[0] == first[0]:
            yield from (f"{first[0]}{number}" for number in range(int(first[1:]), int(last[1:])))


def used(root):
    """Each id of the tests and the lab, with a file that has it."""
    found = {}
    files = [*root.glob("Tests/**/*.swift"), *root.glob("guide/attacks/*.py")]
    for file in sorted(files):
        for name in mentions(file.read_text(encoding="utf-8")):
            found.setdefault(name, file.relative_to(root))
    return found


def rows(lines):
    """Each row as its line and cells."""
    for number, line in enumerate(lines, 1):
        if re.match(rf"\| {ID} \|", line):
            yield number, [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def check(root, lines=None):
    """Problems, each as (line, text)."""
    lines = lines or (root / "ATTACKS.md").read_text(encoding="utf-8").splitlines()
    there = {}
    in_use = used(root)
    for number, cells in rows(lines):
        name = cells[0]
        if name in there:
            yield number, f"{name} has two rows"
        there[name] = number
        if len(cells) != 5 or not all(cells):
            yield number, f"{name} needs five cells: id, attack, rule, guarding file, test"
            continue
        guards, tests = LINK.findall(cells[3]), LINK.findall(cells[4])
        if not guards:
            yield number, f"{name} names no guarding file"
        if not tests:
            yield number, f"{name} names no test"
        if name in in_use and tests and not any(mentioned(name, root / path) for _, path in tests):
            yield number, f"no test that {name} names has this id; one is in {in_use[name]}"
    for name in sorted(in_use.keys() - there.keys(), key=lambda name: (name[0], int(name[1:]))):
        yield 1, f"{name} is missing; it stands in {in_use[name]}"


def mentioned(name, path):
    return path.is_file() and name in set(covered(path.read_text(encoding="utf-8")))
