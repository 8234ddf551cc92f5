"""The tables of `fhircheck server` as they are drawn, kept as files; ``pytest --update-golden`` writes them anew."""

import re
from pathlib import Path

import pytest

from fhircheck.probe.server_changes import Change
from fhircheck.probe.server_formats import FORMS, Wish
from fhircheck.report.shown import View
from tests.unit.probe.server_samples import EVERYTHING, MET

FOLDER = Path(__file__).parent / "server"
CHANGES = (
    Change("removed", "Patient.searchParam:birthdate", breaking=True),
    Change("changed", "software", "Example 6", "Example 7.1"),
    Change("added", "Observation"),
)
CASES = [
    ("everything", "text", "en", False), ("everything", "text", "de", True), ("everything", "markdown", "en", False),
    ("everything", "markdown", "de", True), ("everything", "csv", "en", False), ("everything", "json", "en", False),
    ("met", "text", "en", False), ("met", "text", "de", False),
]  # fmt: skip
SUFFIX = {"text": "txt", "markdown": "md"}


@pytest.mark.parametrize(("name", "form", "language", "details"), CASES, ids=["-".join(map(str, c)) for c in CASES])
def test_tables_are_drawn_as_kept(name: str, form: str, language: str, details: bool, golden) -> None:
    report = EVERYTHING if name == "everything" else MET
    changes = CHANGES if name == "everything" else ()
    text = FORMS[form](report, Wish(View("server", language), details=details, changes=changes))
    golden(FOLDER / f"{name}{'-details' if details else ''}.{language}.{SUFFIX.get(form, form)}", text)


@pytest.mark.parametrize("language", ["en", "de"])
def test_sentences_fit_80_columns(language: str) -> None:
    text = FORMS["text"](EVERYTHING, Wish(View("server", language), details=True, changes=CHANGES))
    assert [line for line in text.splitlines() if len(line) > 80 and not re.search(r"://", line)] == []


def test_color_only_adds_escapes() -> None:
    plain = FORMS["text"](EVERYTHING, Wish(View("server"), changes=CHANGES))
    colored = FORMS["text"](EVERYTHING, Wish(View("server", color=True), changes=CHANGES))
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
