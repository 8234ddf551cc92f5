"""unit-plausible: does the unit fit what was measured? (UNIT-2)"""

from fractions import Fraction

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.quantities import UNIT_DIFFERS, UNIT_FITS, collect_quantities, tally_verdicts
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Collect the measured values of one Observation, for this measure and those on values and their units."""
    collect_quantities(node, seen)


def judge(merged: Merged) -> Judged:
    """Count the verdicts on units (Qualifier q_obs_unit)."""
    return Judged(tally_verdicts(merged, UNIT_FITS, UNIT_DIFFERS, 0))


MEASURE = CountedMeasure(
    name="unit-plausible",
    code="UNIT-2",
    summary="Measured values whose unit fits the LOINC code.",
    why="Milligrams under the code for millimoles look like a reading twenty times too high: the number is fine, what "
    "it is compared with is not.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.ATEMPORAL,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a Quantity with a number and a UCUM code in Observation.value or Observation.component.value "
    "(per occurrence) beside a LOINC code of the table unit_groups. Those whose unit is commensurable with one of the "
    "table's units, by UCUM, / all of them. Arbitrary units ([iU]) fit themselves only; what is no UCUM unit fits "
    "nothing. Codes the table does not know are not counted.",
    source="Qualifier q_obs_unit; OHDSI DataQualityDashboard plausibleUnitConceptIds; HL7 PIQI "
    "LabResult_UnitIsPlausible",
    published=True,
    threshold=Threshold(
        Fraction(5, 100), "OHDSI DataQualityDashboard plausibleUnitConceptIds: 5 % violating rows", published=True
    ),
    types=frozenset({"Observation"}),
    failing='{"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "http://loinc.org", '
    '"code": "2345-7"}]}, "valueQuantity": {"value": 5.2, "system": "http://unitsofmeasure.org", "code": "mmol/L"}}',
    passing='{"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "http://loinc.org", '
    '"code": "2345-7"}]}, "valueQuantity": {"value": 94, "system": "http://unitsofmeasure.org", "code": "mg/dL"}}',
    needs={"Observation": frozenset({"valueQuantity", "component"})},
    observe=observe,
    judge=judge,
)
