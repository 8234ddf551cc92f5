"""Answers to findings: what they need, which one counts, and what a run makes of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fhircheck.history import feedback
from fhircheck.history.finding_states import found
from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import Answer, revision
from fhircheck.model.settings import IssuePattern

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B, C = "a" * 16, "b" * 16, "c" * 16


class Log:
    """A store as far as answers go."""

    def __init__(self) -> None:
        self.kept: list[Answer] = []

    def answers(self, series: str) -> list[Answer]:
        return list(self.kept) if series == "lab" else []

    def add_answers(self, series: str, answers: Iterable[Answer]) -> None:
        assert series == "lab"
        self.kept.extend(answers)


def state(name: str, count: int, severity: str = "error", since: str | None = None) -> dict[str, Any]:
    return {"fingerprint": name, "kind": "cardinality-min", "severity": severity, "definition": "Basic.code",
            "profile": None, "expression": "Basic", "count": count, "since": since, "answer": None}  # fmt: skip


def document(counts: dict[str, int], started: str = "2026-03-02T00:00:00+00:00", **more: Any) -> dict[str, Any]:
    listed = [{"fingerprint": name, "count": count} for name, count in sorted(counts.items())]
    return {
        "header": {"started": started}, "fingerprints": {"complete": True, "counts": listed}, "accepted": [],
        "issues": [], "states": [state(name, count) for name, count in counts.items()], **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (Answer("A" * 16, "open"), "16 characters"),
        (Answer(A, "gone"), "state: must be"),  # type: ignore[arg-type]
        (Answer(A, "returned"), "state: must be"),
        (Answer(A, "accepted", expires="2026-04-01"), "needs a reason"),
        (Answer(A, "accepted", "  \x00", expires="2026-04-01"), "needs a reason"),
        (Answer(A, "accepted", "old"), "needs a day"),
        (Answer(A, "accepted", "old", expires="2026-02-30"), "YYYY-MM-DD"),
        (Answer(A, "accepted", "old", expires="20260401"), "YYYY-MM-DD"),
        (Answer(A, "accepted", "old", expires="2026-02-28"), "has passed"),
        (Answer(A, "assigned"), "needs an owner"),
        (Answer(A, "open", comment="x" * 2001), "longer than 2000"),
        (Answer(A, "assigned", owner="x" * 201), "owner: longer than 200"),
        (Answer(A, "fixed", author="x" * 201), "author: longer than 200"),
    ],
)
def test_an_answer_that_misses_something_is_refused_and_nothing_is_kept(given: Answer, fault: str) -> None:
    log = Log()
    with pytest.raises(UsageError, match=fault):
        feedback.answer_all(log, "lab", [Answer(B, "fixed"), given], NOW)
    assert log.kept == []


def test_an_answer_is_stamped_and_cleaned() -> None:
    log = Log()
    told = feedback.answer(log, "lab", Answer(A, "accepted", " old\x1b[31m ", "IT", "2026-03-01"), NOW)
    assert told == Answer(A, "accepted", "old [31m", "IT", "2026-03-01", at=NOW.isoformat())
    assert log.kept == [told]


def test_the_last_answer_counts_and_an_acceptance_ends() -> None:
    log = Log()
    feedback.answer(log, "lab", Answer(A, "assigned", owner="Labor"), NOW)
    feedback.answer(log, "lab", Answer(A, "accepted", "old", "IT", "2026-03-05"), NOW)
    until, after = (feedback.states(log, "lab", document({A: 3}), now=NOW.replace(day=day))[0] for day in (5, 6))
    assert (until.state, until.count) == ("accepted", 3)
    assert (after.state, after.answer and after.answer.expires) == ("open", "2026-03-05")
    assert [each.expires for each in feedback.accepted_issues(log, "lab")] == ["2026-03-05"]


def test_findings_stand_in_order_with_what_nobody_finds_any_more() -> None:
    log = Log()
    feedback.answer(log, "lab", Answer(C, "fixed"), NOW)
    before = document({A: 1, C: 9}, "2026-02-01T00:00:00+00:00")
    before["states"][1]["since"] = "2026-01-01T00:00:00+00:00"
    told = feedback.states(log, "lab", document({A: 2, B: 5}), before, NOW)
    assert [(each.fingerprint, each.count, each.state) for each in told] == [
        (B, 5, "open"), (A, 2, "open"), (C, 0, "fixed"),
    ]  # fmt: skip
    assert [each.since[:10] for each in told] == ["2026-03-02", "2026-03-02", "2026-01-01"]
    assert told[2].kind == "cardinality-min"


def test_accepted_findings_are_counted_though_they_are_no_findings() -> None:
    uses = [
        {"what": f"{A} cardinality-min Basic", "count": 7, "expired": False},
        {"what": B, "count": 4, "expired": True},
        {"what": C, "count": 2, "expired": False},
        {"what": "max-length Basic", "count": 1, "expired": False},
    ]
    told = found(document({B: 4}, accepted=uses, states=[state(A, 0), state(B, 4)]))
    assert {name: each.count for name, each in told.items()} == {A: 7, B: 4, C: 2}


def test_a_report_without_states_tells_by_its_examples() -> None:
    example = {"fingerprint": A, "expression": "Basic.extension[2].url"}
    group = {
        "kind": "max-length",
        "severity": "warning",
        "definition": "Basic.x",
        "profile": "p",
        "examples": [example],
    }
    told = found(document({A: 2, B: 1}, issues=[group], states=[]))
    assert (told[A].kind, told[A].expression, told[A].count) == ("max-length", "Basic.extension.url", 2)
    assert told[B].kind == ""


def test_what_runs_take_as_accepted_can_be_read() -> None:
    log = Log()
    feedback.answer(log, "lab", Answer(A, "accepted", "old", "IT", "2026-06-30"), NOW)
    feedback.answer(log, "lab", Answer(B, "accepted", "old", "IT", "2026-06-30"), NOW)
    feedback.answer(log, "lab", Answer(B, "open"), NOW)
    (entry,) = feedback.accepted_issues(log, "lab", document({A: 1}))
    assert entry.pattern == IssuePattern(kind="cardinality-min", path="Basic", fingerprint=A)
    assert feedback.accepted_issues(log, "other") == ()


@pytest.mark.parametrize(
    ("started", "count", "state_", "regressions"),
    [
        ("2026-03-02T00:00:00+00:00", 4, "returned", 1),
        ("2026-03-01T12:30:00+01:00", 4, "fixed", 0),  # began before it was said to be fixed
        ("2026-03-02T00:00:00+00:00", 0, "fixed", 0),
    ],
)
def test_fixed_findings_that_return(started: str, count: int, state_: str, regressions: int) -> None:
    log = Log()
    feedback.answer(log, "lab", Answer(A, "fixed", comment="mapping", author="me"), NOW)
    now = document({A: count} if count else {}, started)
    told = feedback.states(log, "lab", now, document({A: 4}))
    changes, answers, after = feedback.regressions(told, started)
    assert len(changes) == len(answers) == regressions
    assert [each.state for each in after] == [state_]
    if changes:
        assert changes[0].alarming
        assert changes[0].key == f"regression {A}|cardinality-min|Basic"
        assert (changes[0].before, changes[0].after) == (0, 4)
        assert feedback.regressions(told, started)[0] == changes  # a repeated run says the same
        log.add_answers("lab", answers)
        again = feedback.states(log, "lab", document({A: 5}, "2026-03-03T00:00:00+00:00"), now)
        assert feedback.regressions(again, "2026-03-03T00:00:00+00:00")[:2] == ((), ())
        assert again[0].state == "returned"
        assert again[0].answer == replace(answers[0], comment="mapping")
        assert feedback.for_report(again)[0].answer == replace(again[0].answer, author="")


def test_a_report_shows_all_that_was_answered_and_some_of_the_rest() -> None:
    log = Log()
    feedback.answer(log, "lab", Answer(C, "fixed", author="me"), NOW)
    told = feedback.states(log, "lab", document({A: 3, B: 2, C: 1}))
    shown = feedback.for_report(told, limit=1)
    assert [each.fingerprint for each in shown] == [A, C]
    assert shown[1].answer == replace(log.kept[0], author="")


def test_a_revision_changes_with_what_is_said() -> None:
    base = Answer(A, "accepted", "old", "IT", "2026-06-30", at="1", author="x")
    same = replace(base, at="2", author="y", origin="csv")
    assert revision(base) == revision(same)
    others = [replace(base, reason="new"), replace(base, owner=""), replace(base, comment="c"), None]
    assert len({revision(each) for each in (base, *others)}) == 5
    assert revision(None) == revision(Answer(A, "open"))
