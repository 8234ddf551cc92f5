"""What a binding asks of one value, whatever its strength: is it a member, is there a code at all?"""

import re
from typing import Any

from fhircheck.assertions.assertion import Surroundings
from fhircheck.terminology.codings import Coded, codings_of
from fhircheck.terminology.membership import Answer, Membership

# Types a binding applies to; for the others of a choice it says nothing.
CODE_TYPES = frozenset({"code", "string", "uri", "canonical", "url", "oid", "uuid", "id", "markdown"})
QUANTITIES = frozenset({"Quantity", "SimpleQuantity", "MoneyQuantity", "Age", "Distance", "Duration", "Count"})
CONCEPT = "CodeableConcept"
CODED = CODE_TYPES | QUANTITIES | {"Coding", CONCEPT}

_CODE_LIKE = re.compile(r"[A-Za-z0-9._+/-]{1,24}")
_CONCEPT_PARTS = frozenset(("coding", "text"))
_CODING_PARTS = frozenset(("code", "system", "value", "unit", "display"))


def shown_code(code: Any) -> str:
    """A code as it may be shown: what looks like one, since free text in its place may name a person."""
    return f"'{code}'" if code.__class__ is str and _CODE_LIKE.fullmatch(code) else "(value)"


def shown_codes(codings: list[Coded]) -> str:
    """The first codes of a value, as they may be shown."""
    return ", ".join(shown_code(each.code) for each in codings[:3])


def bound_types(types: list[str]) -> dict[str, Any] | None:
    """What a facet keeps of the element's types; None where a binding says nothing about them.

    plain: all are simple codes. concept: whether an object is a CodeableConcept, None where it may be one.
    """
    if not any(each in CODED for each in types):
        return None
    objects = [each for each in types if each not in CODE_TYPES]
    concept = CONCEPT in objects
    return {"plain": not objects, "concept": concept if not concept or len(objects) == 1 else None}


def language_of(around: Surroundings) -> str:
    """The language that the resource being checked, or the one around it, says it is written in."""
    scope = around.scope
    for node in (scope.resource, scope.root, scope.bundle):
        language = node.get("language") if node is not None else None
        if language.__class__ is str:
            return str(language)
    return ""


def judge(facet: dict[str, Any], value: Any, members: Membership, around: Surroundings) -> tuple[Answer, list[Coded]]:
    """Whether `value` is a member, and the codings it was judged by; none for a concept without any code.

    A Coding or Quantity without system or code is not held against a binding (as in the reference; what it lacks is
    the concern of others). What cannot be told is counted.
    """
    if value.__class__ is str:
        codings = [Coded(None, value)]
    elif _is_concept(facet, value):
        codings = codings_of(value, language_of(around)) if "coding" in value else []
        if not any(each.system for each in codings):  # a code that names no system is a member of nothing
            return Answer.NOT_MEMBER, codings
    else:
        codings = [each for each in codings_of(value, language_of(around)) if each.system and each.code]
        if not codings:
            return Answer.MEMBER, []
    answer = around.terminology.answer(codings, members)
    if answer is Answer.CANNOT_TELL:
        around.undecided(*members.undecided)
    return answer, codings


def _is_concept(facet: dict[str, Any], value: Any) -> bool:
    if value.__class__ is not dict:
        return False
    concept = facet.get("concept", False)
    if concept is not None:
        return bool(concept)
    return bool(value.keys() & _CONCEPT_PARTS) or not value.keys() & _CODING_PARTS
