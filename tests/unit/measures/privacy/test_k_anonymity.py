"""Classes of equal people, counted by hand and by the measure; l-diversity; what cannot be told."""

from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.measures import judge_measures, observe_all
from fhircheck.measures.privacy.k_anonymity import MAXIMUM_RISK, K
from fhircheck.measures.quasi_identifiers import QUASI_IDENTIFIERS, chosen
from fhircheck.measures.tools import Tools
from fhircheck.model.errors import UsageError
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.report import MeasureResult
from fhircheck.model.row_facts import RowFacts
from tests.unit.measures.judged import counts, judged
from tests.unit.measures.seen import Seen

Node = dict[str, Any]
ICD = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


def patient(number: int, year: str = "1950", **more: Any) -> Node:
    return {"resourceType": "Patient", "id": f"p{number}", "birthDate": f"{year}-03-01", "gender": "female", **more}


def condition(number: int, code: str, **more: Any) -> Node:
    subject = {"reference": f"Patient/p{number}"}
    return {
        "resourceType": "Condition",
        "subject": subject,
        "code": {"coding": [{"system": ICD, "code": code}]},
        **more,
    }


def measured(*nodes: Node, **options: Any) -> MeasureResult:
    return judged(*nodes, tools=Tools(options=MeasureOptions(**options)))["k-anonymity"]


def details(result: MeasureResult) -> dict[tuple[str, str], Any]:
    return {
        (each.name, each.of): each.value if each.least is None else (each.least, each.most) for each in result.details
    }


def test_the_least_k_keeps_the_risk() -> None:
    assert Fraction(1, K) <= MAXIMUM_RISK < Fraction(1, K - 1)


def test_classes_below_k_fail() -> None:
    result = measured(*(patient(each) for each in range(12)), *(patient(each, "1960") for each in range(12, 23)))
    assert counts(result) == (12, 23, 0)
    assert (result.resources_failed, result.patients_failed) == (11, 11)
    assert [each.record for each in result.examples] == [12, 13, 14]
    assert result.status == "informational"
    found = details(result)
    assert found["classes", ""] == 2
    assert found["smallest-class", ""] == 11
    assert found["largest-risk", ""] == Fraction(100, 11)
    assert found["mean-risk", ""] == Fraction(200, 23)
    assert found["patients-in-classes-below", "12"] == 11
    assert found["patients-in-classes-below", "5"] == 0


def test_only_what_is_said_to_be_de_identified_can_fail() -> None:
    alone, crowd = [patient(1)], [patient(each) for each in range(12)]
    assert measured(*alone).status == "informational"
    assert measured(*alone, de_identified=True).status == "failed"
    assert measured(*crowd, de_identified=True).status == "passed"


def test_a_patient_who_is_there_twice_counts_once() -> None:
    people = [patient(each) for each in range(11)]
    result = measured(*people, people[0])
    assert counts(result) == (0, 11, 0)
    assert result.resources_failed == 12, "both of his resources are shown"
    crowds = [*(patient(each) for each in range(1, 12)), *(patient(each, "1960") for each in range(20, 25))]
    twice = [patient(0), patient(0, "1960")]
    either, other = (measured(*order, *crowds) for order in (twice, reversed(twice)))
    assert counts(either) == counts(other)
    assert (either.by, either.patients_failed, either.details) == (other.by, other.patients_failed, other.details)


def test_a_patient_without_id_cannot_be_told_and_a_missing_value_is_a_value() -> None:
    nameless = {"resourceType": "Patient", "gender": "male"}
    assert counts(measured(nameless)) == (0, 0, 1)
    assert measured(nameless).status == "cannot-tell"
    result = measured(*({"resourceType": "Patient", "id": str(each)} for each in range(12)))
    assert counts(result) == (12, 12, 0)


def test_a_sample_tells_nothing() -> None:
    assert judged(patient(1), sampled=True)["k-anonymity"].status == "cannot-tell"


