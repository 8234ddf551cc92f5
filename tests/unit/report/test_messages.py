import re
from string import Formatter

import pytest

from fhircheck.model.issue import Issue, IssueKind, Place, params
from fhircheck.registry import Registry
from fhircheck.report import messages
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.messages import text
from fhircheck.report.shown import Disguise

PLAIN = IssueKind("plain", "error", "value", "s", "w", "c", "f", "{element} is wrong.", "{element} ist falsch.")
WITH = IssueKind("with-value", "error", "value", "s", "w", "c", "f", "{value} is no {type}", "{value} ist kein {type}")


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ISSUE_KINDS", Registry("kinds", PLAIN, WITH))


def issue(kind: str, value: str | None = None, **more: str | int) -> Issue:
    return Issue(kind, "error", Place("m.json", 0, "Patient/meier", "Patient.x"), params(**more), value)


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
