"""How a scheduled run is said to have ended, at 80 columns, in both languages."""

from dataclasses import replace

import pytest

from fhircheck.model.change import Change
from fhircheck.model.report import RunReport
from fhircheck.model.run_history import RunHistory
from fhircheck.report.job_summary import JobEnd, job_summary
from fhircheck.report.shown import Disguise, View
from tests.golden.sample_reports import CLEAN, EVERYTHING

CHANGES = (
    Change("feed-stopped", "Encounter", 20, 0, True, "poisson", because=(("2026-03-01", 12),)),
    *(Change("unit-new", f"http://loinc.org|{number} mmol/L", 0, 16, True) for number in range(7)),
    Change("volume", "Patient", 1, 2),
)
END = JobEnd("lab", "lab", 12, ["out/a.json"], ["out/b\x1b[31m.json: disk full"])
SAID = {
    "en": ("(run 12 of lab)", "8 of 9 changes alarming (the last 7 runs)", "and 3 more", "written: out/a.json"),
    "de": (
        "(Lauf 12 von lab)",
        "8 von 9 Änderungen auffällig (die letzten 7 Läufe)",
        "und 3 weitere",
        "misslungen: out",
    ),
}


def report() -> RunReport:
    return replace(EVERYTHING, history=RunHistory("lab", (), "the last 7 runs", CHANGES))


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_said(language: str) -> None:
    text = job_summary(report(), END, View("run", language))
    plain = " ".join(text.split())
    for each in SAID[language]:
        assert each in plain
    assert "Encounter" in plain
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text


def test_a_run_that_is_not_remembered() -> None:
    text = job_summary(CLEAN, JobEnd("lab", "lab", None, [], []), View("run"))
    assert "(not remembered)" in text
    assert "changes" not in text


def test_file_names_are_hidden_where_asked() -> None:
    text = job_summary(report(), END, View("run", names=Disguise(b"key")))
    assert "a.json" not in text


def test_a_score_without_a_value() -> None:
    scores = tuple(replace(each, value=None) for each in EVERYTHING.scores)
    assert "–" in job_summary(replace(report(), scores=scores), END, View("run"))
