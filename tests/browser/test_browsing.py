"""What judges our pages finds fault with a page that has faults, and none with one that has none."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browsing import axe, html_faults, opened, sideways, tabbed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GOOD = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Good</title><link rel="icon" href="data:,"></head>
<body><main><h1>Good</h1><p><a href="#x">A link</a> <button type="button">Press</button></p></main></body>
</html>
"""
BAD = """<!DOCTYPE html>
<html>
<head><title></title><script src="http://elsewhere.example/x.js"></script></head>
<body><img src="data:,"><p style="color:#aaa">pale</p><div style="width:3000px">wide</div>
<script>document.createElement('p').missing.call()</script><p><div>not in a paragraph</div></p></body>
</html>
"""


@pytest.fixture
def pages(tmp_path: Path) -> dict[str, Path]:
    made = {"good": GOOD, "bad": BAD}
    for name, text in made.items():
        (tmp_path / f"{name}.html").write_text(text)
    return {name: tmp_path / f"{name}.html" for name in made}


@pytest.mark.parametrize("script", [True, False])
def test_a_good_page_has_nothing_against_it(browser: "Browser", pages: dict[str, Path], script: bool) -> None:
    with opened(browser, pages["good"].as_uri(), 360, script=script) as (page, watched):
        assert not script or axe(page) == []
        assert tabbed(page) == ["a", "button"]
        assert sideways(page) == 0
    assert (watched.errors, watched.requests) == ([], [])


def test_a_bad_page_is_found_out(browser: "Browser", pages: dict[str, Path]) -> None:
    with opened(browser, pages["bad"].as_uri(), 360) as (page, watched):
        found = " ".join(axe(page))
        assert all(each in found for each in ("image-alt", "html-has-lang", "color-contrast")), found
        assert sideways(page) > 0
    assert watched.requests == ["http://elsewhere.example/x.js"]
    assert any("TypeError" in each or "undefined" in each for each in watched.errors)


def test_html_is_judged_by_the_standards_rules(pages: dict[str, Path]) -> None:
    assert html_faults(pages["good"]) == []
    assert any("element-permitted" in each or "close-order" in each for each in html_faults(pages["bad"]))
