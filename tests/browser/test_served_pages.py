"""The served pages in Chromium: every width, language and theme; and a finding's way through them, without script.

The server is the real command over a real history; the browser lets nothing out of the machine.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browsing import WIDTHS, axe, browser, html_faults, opened, sideways
from tests.needs import ROOT
from tests.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]
SERIES = "Ward 3"
BASE = "/series/Ward%203"
TOKEN = "a-token-of-enough-length"
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "mann", "birthDate": "1.2.1990", "active": True}


def check(history: Path, data: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and report of a run that is remembered."""
    command = [sys.executable, "-m", "fhircheck", "check", str(data), "--offline", "--format", "json"]
    done = subprocess.run(
        [*command, f"--history={history}", "--series", SERIES], capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "patients.json"
    path.write_text(json.dumps(PATIENT))
    return path


@pytest.fixture(scope="module")
def served(data: Path) -> Iterator[Served]:
    history = data.parent / "history.sqlite"
    for _ in range(2):
        check(history, data)
    answers = data.parent / "answers.json"
    shutil.copy(ROOT / "sample_bundles" / "readiness" / "regional-telemedicine" / "answers.json", answers)
    found = Served("--history", str(history), "--assessment", str(answers))
    yield found
    found.stop()
    assert "bug" not in "".join(found.lines)


def finding_of(page: Any, kind: str) -> str:
    """The address of the finding of a kind."""
    return str(page.locator("tbody th a", has_text=kind).first.get_attribute("href"))


def other_than(status: str, errors: list[str]) -> list[str]:
    """Lines of the console but those that say that a page itself came with `status`, as it should."""
    return [each for each in errors if f"responded with a status of {status}" not in each]


PAGES = ("/", BASE, f"{BASE}/runs/2", f"{BASE}/findings", f"{BASE}/findings/{{one}}", f"{BASE}/compare",
         "/assess/applications", "/assess/report", "/nothing")  # fmt: skip


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("de", "dark"), ("en", "dark"), ("de", "light")])
def test_pages_at_every_width(browser: "Browser", served: Served, tmp_path: Path, language: str, theme: str) -> None:
    """No error, no request elsewhere, no serious fault of accessibility, nothing to scroll sideways, sound HTML."""
    with opened(browser, f"{served.url}{BASE}/findings", theme=theme, locale=language) as (page, watched):
        one = finding_of(page, "primitive-format").rpartition("/")[2]
        assert page.locator("html").get_attribute("lang") == language
        for path in PAGES:
            answer = page.goto(served.url + path.format(one=one))
            assert answer is not None
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert sideways(page) == 0, (path, width)
                if width == (360 if (language, theme) in (("en", "light"), ("de", "dark")) else 1280):
                    assert axe(page) == [], (path, width)
            if (language, theme) == ("en", "light") and path != "/nothing":
                file = tmp_path / "page.html"
                file.write_text(answer.text())
                assert html_faults(file) == [], path
    assert (other_than("404", watched.errors), watched.requests) == ([], [])


def test_the_report_runs_under_the_policy_of_the_server(browser: "Browser", served: Served) -> None:
    with opened(browser, f"{served.url}{BASE}/runs/2") as (page, watched):
        page.get_by_role("link", name="Open the report").click()
        page.wait_for_url("**/report/html")
        assert page.locator("h1").count() >= 1
        assert page.evaluate("document.documentElement.innerHTML.length") > 10_000
    assert (watched.errors, watched.requests) == ([], [])


def test_the_keyboard_reaches_everything(browser: "Browser", served: Served) -> None:
    controls = "a, button, select, textarea, input:not([type=hidden]):not([type=radio]), .table"
    with opened(browser, f"{served.url}{BASE}/findings") as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", "the way past the navigation comes first"
        for _ in range(page.locator(controls).count() + 10):  # a day has several fields
            page.evaluate("document.activeElement.dataset.reached = 'yes'")
            page.keyboard.press("Tab")
        assert page.locator(controls).and_(page.locator(":not([data-reached])")).count() == 0


def test_a_finding_goes_its_way_without_script(browser: "Browser", served: Served, data: Path) -> None:
    """Accepted in the page, counted as accepted in the next run; marked fixed and found again, a regression."""
    history = data.parent / "history.sqlite"
    before = check(history, data)[1]
    with opened(browser, f"{served.url}{BASE}/findings", script=False) as (page, watched):
        page.locator("tbody tr", has_text="primitive-format").get_by_role("checkbox").check()
        page.get_by_label("Accept:").check()
        page.get_by_role("button", name="Send answer").click()
        assert "needs a reason" in page.get_by_role("alert").inner_text()
        page.get_by_label("Reason").fill("known, ticket 12")
        page.get_by_label("Holds until").fill("2999-12-31")
        page.get_by_role("button", name="Send answer").click()
        assert page.get_by_role("status").inner_text() == "Answered: 1"
        assert "accepted" in page.locator("tbody tr", has_text="primitive-format").inner_text()

        accepted = check(history, data)[1]
        assert [each["reason"] for each in accepted["accepted"]] == ["known, ticket 12"]
        assert _errors(accepted) == _errors(before) - 1

        page.goto(served.url + finding_of(page, "required-binding"))
        page.get_by_label("Fixed:").check()
        page.get_by_role("button", name="Send answer").click()
        assert "fixed" in page.locator(".lead").inner_text()
        data.write_text(json.dumps({**PATIENT, "gender": "male"}))
        assert check(history, data)[1]["history"]["changes"] is not None
        data.write_text(json.dumps(PATIENT))
        returned = check(history, data)[1]
        assert "regression" in {each["kind"] for each in returned["history"]["changes"]}
        page.reload()
        assert "returned" in page.locator(".lead").inner_text()
        assert "found again" in page.locator(".fault").inner_text()
    assert (other_than("422", watched.errors), watched.requests) == ([], [])


def _errors(report: dict[str, Any]) -> int:
    return sum(each["count"] for each in report["totals"] if each["severity"] == "error")


def test_signing_in(browser: "Browser", data: Path) -> None:
    """A token by reference; the form of its page takes it, and nothing is seen without."""
    protected = Served("--token", "env:SERVE_TOKEN", SERVE_TOKEN=TOKEN)
    try:
        with opened(browser, f"{protected.url}/series/x", 360, "dark") as (page, watched):
            assert page.url == f"{protected.url}/login"
            assert axe(page) == []
            page.get_by_label("Token").fill("wrong")
            page.get_by_role("button", name="Sign in").click()
            assert "not the token" in page.get_by_role("alert").inner_text()
            page.get_by_label("Token").fill(TOKEN)
            page.get_by_role("button", name="Sign in").click()
            assert page.url == f"{protected.url}/"
            assert TOKEN not in page.url + page.content()
            cookie = page.context.cookies()[0]
            assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
            page.get_by_role("button", name="Sign out").click()
            page.goto(protected.url)
            assert page.url.endswith("/login")
        assert watched.requests == []
    finally:
        protected.stop()
    assert TOKEN not in "".join(protected.lines)
