"""direct-identifiers: does the data say who the people are? (PRIV-2)"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.identifying_elements import (
    any_identifies,
    has_address_line,
    has_contact,
    has_name,
    has_photo,
    has_telecom,
    identifies,
)
from fhircheck.measures.person_members import kind_of
from fhircheck.measures.person_texts import judge_texts, observe_texts
from fhircheck.measures.seen import Seen
from fhircheck.model.contribution import Contribution, summed
from fhircheck.model.facts import EXAMPLES, Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.plural import filled
from fhircheck.model.record import Node
from fhircheck.model.report import Detail, Threshold

Test = Callable[[Any], bool | None]
_PERSON: tuple[tuple[str, Test], ...] = (
    ("name", has_name),
    ("address", has_address_line),
    ("telecom", has_telecom),
    ("identifier", any_identifies),
    ("photo", has_photo),
)
ELEMENTS: dict[str, tuple[tuple[str, Test], ...]] = {
    "Patient": (*_PERSON, ("contact", has_contact)),
    "RelatedPerson": _PERSON,
    "Person": _PERSON,
}
"""Elements of persons and whether their value says who they are; each of them is an item, filled or not."""

STAFF = frozenset(("Practitioner", "PractitionerRole"))
_NAMES = {"address": "line"}
_WHO = ("subject", "patient", "beneficiary")
_MOTHER = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
_LABELS = frozenset(("http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
                     "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
                     "http://terminology.hl7.org/CodeSystem/v3-ActCode"))  # fmt: skip
RESTRICTED = ("R", "V")
"""Confidentiality: restricted, very restricted."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count what one resource says of who somebody is; keeps no value. Texts and dates only where that is asked for."""
    kind = seen.kind
    if kind in ELEMENTS:
        _person(node, kind, seen, tally)
    elif kind in STAFF:
        if has_name(node.get("name")):
            tally.counts.add(("staff-names",))
    else:
        for name in _WHO:
            who = node.get(name)
            if who.__class__ is dict and ("display" in who or "identifier" in who):
                _reference(who, kind, name, seen, tally)
    meta = node.get("meta")
    if meta.__class__ is dict and "security" in meta:
        _labels(meta["security"], tally)
    if seen.tools.looks_closer:
        observe_texts(node, seen, tally)


def _person(node: Node, kind: str, seen: Seen, tally: Tally) -> None:
    elements = ELEMENTS[kind]
    verdicts = tuple(test(node[name]) if name in node else False for name, test in elements)
    tally.repeat(_found(kind, verdicts))
    if True in verdicts:
        for (name, _), found in zip(elements, verdicts, strict=True):
            if found:
                _fail(f"{kind}.{name}", seen, tally)
    extensions = node.get("extension")
    for index, each in enumerate(extensions if extensions.__class__ is list else ()):
        if each.__class__ is dict and each.get("url") == _MOTHER and each.get("valueString"):
            tally.count(f"{kind}.extension", False, seen.place(f"{kind}.extension[{index}]"))


@cache
def _found(kind: str, verdicts: tuple[bool | None, ...]) -> Contribution:
    """What a person of these verdicts adds."""
    items = [(f"{kind}.{name}", not found) for (name, _), found in zip(ELEMENTS[kind], verdicts, strict=True)
             if found is not None]  # fmt: skip
    return Contribution(summed(items), cannot_tell=verdicts.count(None))


def _fail(expression: str, seen: Seen, tally: Tally) -> None:
    """Note that an item does not pass; its place is only made where it may be among the examples."""
    tally.failing = True
    examples = tally.examples
    if len(examples) == EXAMPLES:
        last, checked = examples[-1], seen.checked
        if last.source == checked.source and last.record < checked.record:
            return
    tally.keep([seen.place(expression)])


