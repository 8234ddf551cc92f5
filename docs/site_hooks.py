"""Hooks of the docs site (mkdocs.yml): its navigation is the index's, its links into the project say so as text."""

import re
import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS))

from index_page import SECTIONS, order, title  # noqa: E402

_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def on_config(config: Any) -> Any:
    """The navigation: the sections of docs/README.md in its order, each page by its title."""
    nav: list[Any] = [{"Start": "README.md"}, {"Deutsch": "deutsch.md"}]
    for folder, heading, _ in SECTIONS:
        pages = sorted(DOCS.glob(f"{folder}/*.md"), key=order)
        nav.append({heading.partition(":")[0]: [{title(each, {}): f"{folder}/{each.name}"} for each in pages]})
    rest = [each for each in sorted(DOCS.glob("*.md")) if each.name not in ("README.md", "deutsch.md")]
    nav.append({"Also": [{title(each, {}): each.name} for each in rest]})
    config["nav"] = nav
    return config


def on_page_markdown(markdown: str, page: Any, **_more: Any) -> str:
    """Links to files outside of docs/ become the file's name: the site does not carry the project's sources."""
    here = DOCS / page.file.src_path

    def shown(match: re.Match[str]) -> str:
        words, target = match[1], match[2].partition("#")[0]
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        inside = (here.parent / target).resolve().is_relative_to(DOCS)
        return match[0] if inside else f"{words} (`{(here.parent / target).resolve().relative_to(DOCS.parent)}`)"

    return _LINK.sub(shown, markdown)
