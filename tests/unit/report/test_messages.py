import re
from string import Formatter

import pytest

from fhircheck.fetch.manifest import _finding
from fhircheck.model.feedback import FindingState
from fhircheck.model.issue import Issue, IssueKind, Place, params
from fhircheck.registry import Registry
from fhircheck.report import feedback_rows, messages
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.messages import text
from fhircheck.report.shown import Disguise
from tests.golden.sample_reports import EVERYTHING

PLAIN = IssueKind("plain", "error", "value", "s", "w", "c", "f", "{element} is wrong.", "{element} ist falsch.")
WITH = IssueKind("with-value", "error", "value", "s", "w", "c", "f", "{value} is no {type}", "{value} ist kein {type}")
COUNTED = IssueKind("counted", "error", "value", "s", "w", "c", "f",
                    "{n} {n:entry fits|entries fit}", "{n} {n:Eintrag passt|Einträge passen}")  # fmt: skip


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ISSUE_KINDS", Registry("kinds", PLAIN, WITH, COUNTED))


def issue(kind: str, value: str | None = None, **more: str | int) -> Issue:
    return Issue(kind, "error", Place("m.json", 0, "Patient/meier", "Patient.x"), params(**more), value)


def test_a_word_goes_with_its_count() -> None:
    assert text(issue("counted", n=1)) == "1 entry fits"
    assert text(issue("counted", n=2), "de") == "2 Einträge passen"
    assert text(issue("counted")) == "? entries fit"
    assert text(issue("counted", "a|{b}", n=1), "de", show_values=True) == '1 Eintrag passt (Wert: "a|{b}")'


def test_without_an_example_and_in_a_manifest_words_go_with_their_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback_rows, "ISSUE_KINDS", Registry("kinds", COUNTED))
    state = FindingState("f", "counted", "error", "", "", "", 1)
    assert [each.meaning for each in feedback_rows.feedback_rows([state], EVERYTHING, "de")] == ["… Einträge passen"]
    assert _finding("a", False, issue("counted", n=1), COUNTED)["text"] == "1 entry fits"


def test_values_are_denied_by_default() -> None:
    assert text(issue("plain", "geheim", element="x")) == "x is wrong."
    assert text(issue("with-value", "geheim", type="date")) == "(value not shown) is no date"
    assert text(issue("with-value", "geheim", type="date"), "de") == "(Wert nicht gezeigt) ist kein date"


def test_values_are_shown_where_they_were_opened() -> None:
    assert text(issue("plain", "offen", element="x"), show_values=True) == 'x is wrong (value: "offen")'
    assert text(issue("plain", "offen", element="x"), "de", show_values=True) == 'x ist falsch (Wert: "offen")'
    assert text(issue("with-value", "1.1.", type="date"), show_values=True) == '"1.1." is no date'
    assert text(issue("with-value", None, type="date"), show_values=True) == "(value not shown) is no date"


def test_nothing_in_a_param_or_value_is_obeyed() -> None:
    assert text(issue("plain", element="\x1b[2J{type}[red]")) == r"\x1b[2J{type}[red] is wrong."
    assert "\x1b" not in text(issue("plain", "\x1b]0;x\x07", element="x"), show_values=True)


def test_a_missing_param_and_an_unknown_kind_still_give_a_line() -> None:
    assert text(issue("plain")) == "? is wrong."
    assert text(issue("new-kind", count=2)) == "new-kind: count=2"
    assert text(issue("new-kind", "geheim")) == "new-kind"


def test_ids_in_params_are_hidden() -> None:
    shown = text(issue("plain", element="Patient/meier"), names=Disguise(b"k"))
    assert "meier" not in shown
    assert shown.startswith("Patient/#")


@pytest.mark.parametrize("kind", list(ISSUE_KINDS), ids=lambda kind: kind.name)
def test_every_kind_describes_itself_in_both_languages(kind: IssueKind) -> None:
    """Of all stages: the table refuses doubles, this looks at the texts."""
    assert all((kind.code, kind.why, kind.clause.startswith("http"), kind.fix, kind.english, kind.german))
    assert places(kind.english) == places(kind.german)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.name)


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}
