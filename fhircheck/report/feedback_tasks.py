"""Findings as FHIR Tasks that go out to who is to mend them, and answers out of Tasks that come back (R4 Task).

open, returned  requested    (returned: also in businessStatus)
assigned        accepted     owner: a role or a team, never a practitioner
fixed           completed
accepted        rejected     statusReason: why; restriction.period.end: until when
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import Answer, FindingState, GivenAnswer, State, revision
from fhircheck.report.feedback_csv import MOST_ROWS, Reading
from fhircheck.report.feedback_rows import FeedbackRow, fingerprint_of
from fhircheck.report.feedback_words import say
from fhircheck.report.shown import clean

BASE = "https://fhircheck.dev/fhir"
FINGERPRINTS = f"{BASE}/sid/fingerprint"
SERIES = f"{BASE}/sid/series"
KINDS = f"{BASE}/CodeSystem/issue-kind"
STATES = f"{BASE}/CodeSystem/finding-state"
INPUTS = f"{BASE}/CodeSystem/task-input"
_STATUS: dict[State, str] = {
    "open": "requested", "returned": "requested", "assigned": "accepted", "fixed": "completed", "accepted": "rejected",
}  # fmt: skip
_READ: dict[str, State] = {
    "completed": "fixed", "rejected": "accepted", "cancelled": "accepted",
    "draft": "open", "requested": "open", "received": "open", "failed": "open",
    "accepted": "assigned", "ready": "assigned", "in-progress": "assigned", "on-hold": "assigned",
}  # fmt: skip
_PRIORITY = {"fatal": "urgent", "error": "urgent"}
Json = dict[str, Any]


def task_bundle(rows: Iterable[FeedbackRow], series: str, language: str, now: datetime | None = None) -> Json:
    """A collection Bundle with a Task for each row."""
    moment = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    entries = [_entry(each, series, language, moment) for each in rows]
    bundle: Json = {"resourceType": "Bundle", "language": language, "type": "collection", "timestamp": moment}
    return {**bundle, "entry": entries} if entries else bundle


def _entry(row: FeedbackRow, series: str, language: str, now: str) -> Json:
    identity = f"finding-{row.state.fingerprint}"
    return {"fullUrl": f"{BASE}/Task/{identity}", "resource": _task(row, identity, series, language, now)}


def _task(row: FeedbackRow, identity: str, series: str, language: str, now: str) -> Json:
    state, answer = row.state, row.state.answer
    beside = "; ".join(filter(None, (clean(state.expression or state.definition), f"{state.count}x")))
    told = f"{clean(row.meaning, 500) or state.fingerprint} ({beside})"
    task: Json = {
        "resourceType": "Task",
        "id": identity,
        "language": language,
        "identifier": [
            {"system": FINGERPRINTS, "value": state.fingerprint},
            {"system": SERIES, "value": series},
        ],
        "status": _STATUS[state.state],
        "businessStatus": _coded(STATES, state.state, say(language, state.state)),
        "intent": "order",
        "priority": _PRIORITY.get(state.severity, "routine"),
        "code": {"text": "Befund der Datenqualität beheben" if language == "de" else "Mend a finding of data quality"},
        "description": told,
        **_answered(state, now),
    }
    if state.kind:
        task["reasonCode"] = _coded(KINDS, state.kind, state.kind)
    if state.state == "accepted" and answer is not None:
        task["statusReason"] = {"text": answer.reason}
        task["restriction"] = {"period": {"end": answer.expires}}
    task["input"] = list(_inputs(row))
    task["input"].append(_input("written", "valueString", revision(_read("", task).answer)))
    return task


def _answered(state: FindingState, now: str) -> Json:
    """When it was seen first and answered last, by whom it is to be mended, and what was said."""
    answer = state.answer
    begun = state.since or now
    changed = answer.at if answer is not None and answer.at else begun
    found: Json = {"authoredOn": begun, "lastModified": max(begun, changed, key=_moment)}
    if answer is not None and answer.owner and state.state != "open":
        found["owner"] = {"type": "Organization", "display": answer.owner}
    if answer is not None and answer.comment:
        found["note"] = [{"text": answer.comment}]
    return found


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _inputs(row: FeedbackRow) -> Iterable[Json]:
    state = row.state
    yield _input("count", "valueUnsignedInt", state.count)
    yield _input("severity", "valueCode", state.severity)
    yield from (
        _input(name, kind, value)
        for name, kind, value in (
            ("expression", "valueString", state.expression),
            ("definition", "valueString", state.definition),
            ("profile", "valueCanonical", state.profile),
        )
        if value
    )
    yield _input("revision", "valueString", row.revision)


def _input(name: str, kind: str, value: object) -> Json:
    return {"type": _coded(INPUTS, name, name), kind: value}


def _coded(system: str, code: str, text: str) -> Json:
    return {"coding": [{"system": system, "code": code}], "text": text}


def read_tasks(data: bytes) -> Reading:
    """Answers out of a Bundle of Tasks, or one Task. Raises UsageError where it is neither."""
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UsageError("is no JSON") from None
    tasks = _tasks(document)
    if len(tasks) > MOST_ROWS:
        raise UsageError(f"holds more than {MOST_ROWS} Tasks")
    given: list[GivenAnswer] = []
    faults: list[tuple[str, str]] = []
    seen: dict[str, str] = {}
    for place, task in tasks:
        try:
            one = _read(place, task)
            name = one.answer.fingerprint
            if name in seen:
                raise ValueError(f"the same fingerprint as {seen[name]}")
            seen[name] = place
            given.append(one)
        except ValueError as fault:
            faults.append((place, str(fault)))
    return Reading(tuple(given), tuple(faults))


def _tasks(document: object) -> list[tuple[str, Mapping[str, Any]]]:
    """The Tasks that carry a fingerprint of ours, with their places; others in the Bundle are none of ours."""
    kind = document.get("resourceType") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or kind not in ("Bundle", "Task"):
        raise UsageError("is no Bundle of Tasks and no Task")
    if kind == "Task":
        return [("Task", document)]
    entries = document.get("entry", [])
    found = []
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        task = entry.get("resource") if isinstance(entry, Mapping) else None
        if isinstance(task, Mapping) and task.get("resourceType") == "Task" and _fingerprint(task):
            found.append((f"entry {number + 1}", task))
    return found


def _fingerprint(task: Mapping[str, Any]) -> str:
    for each in _several(task, "identifier"):
        if each.get("system") == FINGERPRINTS:
            return fingerprint_of(str(each.get("value", "")))
    return ""


def _several(node: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = node.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _one(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = node.get(name)
    return value if isinstance(value, Mapping) else {}


def _read(place: str, task: Mapping[str, Any]) -> GivenAnswer:
    """The answer that a Task gives. Raises ValueError that says what is wrong."""
    name = _fingerprint(task)
    if not re.fullmatch("[0-9a-f]{16}", name):
        raise ValueError("identifier: no fingerprint of fhircheck")
    status = task.get("status")
    state = _READ.get(status) if isinstance(status, str) else None
    if state is None:
        raise ValueError("status: must be one of " + ", ".join(sorted(_READ)))
    owner = _owner(task)
    if state == "assigned" and not owner:
        raise ValueError(f"status {status} needs an owner: a role or a team")
    if status == "requested" and _code({"type": _one(task, "businessStatus")}) == "returned":
        state = "returned"
    elif state == "open" and owner and status != "failed":
        state = "assigned"
    accepted = state == "accepted"
    answer = Answer(
        name,
        state,
        reason=_text(_one(task, "statusReason")) if accepted else "",
        owner="" if state == "open" else owner,
        expires=str(_one(_one(task, "restriction"), "period").get("end", ""))[:10] if accepted else "",
        comment="\n".join(str(each.get("text", "")) for each in _several(task, "note")),
        origin="task",
    )
    return GivenAnswer(place, _said(task, "revision"), answer, _said(task, "written"))


def _said(task: Mapping[str, Any], name: str) -> str:
    """The text of one of our inputs."""
    return next((str(each.get("valueString", "")) for each in _several(task, "input") if _code(each) == name), "")


def _owner(task: Mapping[str, Any]) -> str:
    """A role or a team by name. Raises ValueError for a person: nobody is rated by what he is to mend."""
    owner = _one(task, "owner")
    kind = str(owner.get("type") or str(owner.get("reference", "")).partition("/")[0])
    if kind in ("Practitioner", "Patient", "RelatedPerson"):
        raise ValueError(f"owner: a role or a team is asked for, not a {kind}")
    return str(owner.get("display") or _one(owner, "identifier").get("value") or owner.get("reference") or "")


def _text(concept: Mapping[str, Any]) -> str:
    return str(concept.get("text") or next((each.get("display", "") for each in _several(concept, "coding")), ""))


def _code(each: Mapping[str, Any]) -> str:
    return next((str(one.get("code", "")) for one in _several(_one(each, "type"), "coding")), "")
