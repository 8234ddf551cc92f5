"""Answers that come back in a file: taken once, all or none, and never over what was answered elsewhere."""

from dataclasses import replace
from datetime import UTC, datetime

from fhircheck.history.feedback_import import plan_import
from fhircheck.model.feedback import Answer, GivenAnswer, revision

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B = "a" * 16, "b" * 16
OLD = Answer(A, "assigned", owner="Labor", at="2026-02-01T00:00:00+00:00", author="me")
NEW = replace(OLD, state="fixed", origin="csv", at="", author="")


def came(answer: Answer, exported: Answer | None, written: str = "") -> GivenAnswer:
    return GivenAnswer("line 2", revision(exported), answer, written)


def test_what_nobody_changed_changes_nothing() -> None:
    plan = plan_import([came(replace(OLD, origin="csv"), OLD), came(Answer(B, "open"), None)], {A: OLD}, [A, B])
    assert (plan.answers, plan.unchanged, plan.faults) == ((), 2, ())


def test_what_was_changed_is_taken_and_taken_once() -> None:
    plan = plan_import([came(NEW, OLD)], {A: OLD}, [A], "clinic", NOW)
    assert plan.answers == (replace(NEW, author="clinic"),)
    again = plan_import([came(NEW, OLD)], {A: plan.answers[0]}, [A])
    assert (again.answers, again.unchanged, again.faults) == ((), 1, ())


def test_what_was_answered_elsewhere_meanwhile_is_a_conflict_that_says_so() -> None:
    other = replace(OLD, state="open", owner="", at="2026-02-28T09:00:00+00:00")
    plan = plan_import([came(NEW, OLD)], {A: other}, [A])
    assert plan.answers == ()
    ((place, fault),) = plan.faults
    assert place == "line 2"
    assert "conflict" in fault
    assert "open since 2026-02-28T09:00 by me" in fault
    untouched = plan_import([came(replace(OLD, origin="csv"), OLD)], {A: other}, [A])
    assert (untouched.answers, untouched.unchanged, untouched.faults) == ((), 1, ())


def test_a_file_without_revisions_counts_as_it_stands() -> None:
    assert plan_import([GivenAnswer("line 2", "", NEW)], {A: OLD}, [A]).answers == (NEW,)


def test_what_cannot_all_be_said_in_a_file_is_not_taken_for_changed() -> None:
    expired = Answer(A, "open", "old", "IT", "2026-01-01")
    said = Answer(A, "open")
    plan = plan_import([came(said, expired, revision(said))], {A: expired}, [A])
    assert (plan.unchanged, plan.faults) == (1, ())


def test_faults_are_named_and_a_finding_that_has_returned_can_be_commented() -> None:
    back = replace(OLD, state="returned", origin="run")
    plan = plan_import(
        [
            came(replace(back, comment="again", origin="csv"), back),
            GivenAnswer("line 3", "", Answer(B, "accepted")),
            GivenAnswer("line 4", "", Answer("c" * 16, "fixed")),
            GivenAnswer("line 5", "", Answer(B, "returned")),
        ],
        {A: back}, [A, B], now=NOW,
    )  # fmt: skip
    assert [each.state for each in plan.answers] == ["returned"]
    assert plan.faults == (
        ("line 3", "to accept needs a reason"),
        ("line 4", "the series has no finding of this fingerprint"),
        ("line 5", "state: must be open, accepted, assigned or fixed"),
    )
