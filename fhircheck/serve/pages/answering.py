"""A form that answers findings -> answers in the log."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

from fhircheck.history.feedback import answer_all
from fhircheck.history.finding_states import last_answers
from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import Answer, FindingState, State, revision
from fhircheck.serve.pages.words import say

FORM_BYTES = 128 << 10
MOST = 1_000
"""Findings that one form may answer."""
ACTIONS: dict[str, State | None] = {
    "accept": "accepted",
    "assign": "assigned",
    "fix": "fixed",
    "reopen": "open",
    "comment": None,
}
TEXTS = ("reason", "expires", "owner", "comment", "author")
LONGEST_AUTHOR = 200

Fields = dict[str, list[str]]


def fields_of(body: bytes) -> Fields:
    """The fields of a form (application/x-www-form-urlencoded). Raises UsageError where it is none."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST + 50)
    except (UnicodeDecodeError, ValueError):
        raise UsageError("not a form that could be read") from None
    fields: Fields = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return fields


def first(fields: Fields, name: str) -> str:
    """The first value of a field, empty where it has none."""
    return fields.get(name, [""])[0]


def entered(fields: Fields) -> dict[str, Any]:
    """What was entered, to be shown again beside what is wrong with it."""
    return {**{name: first(fields, name) for name in TEXTS}, "action": first(fields, "action"),
            "fingerprint": [each.partition(":")[0] for each in fields.get("fingerprint", [])]}  # fmt: skip


def take(store: Any, series: str, fields: Fields, known: Sequence[FindingState], language: str) -> int:
    """Append the answers of a form to the log, all or none; how many. Raises UsageError for what is missing.

    known: findings that may be answered; an answer to anything else would hang in the air. A finding comes as its
    fingerprint, with the revision of the answer the form was made from: what was answered meanwhile is not lost.
    """
    seen = dict(each.partition(":")[::2] for each in fields.get("fingerprint", []))
    chosen = list(seen)
    if not chosen:
        raise UsageError(say(language, "nothing-selected"))
    action = first(fields, "action")
    if action not in ACTIONS:
        raise UsageError(say(language, "action-needed"))
    stands = {each.fingerprint: each for each in known}
    if not set(chosen) <= set(stands):
        raise UsageError(say(language, "missing"))
    if any(seen[each] not in ("", revision(stands[each].answer)) for each in chosen):
        raise UsageError(say(language, "meanwhile"))
    texts = {name: first(fields, name).strip() for name in TEXTS}
    today = datetime.now(UTC).date().isoformat()
    missing = _missing(action, texts, today)
    if missing:
        raise UsageError(say(language, missing))
    before = last_answers(store.answers(series), today) if action == "comment" else {}
    given = [_answer(each, ACTIONS[action], texts, before.get(each)) for each in chosen]
    return len(answer_all(store, series, given))


def _missing(action: str, texts: dict[str, str], today: str) -> str:
    """The words of what the action needs and was not entered; the log itself refuses it too."""
    if action == "accept" and not texts["reason"]:
        return "reason-needed"
    if action == "accept" and not (_is_day(texts["expires"]) and texts["expires"] >= today):
        return "expires-needed"
    if action == "assign" and not texts["owner"]:
        return "owner-needed"
    return "comment-needed" if action == "comment" and not texts["comment"] else ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _answer(fingerprint: str, state: State | None, texts: dict[str, str], before: Answer | None) -> Answer:
    """The answer to one finding; a comment leaves all else as it was."""
    author = texts["author"][:LONGEST_AUTHOR]
    if state is not None:
        needed = {name: texts[name] for name in ("reason", "owner", "comment")}
        expires = texts["expires"] if state == "accepted" else ""
        return Answer(fingerprint, state, **needed, expires=expires, author=author, origin="page")
    kept = before or Answer(fingerprint, "open")
    if kept.state == "returned":  # that is said by runs alone; what was said to be fixed is open again
        kept = replace(kept, state="open")
    return replace(kept, comment=texts["comment"], author=author, at="", origin="page")
