"""Quantities: minQuantity and maxQuantity, unitOption, unitValueSet and decimal places."""

from decimal import Decimal
from typing import Any, Final

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import shown_term
from fhircheck.terminology.codings import Coded
from fhircheck.validate.lenient import Node, extension, extensions, number, text
from fhircheck.validate.questionnaire.answer_limits import ABOVE, BELOW, BOUND_MISSING, check_decimals
from fhircheck.validate.questionnaire.answer_value_set import is_member, members_of
from fhircheck.validate.questionnaire.answered import Answered

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
UCUM = "http://unitsofmeasure.org"
UNIT_ORDER = "ucum-unit"
CANNOT_TELL: Final = "cannot-tell"

INCOMPARABLE = IssueKind(
    name="response-quantity-incomparable",
    severity="error",
    code="invariant",
    summary="A quantity cannot be compared with the bound of its question: the units do not fit or are not coded.",
    why="Whether it is within the bounds cannot be told, neither here nor by who evaluates the response.",
    clause="http://hl7.org/fhir/R4/datatypes.html#Quantity",
    fix="Give system and code of a unit that can be converted into that of the bound.",
    english="The quantity cannot be compared with the {side} {bound}",
    german="Die Menge ist mit dem {side} {bound} nicht vergleichbar",
    failing='{"valueQuantity": {"value": 50, "unit": "kg"}}',
    passing='{"valueQuantity": {"value": 50, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}}',
)
BAD_UNIT = IssueKind(
    name="response-quantity-unit",
    severity="error",
    code="invariant",
    summary="The unit of a quantity is none of those that the question allows.",
    why="Values in other units are read as values in the expected one.",
    clause="http://hl7.org/fhir/R4/extension-questionnaire-unitoption.html",
    fix="Convert the quantity into one of the allowed units.",
    english="The unit {code} is not allowed ({allowed})",
    german="Die Einheit {code} ist nicht erlaubt ({allowed})",
    failing='{"valueQuantity": {"value": 10, "system": "http://unitsofmeasure.org", "code": "kg"}}',
    passing='{"valueQuantity": {"value": 10, "system": "http://unitsofmeasure.org", "code": "km"}}',
)
KINDS = (INCOMPARABLE, BAD_UNIT)


def check_quantity(answered: Answered) -> None:
    """All that a question can ask of a quantity."""
    quantity = answered.value.value
    if quantity.__class__ is not dict:
        return
    node = answered.question.node
    for name, kind, side, wrong in (("minQuantity", BELOW, "minimum", -1), ("maxQuantity", ABOVE, "maximum", 1)):
        for each in extensions(node, SDC + name)[:1]:
            if each.value.__class__ is dict:
                _bound(answered, quantity, each.value, (kind, side, wrong))
            else:
                answered.undecided(BOUND_MISSING)
    check_decimals(answered, quantity.get("value"))
    _units(answered, quantity)


def _bound(answered: Answered, quantity: Node, bound: Node, how: tuple[IssueKind, str, int]) -> None:
    kind, side, wrong = how
    order = quantity_order(quantity, bound)
    if order == wrong:
        answered.spot.add(kind, value=str(quantity.get("value")), bound=_shown(bound))
    elif order is None:
        answered.spot.add(INCOMPARABLE, value=str(quantity.get("value")), side=side, bound=_shown(bound))
    elif order is CANNOT_TELL:
        answered.undecided(UNIT_ORDER, _shown(bound))


def quantity_order(quantity: Node, bound: Node) -> Any:
    """-1, 0 or 1 as `quantity` is below, at or above `bound`; None where their units do not compare."""
    systems, codes = ([text(each, name) for each in (quantity, bound)] for name in ("system", "code"))
    if not all(systems) or not all(codes):
        return None
    left, right = number(quantity.get("value")), number(bound.get("value"))
    if left is None or right is None:
        return CANNOT_TELL
    if systems[0] == systems[1] and codes[0] == codes[1]:
        return (left > right) - (left < right)
    if systems != [UCUM, UCUM]:
        return None
    return _converted_order((left, codes[0]), (right, codes[1]))


def _converted_order(left: tuple[Decimal, str], right: tuple[Decimal, str]) -> Any:
    """The order of two (value, UCUM code) with different codes; CANNOT_TELL where one of them is no unit."""
    from fhircheck.fhirpath.units import in_base_units

    units = [in_base_units(code) for _, code in (left, right)]
    if units[0] is None or units[1] is None:
        return CANNOT_TELL
    if units[0].dimension != units[1].dimension:
        return None
    first, second = units[0].of(left[0]), units[1].of(right[0])
    return (first > second) - (first < second)


def _shown(bound: Node) -> str:
    """A bound of the questionnaire, as text."""
    return f"{bound.get('value', '')} {text(bound, 'code') or text(bound, 'unit')}".strip()[:80]


def _units(answered: Answered, quantity: Node) -> None:
    options = [each.value for each in extensions(answered.question.node, UNIT + "Option")]
    if options and not any(_fits(quantity, each) for each in options):
        allowed = ", ".join(text(each, "code") or text(each, "display") for each in options[:5])
        answered.spot.add(BAD_UNIT, value=text(quantity, "unit"), code=_unit(quantity), allowed=allowed)
    canonical = extension(answered.question.node, UNIT + "ValueSet")
    if canonical.__class__ is str and canonical:
        members = members_of(answered, canonical)
        coded = Coded(text(quantity, "system"), text(quantity, "code"))
        if members is not None and is_member(answered, members, coded) is False:
            answered.spot.add(
                BAD_UNIT, value=text(quantity, "unit"), code=_unit(quantity), allowed=shown_term(canonical)
            )


def _unit(quantity: Node) -> str:
    code = text(quantity, "code")
    return code if 0 < len(code) <= 24 and " " not in code else "(unit)"


def _fits(quantity: Node, option: Any) -> bool:
    """Whether the unit of a quantity is this option, in all that the option states."""
    pairs = (("system", "system"), ("code", "code"), ("display", "unit"))
    return all(text(option, name) in ("", text(quantity, other)) for name, other in pairs)