def test_diversity_is_the_size_over_the_most_frequent_diagnosis() -> None:
    people = [patient(each) for each in range(12)]
    result = measured(*people, *(condition(each, f"E{each:02}.1") for each in range(12)))
    assert details(result)["smallest-l", ""] == 12
    shared = [condition(each, "I10.00") for each in range(6)] + [condition(each, "I10.90") for each in range(5, 8)]
    result = measured(*people, *shared, *(condition(each, "E11.9") for each in range(12)))
    assert details(result)["smallest-l", ""] == 1, "all have diabetes"
    assert details(result)["patients-in-classes-with-l-below", "2"] == 12
    assert details(measured(*people, *shared))["smallest-l", ""] == Fraction(12, 8), "I10 counts once for each patient"


@pytest.mark.parametrize(
    ("sensitive", "expected"),
    [("diagnosis", Fraction(2)), ("diagnosis-group", Fraction(2)), ("diagnosis-chapter", Fraction(1)), ("none", None)],
)
def test_the_sensitive_attribute_can_be_chosen(sensitive: str, expected: Fraction | None) -> None:
    result = measured(patient(1), patient(2), condition(1, "E11.9"), condition(2, "E10.1"), sensitive=sensitive)
    assert details(result).get(("smallest-l", "")) == expected


def test_refuted_and_unlinked_diagnoses_are_none() -> None:
    refuted = {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    result = measured(patient(1), condition(1, "E11.9", **refuted), condition(7, "E11.9"), condition(1, 5))  # type: ignore[arg-type]
    assert ("smallest-l", "") not in details(result)


@pytest.mark.parametrize("name", QUASI_IDENTIFIERS)
def test_each_quasi_identifier_tells_two_people_apart(name: str) -> None:
    def person(number: int, day: str, code: str, place: str, dead: str) -> Node:
        return {
            **{"resourceType": "Patient", "id": str(number), "birthDate": day, "gender": code},
            "deceasedDateTime": dead,
            "address": [{}, {"postalCode": place, "city": place, "state": place, "country": place}],
            "maritalStatus": {"coding": [{"code": code}]},
            "communication": [{"language": {"coding": [{"code": code}]}}],
        }

    first, other = person(1, "1950-03-01", "a", "10115", "2020"), person(2, "1961-04-02", "b", "20095", "2021-05")
    assert details(measured(first, other, quasi_identifiers=(name,)))["classes", ""] == 2
    assert details(measured(first, {**first, "id": "2"}, quasi_identifiers=(name,)))["classes", ""] == 1
    strange: Node = {key: ["?", 5, {"coding": 5, "language": 5}] for key in first}
    strange |= {"resourceType": "Patient", "id": "3"}
    assert details(measured(strange, quasi_identifiers=(name,)))["classes", ""] == 1


def test_a_name_that_is_none_is_wrong_use() -> None:
    with pytest.raises(UsageError, match=r"shoe-size.*birth-year"):
        chosen(["sex", "shoe-size"])


PEOPLE = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["1950", "1960", ""]), st.sampled_from(["male", "female"])),
    max_size=60,
)


@settings(max_examples=20, deadline=None)
@given(PEOPLE, st.randoms(use_true_random=False), st.booleans())
def test_any_order_and_grouping_gives_the_same_as_counting_by_hand(people: Any, random: Any, spill: bool) -> None:
    values = {number: (year, sex) for number, year, sex in people}
    sizes = Counter(values.values())
    expected = sum(size for size in sizes.values() if size >= K), len(values), 0
    nodes = [
        {"resourceType": "Patient", "id": str(number), "birthDate": year, "gender": sex}
        for number, (year, sex) in values.items()
    ]
    assert counts(measured(*nodes)) == expected
    results = []
    for _ in range(2):
        random.shuffle(nodes)
        rows, tallies = RowFacts(), dict[str, Tally]()
        for number, node in enumerate(nodes):
            part = RowFacts()
            observe_all(node, Seen(record=number), tallies, part, Tools())
            rows.merge(part)
            if spill:
                rows.table("quasi").spill()
                rows.table("patients").spill()
        found = judge_measures(tallies, LinkFacts(), rows=rows)
        results += [(counts(each), each.details) for each in found if each.name == "k-anonymity"]
    assert results[0] == results[1]
    assert results[0][0] == expected
