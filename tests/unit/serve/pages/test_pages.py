"""The pages: what they show, in both languages, and that what comes from data is only text in them."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from fhircheck.history.store import Store
from fhircheck.serve.pages.report_forms import forms
from fhircheck.serve.pages.words import WORDS
from tests.unit.serve.pages.conftest import SERIES

BASE = "/series/Station%203"
PAGES = ("/", BASE, f"{BASE}/runs/2", f"{BASE}/findings", f"{BASE}/compare", "/series/one", "/series/one/findings")


def text(client: Any, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return " ".join(html.fromstring(answer.text).text_content().split())


def fingerprints(client: Any) -> list[str]:
    found = html.fromstring(client.get(f"{BASE}/findings").text)
    picks = [each.get("value") for each in found.iter("input") if each.get("name") == "fingerprint"]
    return [each.partition(":")[0] for each in picks]


@pytest.mark.parametrize("path", PAGES)
def test_pages_in_both_languages(visitor: Any, path: str) -> None:
    for language, here, other in (("en", "All series", "Alle Reihen"), ("de", "Alle Reihen", "All series")):
        found = text(visitor, path, **{"Accept-Language": language})
        assert here in found
        assert other not in found


def test_an_overview_and_a_series(visitor: Any) -> None:
    found = text(visitor, "/")
    assert "Station 3" in found
    assert "one" in found
    found = text(visitor, BASE)
    assert "Run 3" in found
    assert re.search(r"Errors: from \d+ in run 1 to \d+ in run 3", found)
    assert text(visitor, "/series/one").count("A trend needs two runs") == 1


def test_runs_are_shown_in_portions(visitor: Any, history: Path) -> None:
    with Store.open(str(history)) as store:
        document = store.document(SERIES, 1)
        for _ in range(60):
            store.add_run(SERIES, document)
    found = html.fromstring(visitor.get(BASE).text)
    rows = [each.text_content() for each in found.findall(".//tbody/tr/th")]
    assert (len(rows), rows[0], rows[-1]) == (50, "Run 63", "Run 14")
    older = next(each.get("href") for each in found.iter("a") if each.text == "Older")
    rows = [each.text_content() for each in html.fromstring(visitor.get(older).text).findall(".//tbody/tr/th")]
    assert (len(rows), rows[0]) == (13, "Run 13") or rows[0] == "Run 14"
    assert rows[-1] == "Run 1"


def test_findings_are_filtered(visitor: Any) -> None:
    everything = fingerprints(visitor)
    some = html.fromstring(visitor.get(f"{BASE}/findings?severity=warning").text)
    assert 0 < len(some.findall(".//tbody/tr")) < len(everything)
    assert "No findings match" in text(visitor, f"{BASE}/findings?text=no-such-thing")
    assert "No findings match" in text(visitor, f"{BASE}/findings?state=fixed")


def test_a_finding_tells_what_is_wrong_and_how_to_mend_it(visitor: Any) -> None:
    found = text(visitor, f"{BASE}/findings/{fingerprints(visitor)[0]}")
    for word in ("What is wrong", "Why it matters", "How to mend it", "No answers yet"):
        assert word in found


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/series/none", f"{BASE}/runs/99", f"{BASE}/runs/x", f"{BASE}/findings/0000000000000000",
     f"{BASE}/runs/1/report/none", "/series/none/findings", "/series/none/compare", f"{BASE}/compare?before=99",
     "/series/" + "x" * 500, "/series/%00", "/series/%ED%A0%80", "/series/..%2F..%2Fetc"],
)  # fmt: skip
def test_what_is_not_there_is_404_in_words(visitor: Any, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_without_a_store_the_way_to_one_is_told(visitor_of: Callable[..., Any], tmp_path: Path) -> None:
    client = visitor_of(where=str(tmp_path / "none.sqlite"))
    assert "fhircheck check DATA --history" in text(client, "/")
    assert client.get(BASE).status_code == 404
    assert not (tmp_path / "none.sqlite").exists()


def test_a_store_that_breaks_is_told_in_one_line(visitor_of: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "broken.sqlite"
    path.write_bytes(b"this is no database" * 100)
    answer = visitor_of(where=str(path)).get("/")
    assert answer.status_code == 503
    assert "Traceback" not in answer.text


def test_language_and_appearance_are_chosen_without_script(visitor: Any) -> None:
    answer = visitor.get(f"{BASE}/findings?state=open&language=de&theme=dark")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/findings?state=open")
    again = html.fromstring(visitor.get(f"{BASE}/findings").text)
    assert (again.get("lang"), again.get("data-theme")) == ("de", "dark")
    for bad in ("?language=fr", "?theme=<script>", "?language=//evil.example"):
        answer = visitor.get(f"/{bad}")
        assert answer.headers["location"] == "/"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["//evil.example/?language=de", "/%2F/evil.example?language=de", "/\\evil?theme=dark"])
def test_no_address_leads_elsewhere(visitor: Any, path: str) -> None:
    answer = visitor.get(f"http://localhost:8014{path}")
    assert answer.status_code == 404


def test_what_comes_from_data_is_only_text(visitor: Any, history: Path) -> None:
    evil = "<script>alert(1)</script>\"'`{{7*7}}\u202e"
    with Store.open(str(history)) as store:
        document = store.document(SERIES, 3)
        hostile = _hostile(document, evil)
        store.add_run(SERIES, hostile, kept=evil)
    for path in (*PAGES, f"{BASE}/runs/4", f"{BASE}/findings/{fingerprints(visitor)[0]}"):
        page = visitor.get(path).text
        assert "<script" not in page
        assert "\u202e" not in page
        assert "49" not in re.sub(r"\d{3,}|\d\d:\d\d", "", page.partition("alert(1)")[2][:60])
        assert not [name for each in html.fromstring(page).iter() for name in each.attrib if name.startswith("on")]


def _hostile(node: Any, evil: str, key: str = "") -> Any:
    """Texts that come from data, replaced by `evil`."""
    if isinstance(node, dict):
        return {name: _hostile(value, evil, name) for name, value in node.items()}
    if isinstance(node, list):
        return [_hostile(each, evil, key) for each in node]
    texts = {"kind", "definition", "profile", "expression", "message", "version", "resource", "source", "url"}
    return evil if key in texts and isinstance(node, str) else node


def test_two_runs_beside_each_other(visitor: Any) -> None:
    found = text(visitor, f"{BASE}/compare?before=1&after=2")
    assert "Run 1 and run 2" in found
    assert "Different findings: 25 before, 26 now" in found
    found = text(visitor, f"{BASE}/compare?before=1&after=2", **{"Accept-Language": "de"})
    assert "Verschiedene Befunde: vorher 25, jetzt 26" in found
    assert "Nothing differs" in text(visitor, f"{BASE}/compare?before=2&after=2")
    assert "Run 2 and run 3" in text(visitor, f"{BASE}/compare"), "the latest two, where none are named"


def test_every_form_of_a_report_is_there(visitor: Any) -> None:
    assert {"json", "text"} <= set(forms())
    for form in forms():
        answer = visitor.get(f"{BASE}/runs/2/report/{form}")
        assert answer.status_code == 200, form
        assert answer.content
        assert answer.headers["content-type"].partition(";")[0]
        if form != "html":
            assert answer.headers["content-disposition"].startswith('attachment; filename="Station-3-2.')
    assert visitor.get(f"{BASE}/runs/2/report/json").json()["format"] == "fhircheck-report"


def test_pages_load_nothing_but_their_own_style(visitor: Any) -> None:
    for path in PAGES:
        found = html.document_fromstring(visitor.get(path).text)
        links = [each.get("href") for each in found.iter("link")] + [each.get("src") for each in found.iter("img")]
        assert set(links) == {"/icon.svg", "/style.css"}
        assert not list(found.iter("script", "style", "iframe", "object"))
        assert not [each for each in found.iter() if each.get("style")]
    for path in ("/style.css", "/icon.svg"):
        assert visitor.get(path).status_code == 200
    assert "http" not in visitor.get("/style.css").text


def test_words_are_there_in_both_languages_with_the_same_places() -> None:
    for key, (english, german) in WORDS.items():
        assert english, key
        assert german, key
        assert re.findall(r"{\w+}", english) == re.findall(r"{\w+}", german), key


def test_states_of_others_are_seen(visitor: Any, history: Path) -> None:
    from fhircheck.history.feedback import answer
    from fhircheck.model.feedback import Answer

    name = fingerprints(visitor)[0]
    with Store.open(str(history)) as store:
        given = Answer(name, "assigned", owner="<b>KIS team</b>", author="Anna", comment="see\nticket")
        answer(store, SERIES, given)
        answer(store, SERIES, replace(given, state="fixed"))
    found = text(visitor, f"{BASE}/findings")
    assert "for <b>KIS team</b>" in found
    found = text(visitor, f"{BASE}/findings/{name}")
    assert found.count("see ticket") == 2 or found.count("see\\x0aticket") == 2
    assert "Anna" in found
