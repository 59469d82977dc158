#!/usr/bin/env python3
"""Runs the guide as a reader would, and checks that what it says is so.

    guide/tools/run.py [--bin FOLDER] [PAGE...]
    guide/tools/run.py [--bin FOLDER] --one-shell bash|zsh [--pause SECONDS] [PAGE...]

The second form is a reader who keeps one terminal open: all chapters, each followed by its
solutions, run in one shell, with a pause before each block.

How a page is written, so that it can be checked:

```sh              commands, without comments. The blocks of a page run in order in one bash,
                   under `set -u`, in a fresh folder that is also HOME. The servers are on PATH, and
                   $REPO is the clone: as chapter 1 has the reader set them. No variable of the
                   servers (CALCULATOR_…, JWT_…, JIRA_… and so on) is set. There is no `until` or
                   `while`: the functions of call.sh wait, and give up after a minute.
```sh needs=C      the same, but passed over, with its output, where there is no command C.
```sh norun        commands that are shown only. Each `make` target in them must exist.
```text ```json    the first one behind a block that ran is what it prints, standard error included.
                   A block without one must print nothing. The last command must succeed.
```json norun      is no output: a config, for example.
```swift file=P    is an excerpt of the file P of this repository. It must stand there line by line,
                   whatever the indentation; a line `// …`, or `…`, leaves lines out.

In an output `…` stands for anything within a line, and a line of nothing but `…` for any lines.
Tokens, random hexadecimal text, times, process numbers, ports, and the seconds of a rate limit may
be any of their kind.

Every relative link, and every anchor by GitHub's rules, must lead somewhere. Where the text of a
link to a .swift or .py file is code, such as `verify(_:as:now:)`, the file must have that name.
"""

import argparse
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK_SECONDS = 120  # for a block that hangs, not for one that is slow


@dataclass
class Fence:
    line: int  # of the opening fence, from 1
    language: str
    marks: list[str]
    text: str

    @property
    def file(self):
        return next((mark[5:] for mark in self.marks if mark.startswith("file=")), None)


@dataclass
class Page:
    path: Path
    fences: list[Fence] = field(default_factory=list)
    prose: list[tuple[int, str]] = field(default_factory=list)  # lines outside of fences


def read_page(path):
    page = Page(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    index = 0
    while index < len(lines):
        opening = re.fullmatch(r"( *)(`{3,})([^`]*)", lines[index])
        if not opening:
            page.prose.append((index + 1, lines[index]))
            index += 1
            continue
        indent, ticks, info = opening.groups()
        start = index
        index += 1
        body = []
        while index < len(lines) and lines[index].strip() != ticks:
            body.append(lines[index].removeprefix(indent))
            index += 1
        index += 1
        language, *marks = info.split() or [""]
        page.fences.append(Fence(start + 1, language, marks, "\n".join(body)))
    return page


# --- Commands and what they print ----------------------------------------------------------------

# What is another text each time. Both the page and the run are read through these.
CHANGING = [
    (r"eyJ[\w-]+\.[\w-]+\.[\w-]*", "<token>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", "<time>"),
    (r"(?<![\w-])[0-9a-f]{64}(?![\w-])", "<64 hexadecimal digits>"),
    (r"(?<![\w-])[0-9a-f]{32}(?![\w-])", "<32 hexadecimal digits>"),
    (r"(?<![\w-])(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])", "<43 characters of base64url>"),
    (r"(?<!\d)(?:1[6-9]|2\d)\d{8}(?!\d)", "<seconds since 1970>"),
    (r"(?<=;t=)\d+|(?<=Retry-After: )\d+", "<seconds>"),
    (r"(?<=127\.0\.0\.1:)\d{4,5}|(?<=localhost:)\d{4,5}", "<port>"),
]


def mask(text):
    for pattern, name in CHANGING:
        text = re.sub(pattern, name, text)
    return text


def matches(shown, printed):
    """Whether `printed` is what `shown` allows."""
    pattern = ""
    for line in mask(shown).splitlines():
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.rstrip().split("…")) + r"\s*?\n"
    text = "".join(line.rstrip() + "\n" for line in mask(printed).splitlines())
    return re.fullmatch(pattern, text) is not None


BASH = ("bash", "--noprofile", "--norc")
SHELLS = {"bash": BASH, "zsh": ("zsh", "-f")}


