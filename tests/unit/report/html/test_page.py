"""The page as a document: nothing of data acts, nothing is fetched, links lead somewhere, both languages are there."""

import base64
import hashlib
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from lxml import html

from fhircheck.model.report import RunReport
from fhircheck.report import RENDERERS
from fhircheck.report.html import figures
from fhircheck.report.html.bounds import LIMIT
from fhircheck.report.html.html import page
from fhircheck.report.shown import Disguise, View
from tests.golden.sample_reports import CLEAN, ESC, EVERYTHING
from tests.unit.report.html.reports import EMPTY, FULL, OPEN_CASE, huge, poisoned

REPORTS = {"full": FULL, "everything": EVERYTHING, "clean": CLEAN, "empty": EMPTY, "hostile": poisoned(FULL)}
_OURS = {"html", "head", "meta", "title", "link", "style", "body", "a", "header", "p", "strong", "span", "div",
         "fieldset", "legend", "input", "label", "main", "section", "h1", "h2", "h3", "article", "dl", "dt", "dd", "b",
         "small", "ul", "ol", "li", "details", "summary", "figure", "figcaption", "table", "caption", "thead", "tbody",
         "tr", "th", "td", "code", "footer", "script", "svg", "g", "path", "rect", "line", "text", "desc"}  # fmt: skip


@cache
def drawn(name: str, language: str) -> str:
    return page(REPORTS[name], View(language=language))


@cache
def read(name: str) -> Any:
    return html.document_fromstring(drawn(name, "en"))


def test_the_renderer_writes_the_page() -> None:
    written: list[str] = []
    RENDERERS["html"].finish(CLEAN, View(), written.append)
    assert RENDERERS["html"].sink(View(), written.append) is None
    assert "".join(written) == drawn("clean", "en")


@pytest.mark.parametrize("name", REPORTS)
def test_ids_are_unique_and_links_lead_somewhere(name: str) -> None:
    ids = read(name).xpath("//@id")
    assert len(ids) == len(set(ids))
    for target in read(name).xpath("//a/@href"):
        assert target.startswith("#"), target
        assert target[1:] in ids, target
    for names in read(name).xpath("//@aria-labelledby") + read(name).xpath("//label/@for"):
        assert set(names.split()) <= set(ids)


@pytest.mark.parametrize("name", REPORTS)
def test_style_and_script_are_ours_alone_and_nothing_can_be_fetched(name: str) -> None:
    tree = read(name)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        (element,) = tree.xpath(f"//{tag}")
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert tree.xpath("//@src | //@style | //@action | //@srcset") == []
    assert tree.xpath("//link/@href") == ["data:,"]
    assert [each for each in tree.xpath("//@*") if str(each).startswith(("javascript:", "http"))] == []


def test_hostile_text_is_inert_wherever_text_is_free() -> None:
    text, tree = drawn("hostile", "en"), read("hostile")
    assert {each.tag for each in tree.iter() if isinstance(each.tag, str)} <= _OURS
    assert [each for each in tree.xpath("//@*") if each.attrname.startswith("on")] == []
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", text) is None
    assert text.encode()  # no lone surrogate
    assert "<script>alert(1)" not in text
    assert "<img" not in text
    assert text.count("alert(1)") > 200
    assert "{{7*7}}" in text
    assert ESC not in text
    assert len(read("hostile").xpath("//article")) == len(read("full").xpath("//article"))


@pytest.mark.parametrize("language", ["en", "de"])
def test_both_languages_are_there_and_the_asked_one_is_first(language: str) -> None:
    tree = html.document_fromstring(drawn("full", language))
    assert tree.get("lang") == language
    assert tree.xpath("//input[@name='language'][@checked]/@value") == [language]
    for other in ("en", "de"):
        shown = " ".join(tree.xpath(f"//*[contains(concat(' ', @class, ' '), ' l-{other} ')]//text()"))
        for word in {
            "en": ("May this data be used?", "No, not yet"),
            "de": ("Sind diese Daten nutzbar?", "Nein, noch"),
        }[other]:
            assert word in shown
    twins = tree.xpath("//span[@class='l-en']")
    assert len(twins) == len(tree.xpath("//span[@class='l-de']")) > 200
    assert all(each.getnext() is not None and each.getnext().get("class") == "l-de" for each in twins)


