"""Code systems and value sets of a few codes, and what is told of them."""

from typing import Any

from fhircheck.terminology.compose import Composer
from fhircheck.terminology.membership import Answer, Membership
from tests.unit.terminology.definitions_double import Definitions

TREE = "http://a.org/tree"
FLAT = "http://a.org/flat"
PART = "http://a.org/part"
FOLD = "http://a.org/fold"
GONE = "http://a.org/gone"
VS = "http://v.org/"
LOOKS_AT = {
    TREE: ["a", "a1", "a2", "a11", "b", "loop", "pool", "zz"],
    FLAT: ["x", "y", "z"],
    PART: ["p"],
    GONE: ["g", "h"],
}


def code_system(url: str, *concepts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "url": url,
        "content": "complete",
        "caseSensitive": True,
        "concept": list(concepts),
    } | more


def concept(code: str, *below: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A concept; a property whose value is a list is a Coding's code."""
    shown = [
        {"code": name, "valueBoolean": value}
        if isinstance(value, bool)
        else {"code": name, "valueCoding": {"code": value[0]}}
        if isinstance(value, list)
        else {"code": name, "valueCode": value}
        for name, value in properties.items()
    ]
    return {"code": code, "concept": list(below), "property": shown}


SYSTEMS = (
    code_system(
        TREE,
        concept("a", concept("a1", concept("a11")), concept("a2", status="old")),
        concept("b", concept("other", parent="a1"), status="new", unit=["kg"], selectable=True),
        concept("loop", parent="pool"),
        concept("pool", parent="loop"),
    ),
    code_system(FLAT, *map(concept, "xyz"), version="1.0"),
    code_system(PART, concept("p"), content="fragment"),
    code_system(FOLD, concept("Mg"), concept("KG"), caseSensitive=False),
)


def value_set(name: str, *includes: dict[str, Any], exclude: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    compose: dict[str, Any] = {"include": list(includes)}
    if exclude:
        compose["exclude"] = list(exclude)
    return {"resourceType": "ValueSet", "url": VS + name, "compose": compose}


def listed(system: str, *codes: str) -> dict[str, Any]:
    return {"system": system, "concept": [{"code": code} for code in codes]}


def imported(*names: str) -> dict[str, Any]:
    return {"valueSet": [VS + name for name in names]}


def filtered(property_: str, op: str, value: str, system: str = TREE) -> dict[str, Any]:
    return {"system": system, "filter": [{"property": property_, "op": op, "value": value}]}


def compose(*value_sets: dict[str, Any]) -> Membership:
    """What is known of the first of `value_sets`, with the others there."""
    return Composer(Definitions(*SYSTEMS, *value_sets)).compose(value_sets[0]["url"])


def told(membership: Membership, system: str) -> str:
    """The codes of `system` that are members, then ``?`` where all others may be, or those that may be after ``?``."""
    members = [code for code in LOOKS_AT[system] if membership.answer(system, code) is Answer.MEMBER]
    others = {code: membership.answer(system, code) for code in [*LOOKS_AT[system], "none"] if code not in members}
    open_ones = [code for code, answer in others.items() if answer is Answer.CANNOT_TELL]
    if len(open_ones) == len(others):
        return " ".join(members) + " ?"
    return " ".join([*members, *(f"?{code}" for code in open_ones)])
