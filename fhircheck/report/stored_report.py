"""A report that was stored as JSON: what scores and actions are made from, read again; and new ones put in place."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from fhircheck.model.action import Action
from fhircheck.model.errors import UsageError
from fhircheck.model.report import IssueGroup, MeasureResult, Score, Status, Threshold
from fhircheck.model.small_cells import Cell
from fhircheck.report.json import FORMAT, action_form, measure_form, score_form
from fhircheck.report.shown import View

LARGEST = 1 << 30
_STATUSES = get_args(Status)


@dataclass(frozen=True, slots=True)
class StoredUseCase:
    """Name, measures and counts of patients of a use case."""

    name: str
    measures: tuple[MeasureResult, ...]
    eligible: Cell
    usable: Cell


@dataclass(frozen=True, slots=True)
class StoredReport:
    """What of a stored report scores depend on, and the whole of it as it stands in the file."""

    document: dict[str, Any]
    measures: tuple[MeasureResult, ...]
    issues: tuple[IssueGroup, ...]
    use_cases: tuple[StoredUseCase, ...]
    groups: tuple[tuple[MeasureResult, ...], ...] = ()
    """Measures of each source that was measured apart."""


def load_report(path: str) -> StoredReport:
    """Read a report that ``check --format json`` wrote.

    Raises UsageError naming file and place where it is missing, is none, or holds no measures.
    """
    document = _document(path)
    try:
        measures = tuple(map(_measure, document["measures"]))
        issues = tuple(map(_group, document["issues"]))
        cases = tuple(
            StoredUseCase(
                str(each["name"]),
                tuple(map(_measure, each["measures"])),
                _cell(each["eligible"]),
                _cell(each["usable"]),
            )
            for each in document.get("use_cases", ())
        )
        groups = tuple(tuple(map(_measure, each["measures"])) for each in document.get("groups", ()))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError) as error:
        raise UsageError(f"report {path}: cannot be read as a report: {type(error).__name__} at {error}") from None
    if not measures:
        raise UsageError(f"report {path}: holds no measures (`fhircheck check --format json` writes some)")
    return StoredReport(document, measures, issues, cases, groups)


def _document(path: str) -> dict[str, Any]:
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
        document = json.loads(data.decode("utf-8-sig")) if len(data) <= LARGEST else None
    except OSError as error:
        raise UsageError(f"report {path}: {(error.strerror or 'cannot be read').lower()}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"report {path}: is no JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(f"report {path}: is no report of `fhircheck check --format json`")
    if str(document.get("format_version", "")).partition(".")[0] != "1":
        raise UsageError(f"report {path}: format version {document.get('format_version')!s:.20} is not known here")
    return document


def _measure(data: dict[str, Any]) -> MeasureResult:
    status = data["status"]
    if status not in _STATUSES:
        raise ValueError("status of a measure")
    numerator, denominator, cannot_tell = (_count(data, key) for key in ("numerator", "denominator", "cannot_tell"))
    if numerator > denominator:
        raise ValueError("numerator of a measure")
    return MeasureResult(
        name=str(data["name"]),
        category=str(data["category"]),
        subcategory=str(data["subcategory"]),
        context=str(data["context"]),
        dimension=str(data["dimension"]),
        status=status,
        numerator=numerator,
        denominator=denominator,
        cannot_tell=cannot_tell,
        threshold=_threshold(data["threshold"]),
        by=tuple((str(each["path"]), _count(each, "numerator"), _count(each, "denominator")) for each in data["by"]),
        resources_failed=_count(data, "resources_failed"),
        code=str(data.get("code", "")),
    )


def _count(data: dict[str, Any], key: str) -> int:
    value = data[key]
    if type(value) is not int or value < 0:
        raise ValueError(f"{key} of a measure")
    return value


def _threshold(data: dict[str, Any] | None) -> Threshold | None:
    if data is None:
        return None
    limit = Fraction(data["maximum_failing"]["numerator"], data["maximum_failing"]["denominator"])
    return Threshold(limit, str(data["source"]), bool(data["published"]), str(data.get("rubric") or ""))


def _use_case(data: dict[str, Any]) -> StoredUseCase:
    measures = tuple(map(_measure, data["measures"]))
    return StoredUseCase(str(data["name"]), measures, _cell(data["eligible"]), _cell(data["usable"]))


def _cell(data: dict[str, Any]) -> Cell:
    return Cell(_count(data, "least"), None if data["most"] is None else _count(data, "most"))


def _group(data: dict[str, Any]) -> IssueGroup:
    return IssueGroup(
        data["severity"],
        str(data["kind"]),
        str(data["definition"] or ""),
        str(data["profile"] or ""),
        _count(data, "count"),
        _count(data, "resources"),
        (),
    )


def with_scores(
    stored: StoredReport,
    measures: Iterable[MeasureResult],
    scores: Iterable[Score],
    actions: Iterable[Action],
    use_cases: Iterable[StoredUseCase],
    groups: Iterable[tuple[tuple[MeasureResult, ...], tuple[Score, ...]]],
    view: View,
) -> dict[str, Any]:
    """The stored document with these scores, actions, statuses and thresholds; all else as it was."""
    document = dict(stored.document)
    document["measures"] = _judged_anew(document["measures"], measures, view)
    if "use_cases" in document:
        document["use_cases"] = [
            {**old, "measures": _judged_anew(old["measures"], new.measures, view)}
            for old, new in zip(document["use_cases"], use_cases, strict=True)
        ]
    if "groups" in document:
        document["groups"] = [
            {
                **old,
                "measures": _judged_anew(old["measures"], own, view),
                "scores": [score_form(each, view) for each in made],
            }
            for old, (own, made) in zip(document["groups"], groups, strict=True)
        ]
    document["scores"] = [score_form(each, view) for each in scores]
    document["actions"] = [action_form(each, view) for each in actions]
    return document


def _judged_anew(forms: list[dict[str, Any]], measures: Iterable[MeasureResult], view: View) -> list[dict[str, Any]]:
    """The stored measures with other statuses and thresholds."""
    judged = {each.name: measure_form(each, view) for each in measures}
    return [{**each, **{key: judged[each["name"]][key] for key in ("status", "threshold")}} for each in forms]