class Shell:
    """A shell that stays, in a folder of its own."""

    def __init__(self, folder, binaries, command=BASH):
        self.folder = folder
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CALCULATOR_", "JWT_", "JIRA_", "CONFLUENCE_", "JENKINS_"))
        }
        kept |= {
            "PATH": f"{binaries}{os.pathsep}{kept.get('PATH', '')}",
            "HOME": str(folder),
            "REPO": str(ROOT),
            "TERM": "dumb",
        }
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=kept,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.count = 0

    def run(self, commands):
        """What the commands print, and the status of the last; `None` where bash is gone."""
        self.count += 1
        block = Path(tempfile.gettempdir()) / f"guide-{os.getpid()}-{self.count}.sh"
        block.write_text(commands + "\n", encoding="utf-8")
        end = f"--- end of block {os.getpid()}-{self.count}: "
        order = f". '{block}' </dev/null; printf '\\n{end}%s\\n' $?\n"
        timer = threading.Timer(BLOCK_SECONDS, self.kill)
        timer.start()
        lines = []
        status = None
        try:
            self.process.stdin.write(order.encode())
            self.process.stdin.flush()
            for line in self.process.stdout:
                line = line.decode("utf-8", "replace")
                if line.startswith(end):
                    status = int(line.removeprefix(end))
                    break
                lines.append(line)
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
            block.unlink()
        text = "".join(lines)
        if status is not None:
            text = text.removesuffix("\n")  # the one before the end mark
        return text.replace(str(block), "bash"), status

    def kill(self):
        try:
            os.killpg(self.process.pid, 9)
        except ProcessLookupError:
            pass

    def close(self):
        # Servers of the page end with their pipes; what does not is ended.
        self.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def is_possible(fence):
    """Whether this machine has what the block needs."""
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"  # where Debian has servers
    needs = [mark.removeprefix("needs=") for mark in fence.marks if mark.startswith("needs=")]
    return all(shutil.which(command, path=path) for command in needs)


def run_page(page, binaries):
    """Problems, each as (line, text)."""
    if not any(fence.language == "sh" for fence in steps(page)):
        return
    folder = Path(tempfile.mkdtemp(prefix="guide-"))
    shell = Shell(folder, binaries)
    try:
        # A page that works under umask 077 alone would be no help to a reader.
        shell.run("set -u; umask 022")
        yield from run_blocks(page, shell)
    finally:
        shell.close()
        shutil.rmtree(folder, ignore_errors=True)


def run_as_one_shell(paths, binaries, command, pause):
    """The pages one after the other in one shell; problems, each as (path, line, text)."""
    folder = Path(tempfile.mkdtemp(prefix="guide-"))
    shell = Shell(folder, binaries, command)
    try:
        for path in paths:
            for line, problem in run_blocks(read_page(path), shell, pause):
                yield path, line, problem
            if shell.process.poll() is not None:
                return
    finally:
        shell.close()
        shutil.rmtree(folder, ignore_errors=True)


def steps(page):
    return [fence for fence in page.fences if "norun" not in fence.marks and fence.file is None]


def run_blocks(page, shell, pause=0):
    """Problems, each as (line, text)."""
    fences = steps(page)
    for index, fence in enumerate(fences):
        if fence.language != "sh" or not is_possible(fence):
            continue
        follower = fences[index + 1] if index + 1 < len(fences) else None
        shown = ""
        where = fence.line
        if follower and follower.language in ("text", "json"):
            shown, where = follower.text, follower.line
        time.sleep(pause)
        printed, status = shell.run(fence.text)
        if not matches(shown, printed):
            yield where, "this is not what the commands print:\n" + difference(shown, printed)
        if status is None:
            yield fence.line, "the shell ended, or took too long, in this block"
            return
        if status != 0:
            yield fence.line, f"the last command of this block ended with status {status}"


def difference(shown, printed):
    lines = difflib.unified_diff(
        mask(shown).splitlines(),
        mask(printed).splitlines(),
        "the page",
        "the run",
        lineterm="",
        n=1,
    )
    lines = ["    " + line[:400] for line in lines]
    return "\n".join(lines[:40] + ["    and so on"] * (len(lines) > 40))


def check_commands(page):
    """What is wrong with commands before they run, and with those that are shown only."""
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for fence in page.fences:
        if fence.language != "sh":
            continue
        for number, line in enumerate(fence.text.splitlines(), fence.line + 1):
            if re.search(r"(?:^|\s)#\s", line):
                yield number, "zsh, the shell of macOS, knows no comments at its prompt"
            if re.search(r"(?:^|[;&|] *)(?:until|while) ", line) and "norun" not in fence.marks:
                yield number, "a loop that may never end: use await or reload of call.sh"
            for target in re.findall(r"(?:^|&& |sudo )make ([a-z-]+)", line):
                if target not in targets:
                    yield number, f"there is no make {target}"


# --- Excerpts ------------------------------------------------------------------------------------


def check_excerpts(page):
    for fence in page.fences:
        if fence.file is None:
            continue
        file = ROOT / fence.file
        if not file.is_file():
            yield fence.line, f"there is no file {fence.file}"
            continue
        there = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
        for piece in pieces(fence.text):
            if not is_in(piece, there):
                known = set(there)
                first = next((line for line in piece if line not in known), piece[0])
                yield fence.line, f"this is not in {fence.file}, or not together:\n    {first}"


def pieces(text):
    piece = []
    for line in text.splitlines():
        if line.strip() in ("…", "// …", "# …"):
            if piece:
                yield piece
            piece = []
        else:
            piece.append(line.strip())
    if piece:
        yield piece


def is_in(piece, lines):
    return any(
        lines[start : start + len(piece)] == piece for start in range(len(lines) - len(piece) + 1)
    )


# --- Links ---------------------------------------------------------------------------------------


