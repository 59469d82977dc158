#!/usr/bin/env python3
"""check_site.py FOLDER: shows that no page of a built site asks another host for anything, that task
lists are rendered, and that the style tells what one types from what one sees.

Looks at what a browser fetches by itself: scripts, styles, images, fonts, frames. Links that a
reader may follow are left alone. The theme's script names hosts for what pages here do not use or
bring along; that it does ask none was looked at in a browser (see CONTRIBUTING.md).
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}
FETCHED |= {"audio": "src", "object": "data", "embed": "src", "use": "href"}
LINKS = {"stylesheet", "icon", "preconnect", "dns-prefetch", "preload", "modulepreload"}
ELSEWHERE = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.fetched = []
        self.diagrams = 0
        self.scripts = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag in FETCHED:
            self.fetched.append(values.get(FETCHED[tag]) or "")
        if tag == "link" and LINKS & set((values.get("rel") or "").split()):
            self.fetched.append(values.get("href") or "")
        if tag == "script":
            self.scripts.append(values.get("src") or "")
        if "mermaid" in (values.get("class") or "").split():
            self.diagrams += 1


def problems(folder):
    for file in sorted(folder.rglob("*.html")):
        page = Page()
        html = file.read_text(encoding="utf-8")
        page.feed(html)
        if re.search(r"<li>\s*(?:<p>)?\s*\[[ xX]\]", html):
            yield f"{file}: a task list that is not rendered"
        for address in page.fetched:
            if ELSEWHERE.match(address):
                yield f"{file}: fetches {address}"
            elif address and not address.startswith("data:"):
                path = address.partition("?")[0].partition("#")[0]
                root = folder if path.startswith("/") else file.parent
                if path and not (root / path.lstrip("/")).exists():
                    yield f"{file}: there is no {address}"
        if page.diagrams and not any("mermaid" in script for script in page.scripts):
            yield f"{file}: a diagram that nothing draws"
    for file in sorted(folder.rglob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for address in re.findall(r"(?:url\(\s*|@import\s+)[\"']?([^\"')\s]+)", text):
            if ELSEWHERE.match(address):
                yield f"{file}: fetches {address}"


STYLES = {
    "commands wrap": r"pre > code[^}]*white-space: pre-wrap",
    "what one types": r"language-sh::before \{[^}]*\"TYPE\"",
    "what one sees": r"language-text::before,[^}]*\"YOU SEE\"",
    "a diagram fits the screen": r"mermaid svg \{[^}]*max-height",
}


def missing_styles(folder):
    text = (folder / "assets/site.css").read_text(encoding="utf-8")
    for name, pattern in STYLES.items():
        if not re.search(pattern, text):
            yield f"assets/site.css: no rule for: {name}"


def main():
    folder = Path(sys.argv[1])
    found = [*problems(folder), *missing_styles(folder)]
    for problem in found:
        print(problem)
    if found:
        sys.exit("site: a page would not be as it should")
    print(f"site: {len(list(folder.rglob('*.html')))} pages, none asks another host")


if __name__ == "__main__":
    main()
