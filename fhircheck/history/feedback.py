"""Answers to findings: a log that is only added to, what an answer needs, and what runs make of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Protocol

from fhircheck.history.finding_states import FINGERPRINT, Document, found, last_answers, regression, returned, standing
from fhircheck.model.change import Change
from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import STATES, Answer, FindingState, State
from fhircheck.model.settings import AcceptedIssue, IssuePattern

LONGEST = 2_000
LONGEST_OWNER = 200
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class AnswerLog(Protocol):
    """What of the store is needed here."""

    def answers(self, series: str) -> Sequence[Answer]:
        """All answers of a series, in the order they were given."""

    def add_answers(self, series: str, answers: Iterable[Answer]) -> None:
        """Append answers, all or none."""


def states(
    store: AnswerLog, series: str, document: Document, earlier: Document | None = None, now: datetime | None = None
) -> tuple[FindingState, ...]:
    """Where the findings of a run stand, the most severe first.

    document: the run, as stored. earlier: the run before it, which knows findings that are not there any more.
    """
    answers = last_answers(store.answers(series), _today(now))
    before = found(earlier) if earlier is not None else {}
    own = found(document)
    return standing(own, before or own, answers, str(document["header"]["started"]))


def answer(store: AnswerLog, series: str, given: Answer, now: datetime | None = None) -> Answer:
    """Append one answer, and give it back as it stands in the log. Raises UsageError where something is missing."""
    return answer_all(store, series, [given], now)[0]


def next_answer(before: Answer | None, fingerprint: str, state: State, **said: str | None) -> Answer:
    """The answer that follows `before`: what is not said (None) stays, as far as it has a meaning in the new state."""
    old = before or Answer(fingerprint, "open")
    kept = {name: value for name, value in said.items() if value is not None}
    if state not in (old.state, "accepted"):
        kept = {"reason": "", "expires": "", **kept}
    if state == "open":
        kept = {"owner": "", **kept}
    return replace(old, state=state, author="", at="", origin="command", **kept)


def answer_all(
    store: AnswerLog, series: str, given: Iterable[Answer], now: datetime | None = None
) -> tuple[Answer, ...]:
    """Append answers, all or none. Raises UsageError naming the first that misses something."""
    moment = now or datetime.now(UTC)
    last = last_answers(store.answers(series))
    stamped = tuple(
        check_answer(replace(each, at=each.at or moment.isoformat()), moment, last.get(each.fingerprint))
        for each in given
    )
    if stamped:
        store.add_answers(series, stamped)
    return stamped


def check_answer(given: Answer, now: datetime | None = None, before: Answer | None = None) -> Answer:
    """The answer with its texts in order. Raises UsageError where it misses what its state needs.

    To accept takes a reason and a day on which that ends (today or later); to assign takes an owner. Only a run says
    that a finding has returned; who comments on one that has leaves it so. before: the answer that counted so far.
    """
    if not FINGERPRINT.fullmatch(given.fingerprint):
        raise UsageError("a fingerprint has 16 characters of 0-9 and a-f, as in the report")
    back = given.origin == "run" or (before is not None and before.state == "returned")
    if given.state not in STATES or (given.state == "returned" and not back):
        raise UsageError("state: must be open, accepted, assigned or fixed")
    reason, owner, comment, author = (_text(given, name) for name in ("reason", "owner", "comment", "author"))
    if given.state == "accepted":
        if not reason:
            raise UsageError("to accept needs a reason")
        _check_day(given.expires, _today(now))
    if given.state == "assigned" and not owner:
        raise UsageError("to assign needs an owner: a role or a team")
    return replace(given, reason=reason, owner=owner, comment=comment, author=author)


def _text(given: Answer, name: str) -> str:
    """A text of an answer without what could steer a terminal. Raises UsageError where it is too long."""
    longest = LONGEST_OWNER if name in ("owner", "author") else LONGEST
    text = _CONTROL.sub(" ", str(getattr(given, name))).strip()
    if len(text) > longest:
        raise UsageError(f"{name}: longer than {longest} characters")
    return text


def _check_day(day: str, today: str) -> None:
    if not day:
        raise UsageError("to accept needs a day on which that ends (expires)")
    try:
        real = date.fromisoformat(day).isoformat() == day
    except ValueError:
        real = False
    if not real:
        raise UsageError("expires: must be a day as YYYY-MM-DD")
    if day < today:
        raise UsageError(f"expires: {day} has passed already")


def _today(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).date().isoformat()


def accepted_issues(store: AnswerLog, series: str, latest: Document | None = None) -> tuple[AcceptedIssue, ...]:
    """The acceptances of a series as a run takes them, expired ones too: the run says that they are.

    latest: the last run of the series, which knows what the fingerprints stand for, so that reports can say it.
    """
    known = found(latest) if latest is not None else {}
    return tuple(
        AcceptedIssue(_pattern(each, known.get(each.fingerprint)), each.reason, each.owner, each.expires)
        for each in last_answers(store.answers(series)).values()
        if each.state == "accepted"
    )


def _pattern(given: Answer, state: FindingState | None) -> IssuePattern:
    """The fingerprint decides; kind and path are there to be read. ``*`` in a path would mean any characters."""
    if state is None or not state.kind or "*" in state.expression:
        return IssuePattern(fingerprint=given.fingerprint)
    return IssuePattern(kind=state.kind, path=state.expression, fingerprint=given.fingerprint)


def regressions(
    states_: Iterable[FindingState], started: str
) -> tuple[tuple[Change, ...], tuple[Answer, ...], tuple[FindingState, ...]]:
    """What a run says of findings that were marked fixed and that it found again.

    Gives the changes (alarming), the answers to append to the log once the run is stored, and all states with those
    answers in place. Asked again before the answers are stored, it says the same.
    """
    all_states = tuple(states_)
    back = {each.fingerprint: each for each in returned(all_states, started)}
    answers = {
        name: replace(state.answer, state="returned", at=started, origin="run", author="")
        for name, state in back.items()
        if state.answer is not None
    }
    changes = tuple(regression(each) for each in back.values())
    now = tuple(replace(each, answer=answers.get(each.fingerprint, each.answer)) for each in all_states)
    return changes, tuple(answers.values()), now


def for_report(states_: Iterable[FindingState], limit: int = 2_000) -> tuple[FindingState, ...]:
    """The states as a report shows them: all that were answered and the first of the rest, without who answered."""
    shown = []
    for each in states_:
        if each.answer is not None:
            shown.append(replace(each, answer=replace(each.answer, author="")))
        elif len(shown) < limit:
            shown.append(each)
    return tuple(shown)