def anchors(path):
    """The anchors of a page, as GitHub makes them."""
    found = {}
    names = set()
    for _, line in read_page(path).prose:
        names.update(re.findall(r'<a (?:id|name)="([^"]+)"', line))
        heading = re.match(r" {0,3}#{1,6}\s+(.*?)\s*#*$", line)
        if not heading:
            continue
        text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])  # a link is its text
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        count = found.get(slug, 0)
        found[slug] = count + 1
        names.add(slug if count == 0 else f"{slug}-{count}")
    return names


def links(page):
    definitions = {}
    for _, line in page.prose:
        definition = re.match(r" {0,3}\[([^\]]+)\]:\s*(\S+)", line)
        if definition:
            definitions[definition[1].lower()] = definition[2]
    for number, line in page.prose:
        code = [match.span() for match in re.finditer(r"`[^`]*`", line)]
        for match in re.finditer(r"!?\[((?:`[^`]*`|[^\[\]`])*)\]\(([^)\s]+)[^)]*\)", line):
            if not any(start < match.start() < end for start, end in code):
                yield number, match[1], match[2]
        for match in re.finditer(r"\[((?:`[^`]*`|[^\[\]`])+)\]\[([^\]]*)\]", line):
            target = definitions.get((match[2] or match[1]).lower())
            yield number, match[1], target or "(no definition)"


def check_links(page):
    for number, text, target in links(page):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.path.parent / path).resolve() if path else page.path
        if not file.exists():
            yield number, f"a dead link: {target}"
            continue
        if anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield number, f"there is no such heading: {target}"
        if file.suffix in (".swift", ".py"):
            content = file.read_text(encoding="utf-8")
            for name in re.findall(r"`([^`]+)`", text):
                word = re.split(r"[(:]", name)[0].split(".")[-1]
                if name != file.name and not re.search(rf"\b{re.escape(word)}\b", content):
                    yield number, f"{path} has no {word}"


# --- All of it -----------------------------------------------------------------------------------


def default_pages():
    return (
        sorted(ROOT.glob("*.md"))
        + sorted(ROOT.glob("guide/**/*.md"))
        + sorted(ROOT.glob("examples/**/*.md"))
    )


def chapters():
    """In the order of a reader: each chapter, then its solutions."""
    for path in sorted(ROOT.glob("guide/[0-9]*.md")):
        yield path
        solutions = ROOT / "guide/solutions" / path.name
        if solutions.exists():
            yield solutions
    yield ROOT / "guide/troubleshooting.md"


def default_binaries():
    for folder in (os.environ.get("CALCULATOR_BIN_DIR"), ".build/dist", ".build/release"):
        if folder and (ROOT / folder / "CalculatorStdio").exists():
            return ROOT / folder
    sys.exit("guide: there are no servers to run; build them with: make release")


def check(page, binaries):
    yield from check_links(page)
    yield from check_excerpts(page)
    yield from check_commands(page)
    yield from run_page(page, binaries)


def walk(arguments, paths, binaries):
    failures = 0
    shell = SHELLS[arguments.one_shell]
    for path, line, problem in run_as_one_shell(paths, binaries, shell, arguments.pause):
        failures += 1
        print(f"{name_of(path)}:{line}: {problem}", flush=True)
    if failures:
        return f"guide: {failures} place(s) where one {arguments.one_shell} prints something else"
    print(f"guide: {len(paths)} pages in one {arguments.one_shell}: all as shown")
    return 0


def name_of(path):
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def main():
    parser = argparse.ArgumentParser(description="Runs the guide and checks what it says.")
    parser.add_argument("--bin", type=Path, help="the folder of the servers")
    parser.add_argument("--one-shell", choices=SHELLS, help="all pages in one shell, in order")
    parser.add_argument("--pause", type=float, default=0, help="seconds before each block")
    parser.add_argument("pages", nargs="*", type=Path, help="all without any")
    arguments = parser.parse_args()
    binaries = (arguments.bin or default_binaries()).resolve()
    paths = [path.resolve() for path in arguments.pages]
    if arguments.one_shell:
        sys.exit(walk(arguments, paths or list(chapters()), binaries))
    paths = paths or default_pages()

    failures = 0
    for path in paths:
        page = read_page(path)
        for line, problem in check(page, binaries):
            failures += 1
            print(f"{name_of(path)}:{line}: {problem}")
    if not arguments.pages:
        import attacks
        import reference

        for line, problem in reference.check(ROOT, binaries):
            failures += 1
            print(f"guide/reference.md:{line}: {problem}")
        for line, problem in attacks.check(ROOT):
            failures += 1
            print(f"ATTACKS.md:{line}: {problem}")
    if failures:
        sys.exit(f"guide: {failures} place(s) where the guide and the code differ")
    blocks = sum(
        fence.language == "sh" and "norun" not in fence.marks
        for path in paths
        for fence in read_page(path).fences
    )
    print(f"guide: {len(paths)} pages, {blocks} blocks of commands: all as shown")


if __name__ == "__main__":
    # Whoever started this may hold signals back; the servers would then not hear SIGTERM.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    main()
