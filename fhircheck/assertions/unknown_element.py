"""Properties that the definition does not have (json.html, extensibility.html)."""

from difflib import get_close_matches
from functools import lru_cache

from fhircheck.assertions.assertion import Spot
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import shown_name

CLAUSE = "http://hl7.org/fhir/R4/json.html#json"
UNKNOWN = IssueKind(
    name="unknown-element",
    severity="error",
    code="structure",
    summary="A property is not defined for its type.",
    why="Servers refuse the resource or drop the property, and with it what it says.",
    clause=CLAUSE,
    fix="Correct the name, or use an extension for what FHIR does not define.",
    english="Unknown property '{name}'{hint}",
    german="Unbekannte Eigenschaft '{name}'{hint}",
    failing='{"resourceType": "Patient", "birthdate": "1970-01-01"}',
    passing='{"resourceType": "Patient", "birthDate": "1970-01-01"}',
)
SIBLING = IssueKind(
    name="sibling-unexpected",
    severity="error",
    code="structure",
    summary="A property with an underscore stands beside an element that can have no id and extensions.",
    why="Only primitive FHIR values take a second property for their id and extensions; resource ids do not.",
    clause="http://hl7.org/fhir/R4/json.html#primitive",
    fix="Put the extensions into the element itself.",
    english="'{name}' is not allowed: {element} takes no id or extensions this way",
    german="'{name}' ist nicht erlaubt: {element} nimmt so keine id oder Extensions an",
    failing='{"resourceType": "Patient", "_name": [{"extension": []}]}',
    passing='{"resourceType": "Patient", "_birthDate": {"extension": [{"url": "http://example.org/e",'
    ' "valueString": "x"}]}}',
)
KINDS = (UNKNOWN, SIBLING)
LONGEST, MOST = 64, 1_000
"""Of a name and in number: what is longer, or one of more, is not looked for among the names that could be meant."""
PRIMITIVES_ALONE = frozenset({"id", "url", "div"})
"""Primitives without a second property; of other names with one it is the object that has a property too many."""


def explain(name: str, known: list[str], spot: Spot) -> None:
    """Report the property `name` of the object at `expression`; `known` are the names it could have."""
    if name.startswith("_") and name[1:] in known:
        place = spot.child(name[1:]) if name[1:] in PRIMITIVES_ALONE else spot
        place.add(SIBLING, name=shown_name(name), element=name[1:])
        return
    near = _near(name[:LONGEST], tuple(known)) if len(known) < MOST else ""
    spot.add(UNKNOWN, name=shown_name(name), hint=f" ({near}?)" if near else "")


@lru_cache(10_000)
def _near(name: str, known: tuple[str, ...]) -> str:
    """The one of `known` that `name` was probably meant to be; empty where none is near."""
    near = get_close_matches(name, known, 1, 0.8) or [each for each in known if each.lower() == name.lower()]
    return near[0] if near else ""