def test_german_is_written_as_german_is() -> None:
    german = " ".join(read("full").xpath("//*[contains(concat(' ', @class, ' '), ' l-de ')]//text()"))
    assert "120.511 Datensätze" in german
    assert "66,7 von 100" in german
    assert re.search(r"\d ?%", german.replace("100\u00a0%", "")) is None


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plots are not drawn: what is looked at is no plot."""
    monkeypatch.setattr(figures, "drawn", lambda spec, name, title, text: f'<svg id="{name}"></svg>')


def answers(report: RunReport) -> list[str]:
    tree = html.document_fromstring(page(report, View()))
    return [each.split()[-1] for each in tree.xpath("//article/@class")]


@pytest.mark.usefixtures("undrawn")
def test_the_first_screen_answers_for_each_use_case_and_in_general() -> None:
    assert answers(FULL) == ["limited", "limited", "unfit", "unfit", "unfit"]
    assert answers(CLEAN) == ["fit"]
    assert answers(EMPTY) == ["unknown"]
    assert answers(replace(FULL, use_cases=(OPEN_CASE,))) == ["unknown", "unfit"]


def test_small_numbers_of_people_are_nowhere() -> None:
    text = " ".join(read("full").xpath("//article[4]//text()"))
    assert "Fewer than 10 patients are usable" in " ".join(read("full").xpath("//article[3]//text()"))
    assert "0 of 400" in text
    row = read("full").xpath("//table[@id='gaps']//tr[contains(., 'Mandatory details')]")[0]
    assert row.xpath("string(td[1])").strip() == "< 10"
    assert row.xpath("td[1]/@data-sort") == ["1.0"]


def test_the_page_stays_under_a_megabyte_whatever_comes() -> None:
    drawn_page = page(huge(), View())
    assert len(drawn_page.encode()) < LIMIT
    assert "more: see the JSON report" in drawn_page
    assert len(html.document_fromstring(drawn_page).xpath("//article")) >= 1


def test_what_is_missing_is_not_drawn_and_says_why() -> None:
    assert read("empty").xpath("//figure") == []
    told = " ".join(read("empty").xpath("//*[@class='absent']//text()"))
    for why in ("this run measured nothing", "No use case was asked for", "without a census", "--history"):
        assert why in told


def test_every_plot_has_a_title_a_text_and_its_numbers() -> None:
    figures = read("full").xpath("//figure")
    names = {each.get("id") for each in figures}
    assert names >= {"plot-scores", "plot-funnel-1", "plot-fill-types", "plot-fill-elements", "plot-codes-by-system",
                     "plot-time", "plot-trend"}  # fmt: skip
    for figure in figures:
        for image in figure.xpath(".//*[local-name()='svg'][@role='img']"):
            assert image.xpath("string(*[local-name()='title'])")
            assert len(image.xpath("string(*[local-name()='desc'])")) > 20
        assert len(figure.xpath(".//tbody/tr")) >= 1
        assert len(figure.xpath(".//*[@role='img']")) == 2


def test_every_measure_is_explained_with_formula_threshold_and_source() -> None:
    entry = read("full").get_element_by_id("m-value-present")
    text = " ".join(entry.text_content().split())
    for part in ("COMP-3", "Formula", "Threshold", "Source", "dqLib", "In this run", "Lowest", "Observation.date"):
        assert part in text, part
    assert read("full").xpath("//table[@id='measures']//a[@href='#m-value-present']")


@pytest.mark.usefixtures("undrawn")
def test_names_of_files_and_ids_hide() -> None:
    text = page(FULL, View(names=Disguise(b"key")))
    for name in ("exports/labor.ndjson", "lab-3", "4711", "a.ndjson", "fhir.example.org"):
        assert name in drawn("full", "en"), name
        assert name not in text, name


@pytest.mark.usefixtures("undrawn")
def test_values_stay_hidden_unless_opened() -> None:
    assert "MÃ¼ller" not in drawn("full", "en")
    assert "MÃ¼ller" in page(FULL, View(show_values=True))


def test_the_same_report_is_the_same_page() -> None:
    assert page(FULL, View()) == drawn("full", "en")
