"""Groups, populations and stratifiers of a Measure and a MeasureReport find each other by their codes."""

from typing import Any

from fhircheck.validate.lenient import Node, member, objects, text


def codings(concept: Any) -> set[tuple[str, str]]:
    """(system, code) of the codings of a CodeableConcept that have a code."""
    return {(text(each, "system"), text(each, "code")) for each in objects(concept, "coding") if text(each, "code")}


def concepts(part: Node) -> list[Node]:
    """The codes of a group, population or stratifier: one, or a list of them (MeasureReport.group.stratifier)."""
    return objects(part, "code") or [each for each in [member(part, "code")] if each]


def same_code(part: Node, other: Node, by_text: bool = False) -> bool:
    """Whether two parts share a coding. by_text: or, where neither has any, a text."""
    for mine in concepts(part):
        for theirs in concepts(other):
            left, right = codings(mine), codings(theirs)
            if left & right:
                return True
            if by_text and not left and not right and text(mine, "text") == text(theirs, "text") != "":
                return True
    return False


def partner(part: Node, others: list[Node], by_text: bool = False) -> Node | None:
    """The first of `others` with a code of `part`."""
    return next((each for each in others if same_code(part, each, by_text)), None)
