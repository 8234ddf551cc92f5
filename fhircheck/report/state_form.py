"""Where a finding stands, as plain JSON values, and the way back."""

from typing import Any, get_args

from fhircheck.model.feedback import Answer, FindingState, State


def state_form(state: FindingState) -> dict[str, Any]:
    """One FindingState; the answer null where nobody has answered."""
    return {
        "fingerprint": state.fingerprint,
        "state": state.state,
        "kind": state.kind,
        "severity": state.severity,
        "definition": state.definition or None,
        "profile": state.profile or None,
        "expression": state.expression or None,
        "count": state.count,
        "since": state.since or None,
        "answer": _answer_form(state.answer),
    }


def _answer_form(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "state": answer.state,
        "reason": answer.reason or None,
        "owner": answer.owner or None,
        "expires": answer.expires or None,
        "comment": answer.comment or None,
        "author": answer.author or None,
        "at": answer.at or None,
        "origin": answer.origin,
    }


def read_state(data: dict[str, Any]) -> FindingState:
    """The inverse of `state_form`. Raises KeyError, TypeError or ValueError for what is no such form."""
    count = data["count"]
    if type(count) is not int or count < 0:
        raise ValueError("count of a state")
    return FindingState(
        fingerprint=str(data["fingerprint"]),
        kind=str(data["kind"]),
        severity=str(data["severity"]),
        definition=str(data["definition"] or ""),
        profile=str(data["profile"] or ""),
        expression=str(data["expression"] or ""),
        count=count,
        answer=_read_answer(str(data["fingerprint"]), data["answer"]),
        since=str(data["since"] or ""),
    )


def _read_answer(fingerprint: str, data: dict[str, Any] | None) -> Answer | None:
    if data is None:
        return None
    state = data["state"]
    if state not in get_args(State):
        raise ValueError("state of an answer")
    texts = {name: str(data[name] or "") for name in ("reason", "owner", "expires", "comment", "author", "at")}
    return Answer(fingerprint, state, origin=str(data["origin"]), **texts)
