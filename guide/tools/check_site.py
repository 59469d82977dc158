#!/usr/bin/env python3
"""check_site.py FOLDER: shows that no page of a built site asks another host for anything.

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
        page.feed(file.read_text(encoding="utf-8"))
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


def main():
    folder = Path(sys.argv[1])
    found = list(problems(folder))
    for problem in found:
        print(problem)
    if found:
        sys.exit("site: it would ask another host, or for what is not there")
    print(f"site: {len(list(folder.rglob('*.html')))} pages, none asks another host")


if __name__ == "__main__":
    main()
