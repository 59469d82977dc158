"""What MkDocs does besides for `make site`.

The pages link to files of the repository. In the site each of those is a page of its own under
`source/`, so that the site is whole without the repository and asks no other host.
"""

import os
import re
import sysconfig
from pathlib import Path

from mkdocs.structure.files import File, InclusionLevel

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "guide"
LINK = re.compile(r"(?<!!)\[((?:`[^`]*`|[^\[\]`])*)\]\(([^)\s]+)\)")
LANGUAGES = {".swift": "swift", ".py": "python", ".json": "json", ".sh": "sh", ".yml": "yaml"}


def place(file):
    """Where a file of the repository stands among the pages."""
    if file.is_relative_to(GUIDE) and file.suffix == ".md":
        return str(file.relative_to(GUIDE))
    name = f"source/{file.relative_to(ROOT)}"
    # A name that begins with a point would be left out.
    name = name.replace("/.", "/dot-")
    return name if file.suffix == ".md" else name + ".md"


def targets(text, folder):
    """The files that a page links to: the link, and the file or `None` where it is none."""
    for match in LINK.finditer(text):
        path = match[2].partition("#")[0]
        if path and not re.match(r"[a-z][a-z0-9+.-]*:", path):
            file = (folder / path).resolve()
            yield match, file if file.is_file() else None


def linked(text, file):
    """The page with its links as they are in the site."""

    def change(match):
        path, point, anchor = match[2].partition("#")
        if not path or re.match(r"[a-z][a-z0-9+.-]*:", path):
            return match[0]
        target = (file.parent / path).resolve()
        if target.is_dir() and (target / "README.md").is_file():
            target /= "README.md"
        if not target.is_file():
            return match[1]  # a folder: its name is enough
        relative = os.path.relpath(place(target), os.path.dirname(place(file)) or ".")
        return f"[{match[1]}]({relative}{point}{anchor})"

    return LINK.sub(change, text)


def configs(text):
    """Marks a fence of json or text as no output where no fence of sh stands right before it."""
    lines, inside, last = [], None, ""
    for line in text.splitlines():
        fence = re.match(r" *```(.*)$", line)
        if fence and inside is None:
            inside = fence[1].strip()
            if inside in ("json", "text", "") and last != "sh":
                line = line.replace("```" + inside, "``` {." + (inside or "text") + " .config}")
        elif fence:
            last, inside = "" if "norun" in inside else inside.split(" ")[0], None
        lines.append(line)
    return "\n".join(lines) + "\n"


def plain(text):
    """Fences without the marks of run.py; an excerpt gets its file as its title.

    A fence that is no output, a config for example, gets a class that says so.
    """
    text = re.sub(
        r"^( *```)(json|text) norun$", r"\1 {.\2 .config}", configs(text), flags=re.MULTILINE
    )
    text = re.sub(r"^( *```\w+) norun$", r"\1", text, flags=re.MULTILINE)
    return re.sub(r"^( *```\w+) file=(\S+)$", r'\1 title="\2"', text, flags=re.MULTILINE)


def content(file):
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        return plain(linked(text, file))
    language = LANGUAGES.get(file.suffix, "text")
    return (
        f"---\nsearch:\n  exclude: true\n---\n# {file.name}\n\n`{file.relative_to(ROOT)}`\n\n"
        f'````{language} linenums="1"\n{text}\n````\n'
    )


def on_files(files, config):
    wanted = [file for file in GUIDE.rglob("*.md") if "tools" not in file.parts]
    done = set()
    while wanted:
        file = wanted.pop()
        if file in done:
            continue
        done.add(file)
        if file.suffix == ".md":
            text = file.read_text(encoding="utf-8")
            for _, target in targets(text, file.parent):
                if target and target.is_relative_to(ROOT):
                    wanted.append(target)
        if not (file.is_relative_to(GUIDE) and file.suffix == ".md"):
            files.append(
                File.generated(
                    config, place(file), content=content(file), inclusion=InclusionLevel.NOT_IN_NAV
                )
            )
    packages = Path(sysconfig.get_paths()["purelib"])
    for name, source in (
        ("mermaid.min.js", packages / "sphinx_immaterial/bundles/mermaid/mermaid.min.js"),
        ("mermaid-LICENSE.txt", packages / "sphinx_immaterial/bundles/mermaid/LICENSE"),
    ):
        files.append(File.generated(config, f"assets/{name}", abs_src_path=str(source)))
    return files


def on_page_markdown(markdown, page, config, files):
    source = GUIDE / page.file.src_uri
    return plain(linked(markdown, source)) if source.is_file() else markdown


def on_page_content(html, page, config, files):
    """The diagrams' script only where there is one; the theme then fetches none."""
    if 'class="mermaid"' not in html:
        return html
    up = os.path.relpath("assets/mermaid.min.js", os.path.dirname(page.file.dest_uri) or ".")
    return html + f'\n<script src="{up}"></script>'
