"""must-support-populated: how often are the elements filled that a claimed profile marks as must-support? (COMP-2)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.must_support_tree import items, populated
from fhircheck.measures.outcome import Outcome, count_outcome
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node

NAME = "must-support-populated"
REMEMBERED = 20_000


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count the must-support elements of each claimed profile (conformance-rules.html#mustSupport)."""
    known = seen.tools.profiles
    profiles = seen.checked.profiles if known is not None else ()
    if known is None or len(profiles) < 2:
        return
    for url, how, found, _ in profiles:
        if not found:
            tally.cannot_tell += how != "base"
            continue
        tree = known.must_support(url) if how != "base" else ()
        if not tree:
            continue
        remembered = seen.tools.remembered.setdefault(NAME, {})
        key = (url, populated(node, tree))
        outcome: Any = remembered.get(key)
        if outcome is None:
            if len(remembered) >= REMEMBERED:
                remembered.clear()
            outcome = remembered[key] = Outcome(
                (path, path.replace("[x]", ""), there) for path, there in items(key[1], tree)
            )
        count_outcome(outcome, seen, tally)


MEASURE = CountedMeasure(
    name=NAME,
    code="COMP-2",
    summary="Elements that a claimed profile marks as must-support and that are filled.",
    why="Must-support means that a system can send the element where it knows it: elements that are never filled show "
    "what an interface leaves out, though no resource is wrong for it.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is an element that a profile marks as must-support (per resource and profile it claims or was "
    "asked to conform to), where the element around it is there. Elements with a value / elements. Slices of one "
    "element count together, those of extensions not at all, those by type (value[x]:valueQuantity) each; where "
    "one type is there the others are not expected, nor is a dataAbsentReason beside a value. A primitive that has "
    "extensions alone has no value. Informational: must-support is not mandatory. A profile that is not "
    "loaded is one item 'cannot tell'.",
    source="MII DQA-CQL, family 'Missing values' (a count by element, without a verdict)",
    published=True,
    threshold=None,
    types=None,
    failing='{"resourceType": "Observation", "meta": {"profile": '
    '["http://hl7.org/fhir/StructureDefinition/triglyceride"]}, '
    '"status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "35217-9"}]}}',
    passing='{"resourceType": "Observation", "meta": {"profile": '
    '["http://hl7.org/fhir/StructureDefinition/triglyceride"]}, '
    '"status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "35217-9"}]}, '
    '"valueQuantity": {"value": 1.2, "unit": "mmol/l", "system": "http://unitsofmeasure.org", "code": "mmol/L"}, '
    '"interpretation": [{"text": "normal"}], "note": [{"text": "fasting"}], '
    '"referenceRange": [{"high": {"value": 2.3, "unit": "mmol/l"}}]}',
    observe=observe,
)
