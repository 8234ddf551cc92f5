"""What a run knows of earlier ones, as plain JSON values, and read again."""

import math
from fractions import Fraction
from typing import Any, get_args

from fhircheck.model.change import Amount, Change, ChangeKind
from fhircheck.model.run_history import RunHistory, TrendPoint
from fhircheck.report.share_form import share
from fhircheck.report.stored_node import Node, fraction_of

_KINDS = get_args(ChangeKind)


def history_form(history: RunHistory | None) -> dict[str, Any] | None:
    """The series a run belongs to; None where runs are not remembered."""
    if history is None:
        return None
    return {
        "series": history.series,
        "points": [_point(each) for each in history.points],
        "against": history.against,
        "changes": [change_form(each) for each in history.changes],
    }


def _point(point: TrendPoint) -> dict[str, Any]:
    return {
        "number": point.number,
        "started": point.started,
        "outcome": point.outcome,
        "resources": point.resources,
        "errors": point.errors,
        "warnings": point.warnings,
        "scores": [{"name": name, "value": share(value)} for name, value in point.scores],
        "measures": [
            {"name": name, "numerator": passed, "denominator": judged} for name, passed, judged in point.measures
        ],
    }


def change_form(change: Change) -> dict[str, Any]:
    """One difference between two runs."""
    return {
        "kind": change.kind,
        "what": change.what,
        "before": _amount(change.before),
        "after": _amount(change.after),
        "alarming": change.alarming,
        "statistic": change.statistic,
        "value": _amount(change.value),
        "threshold": _amount(change.threshold),
        "source": change.source,
        "because": [{"what": what, "amount": _amount(amount)} for what, amount in change.because],
        "group": change.group,
    }


def _amount(amount: Amount) -> Any:
    """A fraction in two whole numbers; a number that is none (infinite) as null."""
    if isinstance(amount, Fraction):
        return share(amount)
    return None if isinstance(amount, float) and not math.isfinite(amount) else amount


def read_history(node: Node | None) -> RunHistory | None:
    """The inverse of `history_form`. Raises UsageError that names the place of a fault."""
    if node is None:
        return None
    return RunHistory(
        series=node.text("series"),
        points=tuple(_read_point(each) for each in node.each("points")),
        against=node.text("against", ""),
        changes=tuple(read_change(each) for each in node.each("changes")),
    )


def _read_point(node: Node) -> TrendPoint:
    return TrendPoint(
        number=node.count("number"),
        started=node.text("started"),
        outcome=node.text("outcome"),
        resources=node.count("resources"),
        errors=node.count("errors"),
        warnings=node.count("warnings"),
        scores=tuple((each.text("name"), each.share("value")) for each in node.each("scores")),
        measures=tuple(
            (each.text("name"), each.count("numerator"), each.count("denominator")) for each in node.each("measures")
        ),
    )


def read_change(node: Node) -> Change:
    """The inverse of `change_form`."""
    return Change(
        kind=node.one_of("kind", _KINDS),
        what=node.text("what"),
        before=_read_amount(node, "before"),
        after=_read_amount(node, "after"),
        alarming=node.flag("alarming"),
        statistic=node.text("statistic", ""),
        value=node.number("value", None),
        threshold=node.number("threshold", None),
        source=node.text("source", ""),
        because=tuple((each.text("what"), _read_number(each)) for each in node.each("because")),
        group=node.text("group", ""),
    )


def _read_number(node: Node) -> Fraction | int | float:
    amount = _read_amount(node, "amount")
    if amount is None or isinstance(amount, str):
        raise node.fault("amount", "must be a number")
    return amount


def _read_amount(node: Node, name: str) -> Amount:
    value = node.value(name, None)
    if isinstance(value, dict):
        return fraction_of(value, node.at(name))
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return value
    raise node.fault(name, "must be a number or a text")
