"""A browser for tests: Chromium through Playwright, axe-core and html-validate from npm; nothing leaves the machine.

``python -m tests.browsing install`` fetches the two from npm, once a machine, outside the project.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.needs import ROOT, lack, program
from tests.servers.hapi.build import home, locked

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

PACKAGES = ROOT / "tests" / "browser"
WIDTHS = (360, 768, 1280)
"""Columns of pixels that every page is opened at: a phone, a tablet, a desk."""
SEVERE = frozenset({"serious", "critical"})
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def modules() -> Path:
    """Where npm's packages are, installed or not: a folder a set of versions."""
    lock = (PACKAGES / "package-lock.json").read_bytes()
    return home() / f"browser-{hashlib.sha256(lock).hexdigest()[:12]}" / "node_modules"


def install() -> Path:
    """Install axe-core and html-validate by npm where they are not there yet, and return their folder."""
    target = modules()
    with locked(home() / "browser.lock"):
        if not (target.parent / "ready").exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(PACKAGES / name, target.parent / name)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=target.parent, check=True, stdin=subprocess.DEVNULL)
            (target.parent / "ready").touch()
    return target


def installed() -> Path:
    """The folder of npm's packages; skips where they are not installed."""
    if not (modules().parent / "ready").exists():
        lack("axe-core", "python -m tests.browsing install fetches it from npm")
    return modules()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Chromium, started once for the tests of a module; skips where it is not installed.

    Of a module, not of a session: while it is open, an event loop counts as running in this thread.
    """
    from playwright.sync_api import sync_playwright

    path = program("a browser", "chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path)
        yield opened
        opened.close()


@dataclass
class Watched:
    """What a page did beside showing itself: lines of its console, errors of scripts, requests that were stopped."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: "Browser", url: str, width: int = 1280, theme: str = "light", script: bool = True, **more: Any
) -> "Iterator[tuple[Page, Watched]]":
    """`url` in a window of its own; whatever the page asks for from elsewhere is stopped and written down.

    theme: ``light`` or ``dark``, what the system prefers. script: whether JavaScript runs. more: further options of
    Playwright's new_context (locale, reduced_motion, extra_http_headers ...).
    """
    origin = url.split("#", maxsplit=1)[0] if url.startswith("file:") else "/".join(url.split("/")[:3]) + "/"
    watched = Watched()

    def pass_on(route: "Route") -> None:
        if route.request.url.startswith(origin):
            route.continue_()
        else:
            watched.requests.append(route.request.url)
            route.abort()

    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, java_script_enabled=script, **more
    )
    try:
        context.set_default_timeout(15_000)
        context.route("**/*", pass_on)
        page = context.new_page()
        page.on("console", lambda line: watched.errors.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.goto(url)
        yield page, watched
    finally:
        context.close()


def axe(page: "Page") -> list[str]:
    """The serious and critical violations that axe-core finds on the page as it is, a line each.

    Needs a page whose scripts run: without, axe-core waits for ever.
    """
    page.evaluate((installed() / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    result = page.evaluate("(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", WCAG)
    return [
        f"{each['impact']} {each['id']}: {each['help']}: {node['target']} {node['failureSummary']}"
        for each in result["violations"]
        if each["impact"] in SEVERE
        for node in each["nodes"][:5]
    ]


def sideways(page: "Page") -> int:
    """By how many pixels the page as a whole can be scrolled sideways; 0 is what it should be."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"))


def tabbed(page: "Page", most: int = 2_000) -> list[str]:
    """What the Tab key reaches from the top of the page, in order, until it leaves it or begins anew: tag and id each.

    Elements that were reached bear ``data-reached``.
    """
    describe = """() => {
        const at = document.activeElement;
        if (!at || at === document.body || at.dataset.reached) return null;
        at.dataset.reached = '1';
        return at.tagName.toLowerCase() + (at.id ? '#' + at.id : '');
    }"""
    reached: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(describe)
        if found is None:
            break
        reached.append(found)
    return reached


def html_faults(path: Path) -> list[str]:
    """What html-validate holds against an HTML file (the WHATWG's content rules), a line each."""
    node = program("node", "node")
    script = str(installed() / "html-validate" / "bin" / "html-validate.mjs")
    config = str(PACKAGES / "html-validate.json")
    command = [node, script, "--config", config, "--formatter", "json", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120)
    if answer.returncode not in (0, 1) or not answer.stdout.strip():
        raise AssertionError(answer.stderr or answer.stdout)
    return [
        f"{each['line']}:{each['column']} {each['ruleId']}: {each['message']}"
        for file in json.loads(answer.stdout)
        for each in file["messages"]
    ]


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit("usage: python -m tests.browsing install")
    print(install())
