from typing import Any

from fhircheck.measures.tools import Tools
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.report import MeasureResult
from tests.unit.measures.judged import counts, judged


def measured(*nodes: dict[str, Any], **options: Any) -> MeasureResult:
    return judged(*nodes, tools=Tools(options=MeasureOptions(**options)))["small-cells"]


def people(count: int, sex: str, start: int = 0) -> list[dict[str, Any]]:
    return [{"resourceType": "Patient", "id": str(start + each), "gender": sex} for each in range(count)]


def test_values_that_few_people_have_fail() -> None:
    result = measured(*people(10, "male"), *people(9, "female", 10), quasi_identifiers=("sex", "country"))
    assert counts(result) == (2, 3, 0)
    assert result.by == (("Patient.address.country", 1, 1), ("Patient.gender", 1, 2))
    assert (result.resources_failed, result.patients_failed, result.status) == (9, 9, "informational")
    assert result.examples[0].expression == "Patient.gender"
    assert [(each.name, each.of, each.value) for each in result.details] == [
        ("cells", "sex", 2),
        ("cells", "country", 1),
        ("small-cells", "sex", 1),
        ("small-cells", "country", 0),
    ]


def test_the_bound_is_an_option_and_a_sample_tells_nothing() -> None:
    assert counts(measured(*people(4, "male"), quasi_identifiers=("sex",), smallest_cell=4)) == (1, 1, 0)
    assert judged(*people(12, "male"), sampled=True)["small-cells"].status == "cannot-tell"
    assert measured().status == "not-applicable"
