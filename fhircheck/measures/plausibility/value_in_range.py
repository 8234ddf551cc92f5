"""value-in-range: can a living human have this value? (PLAU-1)"""

from fractions import Fraction

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.quantities import VALUE_IN, VALUE_OUT, VALUE_UNKNOWN, tally_verdicts
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Threshold


def judge(merged: Merged) -> Judged:
    """Count the verdicts on values (Qualifier q_obs_value_range)."""
    return Judged(tally_verdicts(merged, VALUE_IN, VALUE_OUT, VALUE_UNKNOWN))


MEASURE = CountedMeasure(
    name="value-in-range",
    code="PLAU-1",
    summary="Measured values within limits that a living human can have.",
    why="A body weight of 7000 kg or a potassium of 45 mmol/L is a slip of a digit or a unit; one such value moves "
    "every mean, every scaling and every alarm.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.ATEMPORAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a Quantity with a number and a UCUM code in Observation.value or Observation.component.value "
    "(per occurrence) beside a LOINC code of the table value_ranges. Values within the table's limits, these included, "
    "/ values that could be compared. Values in other commensurable units are converted by UCUM; a unit that does not "
    "convert (mg/dL where the limits are in mmol/L) is 'cannot tell'. Each row of the table names its source.",
    source="Qualifier q_obs_value_range; OHDSI DataQualityDashboard plausibleValueLow and plausibleValueHigh; dqLib "
    "range_plausibility_rate",
    published=True,
    threshold=Threshold(
        Fraction(5, 100),
        "OHDSI DataQualityDashboard plausibleValueLow/High by concept: 5 % violating rows",
        published=True,
    ),
    types=frozenset({"Observation"}),
    failing='{"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "http://loinc.org", '
    '"code": "8310-5"}]}, "valueQuantity": {"value": 367, "system": "http://unitsofmeasure.org", "code": "Cel"}}',
    passing='{"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "http://loinc.org", '
    '"code": "8310-5"}]}, "valueQuantity": {"value": 98.1, "system": "http://unitsofmeasure.org", "code": "[degF]"}}',
    judge=judge,
)
