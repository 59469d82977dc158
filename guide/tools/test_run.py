#!/usr/bin/env python3
"""Shows that the runner sees what it is there to see: each case is a page with one fault."""

import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

import attacks  # noqa: E402
import reference  # noqa: E402
import run  # noqa: E402


class Runner(unittest.TestCase):
    def problems(self, text):
        # Not among the pages, where a run beside this one would find it.
        (run.ROOT / ".build").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=run.ROOT / ".build") as folder:
            path = Path(folder) / "page.md"
            path.write_text(text, encoding="utf-8")
            return list(run.check(run.read_page(path), Path("/nowhere")))

    def fails(self, text, line, words):
        problems = self.problems(text)
        self.assertEqual(len(problems), 1, problems)
        self.assertEqual(problems[0][0], line)
        self.assertIn(words, problems[0][1])

    def test_a_page_that_is_right(self):
        self.assertEqual(
            self.problems(
                "# A page\n[here](#a-page) [there](../../README.md)\n"
                "```sh\nx=1; echo one; echo two >&2\n```\nprints\n```text\none\n…\n```\n"
                '```sh\necho "$x $(openssl rand -hex 32) and more"\n```\n'
                f"```text\n1 {'0' * 64} …\n```\n"
                "```sh norun\nmake test\n```\n"
                "```swift file=Sources/JOSE/KeySet.swift\nelse { throw .wrongAlgorithm }\n```\n".replace(
                    "else {",
                    "guard key.algorithm.rawValue.hasSameBytes(as: header.algorithm) else {",
                )
            ),
            [],
        )

    def test_another_output(self):
        self.fails("```sh\necho one\n```\n```text\ntwo\n```\n", 4, "+one")

    def test_an_output_that_is_not_shown(self):
        self.fails("```sh\necho one\n```\n", 1, "+one")

    def test_a_line_too_many(self):
        self.fails("```sh\necho one\n```\n```text\none\ntwo\n```\n", 4, "-two")

    def test_a_token_is_not_any_text(self):
        self.fails(f"```sh\necho hello\n```\n```text\n{'0' * 64}\n```\n", 4, "+hello")

    def test_a_command_that_fails(self):
        self.fails("```sh\nfalse\n```\n", 1, "status 1")

    def test_a_variable_that_is_not_set(self):
        problems = self.problems("```sh\necho $nobody_set_this\n```\n")
        self.assertIn("the shell ended", problems[-1][1])

    def test_a_dead_link(self):
        self.fails("text\n\n[x](nowhere.md)\n", 3, "dead link")

    def test_a_dead_anchor(self):
        self.fails("# One\n[x](#two)\n", 2, "no such heading")

    def test_a_function_that_is_not_there(self):
        self.fails("[`vanish(_:)`](../../Sources/JOSE/KeySet.swift)\n", 1, "has no vanish")

    def test_a_changed_excerpt(self):
        self.fails("```swift file=Sources/JOSE/KeySet.swift\nlet x = 1\n```\n", 1, "let x = 1")

    def test_a_comment(self):
        self.fails("```sh norun\nmake test # all\n```\n", 2, "no comments")

    def test_a_loop_without_a_limit(self):
        self.fails("```sh\nuntil true; do sleep 1; done\n```\n", 2, "may never end")

    def test_one_shell_for_all_pages(self):
        """What one page leaves, the next one meets; a fault names its page."""
        with tempfile.TemporaryDirectory() as folder:
            first, second = Path(folder) / "1.md", Path(folder) / "2.md"
            first.write_text("```sh\nx=1\n```\n", encoding="utf-8")
            second.write_text("```sh\necho $x\n```\n```text\n2\n```\n", encoding="utf-8")
            problems = list(
                run.run_as_one_shell([first, second], Path("/nowhere"), run.SHELLS["bash"], 0)
            )
        self.assertEqual([(path, line) for path, line, _ in problems], [(second, 4)])
        self.assertIn("+1", problems[0][2])

    def test_the_functions_say_what_is_missing(self):
        """No server there, none started: each says so, and the reader's shell goes on."""
        for name, command in run.SHELLS.items():
            if not shutil.which(command[0]):
                continue
            with tempfile.TemporaryDirectory() as folder:
                shell = run.Shell(Path(folder), Path("/nowhere"), command)
                printed, status = shell.run(
                    'export JWT_SECRET=x; . "$REPO/guide/chapter.sh" one; echo "$PWD ${JWT_SECRET:-}"\n'
                    "start NoServer; ask add '' || echo $?; serve || echo $?; post add '' || echo $?"
                )
                shell.close()
            lines = printed.splitlines()
            self.assertEqual(status, 0, (name, printed))
            self.assertTrue(lines[0].endswith("/workshop/one "), (name, printed))
            for expected in ("the server does not run", "server did not start", "No server runs"):
                self.assertTrue(any(expected in line for line in lines), (name, printed))
            self.assertEqual(lines.count("1"), 3, (name, printed))

    def test_the_functions_say_what_they_need(self):
        """Without a name, or before a server was started: one sentence, and status 1."""
        chapter = 'Name a chapter: . "$REPO/guide/chapter.sh" 01-start'
        arguments = """Name a tool and its arguments: {} add '"a":1,"b":2'"""
        for name, command in run.SHELLS.items():
            if not shutil.which(command[0]):
                continue
            with tempfile.TemporaryDirectory() as folder:
                shell = run.Shell(Path(folder), Path("/nowhere"), command)
                shell.run("set -u")
                self.assertEqual(
                    shell.run('. "$REPO/guide/chapter.sh"'), (chapter + "\n", 1), name
                )
                self.assertEqual(shell.run('. "$REPO/guide/chapter.sh" one'), ("", 0), name)
                for line, expected in [
                    ("call", arguments.format("call")),
                    ("ask", arguments.format("ask")),
                    ("post", arguments.format("post")),
                    ("start", "Name a server: start CalculatorStdio"),
                    ("ask add ''", "No server runs: start one with start"),
                    ("stop", "No server runs: start one with start"),
                    ("post add ''", "No server runs: start one with serve"),
                    ("finish", "No server runs: start one with serve"),
                ]:
                    self.assertEqual(shell.run(line), (expected + "\n", 1), (name, line))
                shell.close()

    def test_await_waits_for_a_file_that_is_not_there_yet(self):
        for name, command in run.SHELLS.items():
            if not shutil.which(command[0]):
                continue
            with tempfile.TemporaryDirectory() as folder:
                shell = run.Shell(Path(folder), Path("/nowhere"), command)
                # The file is made at the first pause, so the machine's speed has no influence.
                printed, status = shell.run(
                    '. "$REPO/guide/chapter.sh" one\n'
                    "sleep() { echo Listening >late; }\n"
                    "await late Listening; cat late"
                )
                shell.close()
            self.assertEqual((status, printed.split()), (0, ["Listening"]), (name, printed))

    def test_a_target_that_is_not_there(self):
        self.fails("```sh norun\nmake coffee\n```\n", 2, "no make coffee")

    def test_the_reference_without_a_row(self):
        page = run.ROOT / "guide/reference.md"
        for name in ("`CALCULATOR_REQUIRE_AUTH`", "`whoami`", "`wrong_issuer`", "`-32022`", "`64`"):
            lines = page.read_text(encoding="utf-8").splitlines()
            lines = [line for line in lines if not re.match(rf"\| (`\w+` \| )?{name} ", line)]
            problems = list(reference.check(run.ROOT, run.default_binaries().resolve(), lines))
            self.assertTrue(
                any(name.strip("`") in problem and "missing" in problem for _, problem in problems),
                (name, problems),
            )

    def test_the_attacks_without_a_row_or_a_test(self):
        page = (run.ROOT / "ATTACKS.md").read_text(encoding="utf-8").splitlines()
        without = [line for line in page if not line.startswith("| H27 ")]
        problems = [problem for _, problem in attacks.check(run.ROOT, without)]
        self.assertTrue(any(problem.startswith("H27 is missing") for problem in problems), problems)
        other = [line.replace("HTTPAttackTests", "Command") for line in page]
        problems = [problem for _, problem in attacks.check(run.ROOT, other)]
        self.assertTrue(any("no test that H29 names" in problem for problem in problems), problems)


if __name__ == "__main__":
    unittest.main()
