"""Measures, scores and actions of a stored report, read again."""

from typing import get_args

from fhircheck.model.action import Action, Effort, Gain, Owner, Words
from fhircheck.model.issue import Place
from fhircheck.model.report import Detail, MeasureResult, Score, ScorePart, Status, Threshold
from fhircheck.report.stored_node import Node

_STATUSES = get_args(Status)


def read_measure(node: Node) -> MeasureResult:
    """The inverse of `measure_form`. Raises UsageError that names the place of a fault."""
    numerator, denominator = node.count("numerator"), node.count("denominator")
    if numerator > denominator:
        raise node.fault("numerator", "must not be more than the denominator")
    interval = node.numbers("interval")
    if len(interval) not in (0, 2):
        raise node.fault("interval", "must be two numbers")
    return MeasureResult(
        name=node.text("name"),
        category=node.text("category"),
        subcategory=node.text("subcategory"),
        context=node.text("context"),
        dimension=node.text("dimension"),
        status=node.one_of("status", _STATUSES),
        numerator=numerator,
        denominator=denominator,
        cannot_tell=node.count("cannot_tell"),
        threshold=_threshold(node.child("threshold")),
        by=tuple((each.text("path"), each.count("numerator"), each.count("denominator")) for each in node.each("by")),
        examples=tuple(read_place(each) for each in node.each("examples")),
        resources_failed=node.count("resources_failed", 0),
        interval=(float(interval[0]), float(interval[1])) if interval else None,
        reason=node.text("reason", ""),
        code=node.text("code", ""),
        patients_failed=node.count("patients_failed", 0),
        patients_exact=node.flag("patients_exact", True),
        details=tuple(read_detail(each) for each in node.each("details")),
    )


def read_place(node: Node) -> Place:
    """A place in the data, of a measure's example or of a finding."""
    return Place(
        source=node.text("source", ""),
        record=node.count("record", 0),
        resource=node.text("resource", ""),
        expression=node.text("expression", ""),
        offset=node.count("offset", 0),
        line=node.count("line", 0),
        column=node.count("column", 0),
    )


def read_detail(node: Node) -> Detail:
    """A number that a share does not say."""
    return Detail(
        name=node.text("name"),
        value=node.number("value", None),
        unit=node.text("unit", ""),
        of=node.text("of", ""),
        error=node.number("error", 0.0),
        least=node.number("least", None),
        most=node.number("most", None),
    )


def _threshold(node: Node | None) -> Threshold | None:
    if node is None:
        return None
    limit = node.fraction("maximum_failing")
    return Threshold(limit, node.text("source"), node.flag("published"), node.text("rubric", ""))


def read_score(node: Node) -> Score:
    """The inverse of `score_form`."""
    band = node.child("band")
    return Score(
        name=node.text("name"),
        rubric=node.text("rubric"),
        value=node.share("value"),
        coverage=node.fraction("coverage"),
        parts=tuple(_part(each) for each in node.each("parts")),
        critical=node.texts("critical"),
        lost=tuple((each.text("category"), each.fraction("points")) for each in node.each("lost")),
        band=band.text("name") if band else "",
        band_source=band.text("source") if band else "",
    )


def _part(node: Node) -> ScorePart:
    return ScorePart(
        measure=node.text("measure"),
        weight=node.fraction("weight"),
        earned=node.fraction("earned"),
        counted=node.flag("counted"),
        reason=node.text("reason"),
        note=node.text("note", ""),
        prerequisite=node.text("prerequisite", ""),
        booked=node.share("booked") or node.fraction("weight") * 0,
        failing_before=node.count("failing_before", 0),
    )


def read_action(node: Node) -> Action:
    """The inverse of `action_form`; a report of format 1.1 has its texts in one language, which stands for both."""
    texts = {each.text("language"): each for each in node.each("texts")}
    return Action(
        name=node.text("name"),
        measure=node.text("measure"),
        count=node.count("count"),
        title=_words(node, texts, "title"),
        clinic=_words(node, texts, "clinic"),
        it=_words(node, texts, "it"),
        owner=node.one_of("owner", get_args(Owner)),
        effort=node.one_of("effort", get_args(Effort)),
        reason=_words(node, texts, "effort_reason"),
        gains=tuple(
            Gain(each.text("score"), each.fraction("low"), each.fraction("high")) for each in node.each("gains")
        ),
        worth=node.fraction("worth"),
        where=tuple((each.text("path"), each.count("count")) for each in node.each("where")),
        kinds=node.texts("kinds"),
        critical=node.texts("critical"),
    )


def _words(node: Node, texts: dict[str, Node], name: str) -> Words:
    return Words(*(texts.get(language, node).text(name) for language in ("en", "de")))
