"""A report that is stored and read again is the same report, in every form and language."""

import json
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fhircheck.model.report import RunReport
from fhircheck.report import RENDERERS
from fhircheck.report.json import document
from fhircheck.report.ndjson import encoded
from fhircheck.report.read_report import read_report
from fhircheck.report.shown import View
from tests.golden.sample_reports import EVERYTHING
from tests.laws.report_building import REPORTS

VIEWS = [View(language=language, show_values=values) for language in ("en", "de") for values in (False, True)]
WHOLE = settings(suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Whole reports are big: making one that fails smaller would take an hour."""


def stored(report: RunReport, view: View) -> dict:
    """The document as a file holds it."""
    return json.loads(encoded(document(report, view)))


@settings(WHOLE, max_examples=40)
@given(REPORTS, st.sampled_from(VIEWS))
def test_nothing_is_lost_on_the_way_through_a_file(report: RunReport, view: View) -> None:
    first = stored(report, view)
    assert stored(read_report(first), view) == first


@settings(WHOLE, max_examples=30)
@given(REPORTS)
def test_the_language_it_was_stored_in_does_not_matter(report: RunReport) -> None:
    english, german = View(), View(language="de")
    assert stored(read_report(stored(report, german)), english) == stored(report, english)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_stored_report_is_drawn_as_the_run_itself(form: str, language: str) -> None:
    view = View(language=language)
    again = read_report(stored(EVERYTHING, View()))
    drawn: list[list[str]] = [[], []]
    for report, written in zip((EVERYTHING, again), drawn, strict=True):
        RENDERERS[form].finish(report, view, written.append)
    assert drawn[0] == drawn[1]


@settings(WHOLE, max_examples=20)
@given(REPORTS)
def test_every_field_is_in_the_document(report: RunReport) -> None:
    """A field that a document does not hold is empty when it is read, which the law above would not see."""
    again = read_report(stored(report, View()))
    for each in fields(RunReport):
        assert bool(getattr(again, each.name)) == bool(getattr(report, each.name)), each.name