def _reference(who: Node, kind: str, name: str, seen: Seen, tally: Tally) -> None:
    """A name beside the reference to a person, or an identifier in its place."""
    reference = who.get("reference")
    if name == "subject" and reference.__class__ is str and "Patient/" not in reference and reference[:4] != "urn:":
        return  # a group, a place, a device
    if "display" in who:
        shown = who["display"]
        named = shown.__class__ is str and not (shown.isspace() or shown == "")
        tally.repeat(_item(kind_of(kind), name, "display", not named))
        if named:
            _fail(f"{kind}.{name}.display", seen, tally)
    if "identifier" in who:
        found = identifies(who["identifier"])
        if found is None:
            tally.cannot_tell += 1
            return
        tally.repeat(_item(kind_of(kind), name, "identifier", not found))
        if found:
            _fail(f"{kind}.{name}.identifier", seen, tally)


@cache
def _item(kind: str, name: str, part: str, passed: bool) -> Contribution:
    return Contribution(summed([(f"{kind}.{name}.{part}", passed)]))


def _labels(security: Any, tally: Tally) -> None:
    """Count each label of the known systems once a resource."""
    codes = set()
    for each in security if security.__class__ is list else ():
        if each.__class__ is dict and each.get("system").__class__ is str and each["system"] in _LABELS:
            code = each.get("code")
            if code.__class__ is str and code.isascii() and code.isalnum() and len(code) <= 20:
                codes.add(code)
    for code in codes:
        tally.counts.add(("security-label", code))


def judge(merged: Merged) -> Judged:
    """Add the texts that name their patient; a failure only where the data is said to be de-identified."""
    options = merged.tools.options
    tally = judge_texts(merged)
    details = [Detail("resources-with-staff-names", count, "resources")
               for name, count in tally.counts if name == ("staff-names",)]  # fmt: skip
    labels = [(name[1], count) for name, count in tally.counts if name[0] == "security-label" and len(name) == 2]
    details += [Detail("resources-with-security-label", count, "resources", code) for code, count in labels]
    restricted = sum(count for code, count in labels if code in RESTRICTED)
    reasons = (
        [filled("{count} {count:resource is|resources are} labelled restricted", {"count": restricted})]
        if restricted
        else []
    )
    if not options.de_identified:
        reasons.append("the data is not said to be de-identified")
    if not (options.de_identified or options.free_text):
        reasons.append("texts were not searched")
    applies = tally.denominator or tally.cannot_tell
    status = "informational" if tally.denominator and not options.de_identified else None
    return Judged(tally, "; ".join(reasons) if applies else "", status, tuple(details))  # type: ignore[arg-type]


MEASURE = CountedMeasure(
    name="direct-identifiers",
    code="PRIV-2",
    summary="Elements that could say who a person is and do not.",
    why="A name, an address or an insurance number in an export for research is a breach, wherever it stands: most are "
    "found in narratives, notes and the display of a reference, where nobody looked.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is an element (per resource, filled or not) among name, address line, telecom, identifier, photo "
    "of Patient, RelatedPerson and Person, and Patient.contact; and, where it is there, the display or identifier of "
    "subject, patient or beneficiary, and the mother's maiden name. Where texts are searched (--de-identified, "
    "fhircheck privacy): each member of a resource with text in it. Where --date-precision is given: each member with "
    "a date in it. Items without a direct identifier / items. Identifiers fail by type (KVZ10, GKV, PKV, MR ...), by "
    "system, or as a KVNR with its check digit; one of neither a known type nor system is 'cannot tell', as are "
    "documents. A text fails with a word of its patient's family name, two of the given names, an identifier or "
    "telecom of his, any KVNR or mail address. A date fails if it is finer than declared. Names of staff are counted "
    "apart and fail nothing. Informational unless the data is said to be de-identified.",
    source="Bridge2AI 4.c/4.d; identifiers of de.basisprofil.r4; the formula is ours",
    published=False,
    threshold=Threshold(Fraction(0), "none in what is said to be de-identified", published=False),
    types=None,
    failing='{"resourceType": "Patient", "id": "p1", "name": [{"family": "Muster"}], "gender": "female"}',
    passing='{"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950"}',
    observe=observe,
    judge=judge,
)
