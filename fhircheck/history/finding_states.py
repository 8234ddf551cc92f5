"""Where the findings of a run stand: what the run found, laid beside what was answered."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fhircheck.model.change import Change
from fhircheck.model.feedback import Answer, FindingState
from fhircheck.model.issue import SEVERITIES
from fhircheck.model.path import without_indexes

Document = Mapping[str, Any]
FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_TEXTS = ("fingerprint", "kind", "severity", "definition", "profile", "expression", "since")


def last_answers(answers: Iterable[Answer], today: str = "") -> dict[str, Answer]:
    """The answer that counts for each fingerprint: the last one; an acceptance that expired before `today` is open."""
    last = {each.fingerprint: each for each in answers}
    return {name: _as_of(each, today) for name, each in last.items()}


def _as_of(answer: Answer, today: str) -> Answer:
    if answer.state == "accepted" and today and answer.expires < today:
        return replace(answer, state="open")
    return answer


def found(document: Document) -> dict[str, FindingState]:
    """What a report (JSON form) found, by fingerprint, without answers; accepted findings with their number."""
    states = {each.fingerprint: each for each in map(_state, document.get("states", ()))}
    counts = {str(each["fingerprint"]): int(each["count"]) for each in document["fingerprints"]["counts"]}
    for name, state in _of_examples(document).items():
        states.setdefault(name, state)
    borne = _borne(document)
    return {
        name: replace(states.get(name) or _nothing(name), count=counts.get(name, 0) + borne.get(name, 0))
        for name in {**states, **counts, **borne}
    }


def _nothing(name: str) -> FindingState:
    """A fingerprint of which no run tells anything."""
    return FindingState(name, "", "information", "", "", "", 0)


def _state(data: Document) -> FindingState:
    name, kind, severity, definition, profile, expression, since = (str(data[key] or "") for key in _TEXTS)
    return FindingState(name, kind, severity, definition, profile, expression, int(data["count"]), since=since)


def _of_examples(document: Document) -> dict[str, FindingState]:
    """What the examples of a report tell of their fingerprints: reports of 1.1 have nothing else."""
    states: dict[str, FindingState] = {}
    for group in document["issues"]:
        for each in group["examples"]:
            name, where = str(each["fingerprint"]), without_indexes(str(each["expression"] or ""))
            definition, profile = str(group["definition"] or ""), str(group["profile"] or "")
            state = FindingState(name, str(group["kind"]), str(group["severity"]), definition, profile, where, 0)
            states.setdefault(name, state)
    return states


def _borne(document: Document) -> dict[str, int]:
    """Findings that were accepted in that run, by fingerprint; an expired acceptance bears nothing."""
    borne: dict[str, int] = {}
    for use in document["accepted"]:
        name = str(use["what"]).partition(" ")[0]
        if not use["expired"] and FINGERPRINT.fullmatch(name):
            borne[name] = borne.get(name, 0) + int(use["count"])
    return borne


def standing(
    now: Mapping[str, FindingState],
    before: Mapping[str, FindingState],
    answers: Mapping[str, Answer],
    started: str,
) -> tuple[FindingState, ...]:
    """All that was found now, and all that was answered, with the answer that counts.

    before: what the run before knew, for findings that are not there any more. started: when the run began.
    """
    states = []
    for name in {*now, *answers}:
        here, past = now.get(name, _nothing(name)), before.get(name, _nothing(name))
        state = here if here.kind else past
        since = past.since or here.since or started
        if name in answers or (here.count and state.kind):
            states.append(replace(state, count=here.count, since=since, answer=answers.get(name)))
    return tuple(sorted(states, key=_importance))


def _importance(state: FindingState) -> tuple[int, int, str]:
    level = SEVERITIES.index(state.severity) if state.severity in SEVERITIES else len(SEVERITIES)
    return level, -state.count, state.fingerprint


def returned(states: Iterable[FindingState], started: str) -> tuple[FindingState, ...]:
    """Findings that were said to be fixed before a run began (`started`, ISO 8601), and that it found again."""
    return tuple(
        each
        for each in states
        if each.answer is not None and each.answer.state == "fixed" and each.count and _before(each.answer.at, started)
    )


def _before(one: str, other: str) -> bool:
    try:
        return datetime.fromisoformat(one) < datetime.fromisoformat(other)
    except (ValueError, TypeError):
        return True


def regression(state: FindingState) -> Change:
    """A finding that has returned, as a change of the series: always alarming."""
    what = "|".join((state.fingerprint, state.kind, state.expression or state.definition))
    return Change("regression", what, before=0, after=state.count, alarming=True)
