"""The docs as a site: built without a warning, whole, searchable, and it asks no other host."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from tests.browsing import axe, browser, opened, sideways

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]
pytest.importorskip("material")
THEMES_OWN = ("aria-dialog-name",)  # of the theme's search box; ours are the pages
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "form": "action"}


@pytest.fixture(scope="module")
def site(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly: any warning (a broken link or anchor, a page out of reach) is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=project_root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


class Links(HTMLParser):
    """What a page loads, and where it links to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.linked: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in LOADED and given.get("rel") != "canonical":
            self.loaded.append(given.get(LOADED[tag]) or "")
        if tag == "a" and given.get("href"):
            self.linked.append(str(given["href"]))


def test_every_page_is_there(site: Path, project_root: Path) -> None:
    docs = project_root / "docs"
    pages = {path.relative_to(docs).with_suffix(".html") for path in docs.rglob("*.md")}
    pages = {path.with_name("index.html") if path.stem == "README" else path for path in pages}
    assert {path.relative_to(site) for path in site.rglob("*.html")} == pages | {Path("404.html")}
    assert not list(site.rglob("*.py"))


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        loaded = Links(path.read_text(encoding="utf-8")).loaded
        assert loaded
        assert [each for each in loaded if re.match(r"(?:[a-z]+:)?//", each)] == [], path.name
    for path in site.rglob("*.css"):
        outside = re.findall(r"""(?:@import|url\()\s*["']?(?:https?:)?//[^"')]*""", path.read_text(encoding="utf-8"))
        assert outside == [], path.name


def test_links_lead_to_pages(site: Path) -> None:
    for path in site.rglob("*.html"):
        for link in Links(path.read_text(encoding="utf-8")).linked:
            target = unquote(link.partition("#")[0])
            if target and path.name != "404.html" and not re.match("[a-z]+:", target):
                assert (path.parent / target).resolve().exists(), f"{path.name}: {link}"


def test_the_search_knows_all_pages(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert index["config"]["lang"] == ["en", "de"]
    places = {each["location"].partition("#")[0] for each in index["docs"]}
    assert places >= {str(path.relative_to(site)) for path in site.rglob("*.html")} - {"404.html", "index.html"}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("name", "width", "theme"), [("index", 1280, "light"), ("deutsch", 360, "dark")])
def test_pages_open_in_a_browser(browser: "Browser", address: str, name: str, width: int, theme: str) -> None:
    with opened(browser, f"{address}/{name}.html", width, theme) as (page, watched):
        page.wait_for_selector("h1")
        assert [each for each in axe(page) if not any(fault in each for fault in THEMES_OWN)] == []
        assert sideways(page) == 0
    assert (watched.errors, watched.requests) == ([], [])


def test_the_search_finds_a_page(browser: "Browser", address: str) -> None:
    with opened(browser, f"{address}/index.html") as (page, watched):
        page.click("label[for=__search] >> nth=0") if not page.is_visible(".md-search__input") else None
        page.click(".md-search__input")
        page.keyboard.insert_text("cardinality-min")  # at once: the theme's search fails over "cardinality-"
        page.wait_for_selector(".md-search-result__item", timeout=20_000)
        assert "Issue kinds" in page.inner_text(".md-search-result__list")
    assert (watched.errors, watched.requests) == ([], [])
