"""The worked examples of `fhircheck assess`: answers, measured data, reports in both languages."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import html

import fhircheck.assess
from fhircheck.assess.assessment import assess
from fhircheck.assess.document import Document
from fhircheck.assess.evidence import read_pieces
from fhircheck.assess.form import shipped
from fhircheck.assess.forms import FORMS
from fhircheck.assess.response import answers_of, read_response, response_of, response_text
from fhircheck.assess.validating import check_file
from fhircheck.report.shown import View
from tests.needs import ROOT

FOLDER = ROOT / "sample_bundles" / "readiness"
EXAMPLES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCHEMA = json.loads(Path(fhircheck.assess.__file__).with_name("readiness.schema.json").read_text(encoding="utf-8"))


@cache
def document(name: str, language: str) -> dict[str, Any]:
    folder, form = FOLDER / name, shipped()
    given = [str(folder / "data.json"), *(f"{path.stem}={path}" for path in folder.glob("archive.json"))]
    pieces = read_pieces("report", given, frozenset({"archive"}))
    found = assess(form, answers_of(form, read_response(str(folder / "answers.json"))), pieces, NOW)
    return Document(found, language).whole((), [each.name for each in pieces], NOW)


def test_there_are_the_three_examples() -> None:
    assert EXAMPLES == ["regional-telemedicine", "small-public-cloud", "university-speech"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_answers_are_valid_and_are_written_as_they_were_read(name: str) -> None:
    path = FOLDER / name / "answers.json"
    assert check_file(str(path)) == []
    form, node = shipped(), read_response(str(path))
    again = response_of(form, answers_of(form, node), node["status"], node["authored"])
    assert response_text(again) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_reports(name: str, language: str, golden: Callable[[Path, str], None]) -> None:
    found = document(name, language)
    jsonschema.validate(found, SCHEMA)
    golden(FOLDER / name / f"readiness.{language}.md", FORMS["markdown"](found, View("assess", language)))
    text = FORMS["text"](found, View("assess", language))
    assert max(map(len, text.splitlines())) <= 80
    page = html.fromstring(FORMS["html"](found, View("assess", language)).encode())
    for part in (text, page.text_content()):
        flat = " ".join(part.split())
        for step in found["steps"]:
            assert step["text"].replace(" %", "\N{NO-BREAK SPACE}%") in flat.replace(" %", "\N{NO-BREAK SPACE}%")
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert all(each.get("href")[1:] in ids for each in page.iter("a"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_both_languages_say_the_same(name: str) -> None:
    def bare(node: Any) -> Any:
        texts = {"text", "next", "topic_text", "title", "name", "answer_text", "note", "language"}
        if isinstance(node, dict):
            return {key: bare(value) for key, value in node.items() if key not in texts}
        return [bare(each) for each in node] if isinstance(node, list) else node

    assert bare(document(name, "en")) == bare(document(name, "de"))


def test_a_step_never_comes_before_what_it_waits_for() -> None:
    for name in EXAMPLES:
        steps = document(name, "en")["steps"]
        assert [each["number"] for each in steps] == list(range(1, len(steps) + 1))
        assert all(before < each["number"] for each in steps for before in each["after"])
        assert any(each["after"] for each in steps)


def test_what_was_said_and_what_was_measured() -> None:
    claims = {each["link"]: each for each in document("small-public-cloud", "en")["claims"] if each["subject"]}
    archive = next(
        each
        for each in document("small-public-cloud", "en")["claims"]
        if each["link"] == "documents-coded" and each["verdict"] == "contradicted"
    )
    assert archive["answer"] == "yes"
    assert archive["measured"]["least"] == 0.12
    assert claims
    steps = {each["rule"]: each for each in document("small-public-cloud", "en")["steps"]}
    assert [each["name"] for each in steps["fhir-not-ready"]["measured"]] == ["Archiv Muster (Document archive)"]
    speech = document("university-speech", "en")["maturity"]
    part = next(
        part
        for each in speech
        for part in each["parts"]
        if each["subject"]["name"] == "Speech-recognised documentation" and part["part"] == "data"
    )
    assert part["contradicted"] == ["ai-data-whole"]
    assert part["state"] == "partly"
