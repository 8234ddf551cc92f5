"""The HTML report in a browser: no error, no request, readable, reachable, at three widths, in both themes, with and
without script."""

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fhircheck.report.html.html import page
from fhircheck.report.shown import View
from tests.browsing import WIDTHS, axe, html_faults, opened, sideways, tabbed
from tests.unit.report.html.reports import EMPTY, FULL, poisoned

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REPORTS = {"full": FULL, "empty": EMPTY, "hostile": poisoned(FULL, "</script><script>x()</script>'\"&\u202e\x1b[1m")}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The reports as files."""
    folder = tmp_path_factory.mktemp("pages")
    for name, report in REPORTS.items():
        (folder / f"{name}.html").write_text(page(report, View()), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in REPORTS}


def choose(page: "Page", **chosen: str) -> None:
    """Press the switches as a user does."""
    for name, value in chosen.items():
        page.locator(f"#{name}-{value}").check()


def visible(page: "Page", text: str) -> bool:
    return any(each.is_visible() for each in page.get_by_text(text, exact=True).all())


@pytest.mark.parametrize(("width", "theme"), list(itertools.product(WIDTHS, ("light", "dark"))))
def test_no_error_no_request_and_accessible(browser: "Browser", pages: dict[str, Path], width: int, theme: str) -> None:
    """Both languages at every width and theme; axe-core looks at one view in light and at the other in dark."""
    with opened(browser, pages["full"].as_uri(), width, theme) as (page, watched):
        for language, view in (("en", "clinic"), ("de", "it")):
            choose(page, language=language, view=view)
            if (view == "it") == (theme == "dark"):
                assert axe(page) == []
            assert sideways(page) == 0
            assert visible(page, {"en": "May this data be used?", "de": "Sind diese Daten nutzbar?"}[language])
    assert (watched.errors, watched.requests) == ([], [])


@pytest.mark.parametrize("name", ["empty", "hostile"])
def test_other_reports_too(browser: "Browser", pages: dict[str, Path], name: str) -> None:
    with opened(browser, pages[name].as_uri(), 360, "dark") as (page, watched):
        choose(page, view="it")
        assert sideways(page) == 0
        assert axe(page) == []
        assert page.evaluate("document.scripts.length") == 1
    assert (watched.errors, watched.requests) == ([], [])


@pytest.mark.parametrize("width", WIDTHS)
def test_without_script_it_is_read_and_switched(browser: "Browser", pages: dict[str, Path], width: int) -> None:
    with opened(browser, pages["full"].as_uri(), width, script=False) as (page, watched):
        assert visible(page, "May this data be used?")
        assert not visible(page, "Sind diese Daten nutzbar?")
        choose(page, language="de", view="it")
        assert visible(page, "Sind diese Daten nutzbar?")
        assert not visible(page, "May this data be used?")
        assert page.locator("table#findings").is_visible()
        assert not page.locator("table#gaps").is_visible()
        choose(page, view="clinic")
        assert not page.locator("table#findings").is_visible()
        assert sideways(page) == 0
    assert (watched.errors, watched.requests) == ([], [])


def colour(page: "Page") -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("script", [True, False])
def test_theme_follows_the_system_or_the_switch(browser: "Browser", pages: dict[str, Path], script: bool) -> None:
    seen = {}
    for system in ("light", "dark"):
        with opened(browser, pages["empty"].as_uri(), 768, system, script) as (page, _):
            for theme in ("auto", "light", "dark"):
                choose(page, theme=theme)
                seen[system, theme] = colour(page)
    light, dark = seen["light", "auto"], seen["dark", "auto"]
    assert light != dark
    assert {seen[system, theme] for system in ("light", "dark") for theme in ("light",)} == {light}
    assert {seen[system, theme] for system in ("light", "dark") for theme in ("dark",)} == {dark}


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(browser: "Browser", pages: dict[str, Path]) -> None:
    with opened(browser, pages["full"].as_uri(), 1280) as (page, _):
        reached = tabbed(page)
        assert reached[0] == "a"
        missed = page.evaluate("""() => [...document.querySelectorAll('a[href], button, summary, input, .scroll')]
            .filter((each) => each.checkVisibility() && !each.dataset.reached)
            .filter((each) => each.type !== 'radio' || each.checked)
            .map((each) => each.outerHTML.slice(0, 120))""")
        assert missed == []
        small = page.evaluate("""() => [...document.querySelectorAll('button, input, .switch label, summary')]
            .filter((each) => each.checkVisibility() && !each.closest('.switch span input'))
            .filter((each) => each.type !== 'radio')
            .map((each) => each.getBoundingClientRect()).filter((box) => box.width < 24 || box.height < 24).length""")
        assert small == 0
        page.locator("#view-clinic").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("table#findings").is_visible()
        outline = "getComputedStyle(document.querySelector('label[for=view-it]')).outlineStyle"
        assert page.evaluate(outline) == "solid"


def test_script_sorts_filters_remembers_and_opens_what_is_linked(browser: "Browser", pages: dict[str, Path]) -> None:
    with opened(browser, pages["full"].as_uri(), 1280) as (page, _):
        choose(page, view="it")
        column = "[...document.querySelectorAll('#measures tbody tr')].map((row) => Number(row.cells[3].dataset.sort))"
        page.locator("#measures thead th").nth(3).locator("button").click()
        first = page.evaluate(column)
        assert first == sorted(first, reverse=True)
        page.locator("#measures thead th").nth(3).locator("button").click()
        assert page.evaluate(column) == first[::-1] == sorted(first)
        assert page.locator("#measures thead th").nth(3).get_attribute("aria-sort") == "ascending"
        page.locator(".filter:visible input").first.fill("value-present")
        assert page.locator("#measures tbody tr:visible").count() == 1
        page.locator(".filter:visible input").first.fill("")
        page.locator("#measures a[href='#m-value-present']").click()
        assert page.locator("#m-value-present dl").is_visible()
        choose(page, language="de", theme="dark")
        page.reload()
        assert page.evaluate("document.documentElement.lang") == "de"
        assert page.locator("table#measures").is_visible()
        assert page.locator("#theme-dark").is_checked()


def wide(page: "Page") -> list[str]:
    """What stands out of the page on the right."""
    found: list[str] = page.evaluate("""() => [...document.querySelectorAll('main *')]
        .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map((each) => each.outerHTML.slice(0, 100)).slice(0, 5)""")
    return found


FOLDED = """() => [...document.querySelectorAll('details > :not(summary, .filter)')]
    .filter((each) => !each.closest(".it") && !each.checkVisibility({contentVisibilityAuto: true}))
    .map((each) => each.outerHTML.slice(0, 150))"""
"""What of the page is folded away."""


@pytest.mark.parametrize("script", [True, False])
def test_print_shows_all_of_it(browser: "Browser", pages: dict[str, Path], script: bool) -> None:
    with opened(browser, pages["full"].as_uri(), 768, "dark", script) as (page, _):
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        folded: list[str] = []
        for _ in range(20):  # a busy machine draws what was unfolded a little later
            folded = page.evaluate(FOLDED)
            if not folded:
                break
            page.wait_for_timeout(250)
        assert folded == []
        assert colour(page) == "rgb(255, 255, 255)"
        assert not page.locator(".controls").is_visible()
        assert wide(page) == []
        assert sideways(page) == 0
        assert len(page.pdf()) > 10_000


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_html_as_the_standard_has_it(pages: dict[str, Path], name: str) -> None:
    assert html_faults(pages[name]) == []
