"""ucum-unit: can a machine read the unit of a measured value? (UNIT-1)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node

UCUM = "http://unitsofmeasure.org"


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count the measured values of one Observation and its components (R4 datatypes.html#Quantity)."""
    if "valueQuantity" in node:
        _quantity(node["valueQuantity"], "Observation.valueQuantity", None, seen, tally)
    components = node.get("component")
    for index, component in enumerate(components if type(components) is list else ()):
        if type(component) is dict and "valueQuantity" in component:
            _quantity(component["valueQuantity"], "Observation.component.valueQuantity", index, seen, tally)


def _quantity(quantity: Any, path: str, index: int | None, seen: Seen, tally: Tally) -> None:
    if type(quantity) is not dict:
        tally.cannot_tell += 1
        return
    if quantity.get("value") is None:
        return
    code = quantity.get("code")
    if quantity.get("system") == UCUM and type(code) is str and code.strip():
        tally.count(path, True)
        return
    where = path if index is None else f"Observation.component[{index}].valueQuantity"
    tally.count(path, False, seen.place(where))


MEASURE = CountedMeasure(
    name="ucum-unit",
    code="UNIT-1",
    summary="Measured values whose unit is given as a UCUM code.",
    why="A number without a readable unit cannot be converted or compared between laboratories; mixed units look like "
    "sick patients to a model.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a Quantity with a value in Observation.value or Observation.component.value (per occurrence). "
    "Those with system http://unitsofmeasure.org and a code / all of them. Whether the code is a sound UCUM "
    "expression is not judged here.",
    source="HL7 validator scoring rule 'ucum' (org.hl7.fhir.core ScoringEngine); FHIR Scorecard ucum_quantities",
    published=True,
    threshold=None,
    types=frozenset({"Observation"}),
    failing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}, '
    '"valueQuantity": {"value": 13.5, "unit": "g/dl"}}',
    passing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}, "valueQuantity": '
    '{"value": 13.5, "unit": "g/dl", "system": "http://unitsofmeasure.org", "code": "g/dL"}}',
    observe=observe,
    needs={"Observation": frozenset({"valueQuantity", "component"})},
)
