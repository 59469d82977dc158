#!/usr/bin/env python3
"""Takes one guard after the other out of the code, and checks that a test notices each.

    mutate.py [--only REGEX] [--part K/N] [--list]

The table is scripts/mutants.py. The work is done on a copy of the tree in .build-mutate, which keeps
its build folder: each mutant is an incremental build, and so is the next run. Ends with 1 if a mutant
survives, does not compile, hangs, is killed by another test than it says, or is not found.
"""

import argparse
import filecmp
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from mutants import MUTANTS

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / ".build-mutate"
TREE = SCRATCH / "tree"
# Most of the time goes into linking: without symbols for a debugger, and with the linker of Swift.
FAST = ["-Xswiftc", "-gnone"]
if platform.system() == "Linux":
    FAST += ["-Xswiftc", "-use-ld=lld"]
# In seconds; no filter of the table takes a tenth of it without a mutant.
TIMEOUT = 300
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Lines of tests that run at the same time may stand behind each other.
FAILURE = re.compile(r"✘ Test (?!run )([^✘✔◇\n]*)")
STARTED = re.compile(r"◇ Test (\S+\(.*?\)) started")
ENDED = re.compile(r"[✔✘] Test (\S+\(.*?\))(?: with \d+ test cases?)? (?:passed|failed) after")


def copy_tree():
    """Makes the copy equal to what git tracks or would track; files that are equal stay untouched, so
    that they are not compiled again."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True).stdout
    wanted = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for old in [path for path in TREE.rglob("*") if path.is_file() or path.is_symlink()]:
        if str(old.relative_to(TREE)) not in wanted:
            old.unlink()
    for name in wanted:
        source, copy = ROOT / name, TREE / name
        if not copy.exists() or not filecmp.cmp(source, copy, shallow=False):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)


def run(*command):
    """Runs a command in the copy; its status, and all that it printed. The status `None` is a timeout."""
    environment = dict(os.environ)
    for vectors in [ROOT / ".vectors", ROOT.parent / "shared/vectors"]:
        if vectors.is_dir():
            environment.setdefault("CALCULATOR_VECTORS", str(vectors))
    process = subprocess.Popen(
        command, cwd=TREE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", start_new_session=True)
    try:
        output, _ = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the tests are a child of its child
        output, _ = process.communicate()
        return None, COLOUR.sub("", output)
    return process.returncode, COLOUR.sub("", output)


def swift(*arguments):
    return run("swift", *arguments, *FAST, "--scratch-path", str(SCRATCH / "build"))


def test(tests):
    """Runs the tests of a filter."""
    # `swift test` plans the whole build again first, which takes longer than most of these tests.
    for bundle in (SCRATCH / "build/debug").glob("*PackageTests.xctest"):
        if bundle.is_file():  # on Linux
            return run(str(bundle), "--testing-library", "swift-testing", "--filter", tests)
    return swift("test", "--skip-build", "--filter", tests)


def build():
    status, output = swift("build", "--build-tests")
    errors = [line for line in output.splitlines() if "error:" in line]
    return None if status == 0 else (errors or output.splitlines()[-3:] or ["timed out"])


def find(where, text):
    """The one file at `where` that has `text` once; else a sentence."""
    place = TREE / where
    files = sorted(place.rglob("*.swift")) if place.is_dir() else [place]
    found = [
        (file, file.read_text(encoding="utf-8").count(text)) for file in files if file.is_file()]
    count = sum(number for _, number in found)
    if count != 1:
        return None, f"the text stands {count} times in {where}"
    return next(file for file, number in found if number), None


def judge(where, text, replacement, tests, killer):
    """What became of a mutant: whether it was killed as it should be, and a sentence."""
    file, problem = find(where, text)
    if problem:
        return False, f"NOT FOUND: {problem}"
    original = file.read_text(encoding="utf-8")
    file.write_text(original.replace(text, replacement), encoding="utf-8")
    try:
        errors = build()
        if errors:
            return False, f"DOES NOT COMPILE: {errors[0].strip()}"
        status, output = test(tests)
    finally:
        file.write_text(original, encoding="utf-8")
    failures = FAILURE.findall(output)
    hits = [line for line in failures if re.search(killer, line)]
    if hits:
        return True, f"killed by {name_of(hits[0])}"
    if status is None:
        # It waits for what the guard does. Its time limit, or that of the run, would make it fail.
        endless = set(STARTED.findall(output)) - set(ENDED.findall(output))
        for name in sorted(endless):
            if re.search(killer, name):
                return True, f"killed by {name}, which does not end"
        return False, f"HANGS: {', '.join(sorted(endless)) or 'no test'}"
    if status == 0:
        return False, "SURVIVED"
    if failures:
        return False, f"KILLED BY ANOTHER TEST: {name_of(failures[0])}"
    return False, f"ENDED THE TESTS: {' '.join(output.split()[-20:])}"


def name_of(failure):
    """`fails(_:): H1 a length, then a coding` from a line of Swift Testing."""
    match = re.match(
        r"(\S+\(.*?\)|\".*?\")(?: recorded an issue)?(?: with \d+ arguments? (.*?))?"
        r"(?: at \S+\.swift:.*| failed.*)?$", failure)
    if not match:
        return failure[:100]
    argument = re.sub(r"^\w+ → ", "", match[2] or "").split(", _")[0]
    return match[1] + (f": {argument[:60]}" if argument else "")


def baseline(mutants):
    """The tests must succeed without a mutant."""
    errors = build()
    if errors:
        sys.exit("mutate: the code does not build: " + "\n".join(errors))
    filters = "|".join(sorted({tests for _, _, _, _, tests, _ in mutants}))
    status, output = test(filters)
    if status != 0:
        failures = FAILURE.findall(output) or [output[-1000:] or "timed out"]
        sys.exit("mutate: without a mutant these tests fail:\n" + "\n".join(failures[:10]))


def part(text, rows):
    """The rows of the part `K/N`: neighbours, which mostly change one module."""
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text)
    if not match or int(match[1]) > int(match[2]):
        sys.exit(f"mutate: --part must be K/N, such as 1/4, and not {text}")
    index, count = int(match[1]), int(match[2])
    return rows[len(rows) * (index - 1) // count:len(rows) * index // count]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="a regular expression for the names")
    parser.add_argument("--part", default="1/1", help="the part K of N, for several nights or machines")
    parser.add_argument("--list", action="store_true", help="print the names alone")
    options = parser.parse_args()
    mutants = part(options.part, [row for row in MUTANTS if re.search(options.only, row[0])])
    names = [row[0] for row in MUTANTS]
    if len(set(names)) != len(names):
        sys.exit("mutate: two mutants have one name")
    if options.list:
        print("\n".join(row[0] for row in mutants))
        return
    if not mutants:
        sys.exit(f"mutate: no mutant is called {options.only} in this part")

    TREE.mkdir(parents=True, exist_ok=True)
    copy_tree()
    print("==> Building and testing without a mutant", flush=True)
    baseline(mutants)
    print(f"==> {len(mutants)} mutants", flush=True)
    width = max(len(row[0]) for row in mutants)
    bad = 0
    for name, *row in mutants:
        start = time.monotonic()
        isKilled, sentence = judge(*row)
        bad += not isKilled
        mark = "✓" if isKilled else "✗"
        print(f"{mark} {name:<{width}}  {sentence}  ({time.monotonic() - start:.0f} s)", flush=True)
    if bad:
        sys.exit(f"mutate: {bad} of {len(mutants)} mutants are not killed as the table says")
    print(f"==> All {len(mutants)} mutants are killed, each by the test that the table names")


if __name__ == "__main__":
    main()
