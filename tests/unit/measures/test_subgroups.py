"""Representation and completeness by sex and age, against figures worked out by hand."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fhircheck.measures.age_groups import AgeGroups, age_on, reference_groups
from fhircheck.measures.tables import Tables
from fhircheck.measures.tools import Tools
from fhircheck.model.errors import UsageError
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.report import MeasureResult
from tests.unit.measures.judged import counts, judged

NOW = datetime(2025, 6, 30, tzinfo=UTC)
HEAD = "population,sex,age_from,age_to,people,date,source\n"
HALVES = (
    HEAD + "X,male,0,49,100,2024,own\nX,male,50,,100,2024,own\nX,female,0,49,100,2024,own\nX,female,50,,100,2024,own\n"
)


def tools(folder: Path, table: str = HALVES) -> Tools:
    (folder / "reference_population.csv").write_text(table, encoding="utf-8")
    return Tools(NOW, MeasureOptions(tables=str(folder)))


def patients(number: int, gender: str | None, born: str | None, start: int = 0) -> list[dict[str, Any]]:
    more = {name: value for name, value in (("gender", gender), ("birthDate", born)) if value}
    return [{"resourceType": "Patient", "id": f"{gender}-{born}-{start + each}", **more} for each in range(number)]


def rates(result: MeasureResult) -> dict[str, Any]:
    return {each.of: each.value for each in result.details if each.name == "representation-rate"}


def test_the_population_of_germany() -> None:
    groups = reference_groups(Tables())
    assert sum(group.people for group in groups) == 83_456_045
    assert len(groups) == 10
    found = AgeGroups(groups)
    assert [getattr(found.group(*each), "name", None) for each in ((1, 17), (2, 18), (2, 120), (3, 40))] == [
        "male 0-17",
        "female 18-39",
        "female 80+",
        None,
    ]
    assert (found.age(79), found.age(80)) == ("60-79", "80+")


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [("2000-06-15", "2025-06-16", 25), ("2000-06-15", "2025-06-14", 24), ("2000-06-15", "2000-06-15", 0)],
)
def test_age(born: str, day: str, years: int) -> None:
    first, second = (datetime.fromisoformat(each).toordinal() for each in (born, day))
    assert age_on(second, first) == years
    assert age_on(first - 1, first) == age_on(second, 0) == -1


def test_representation(tmp_path: Path) -> None:
    nodes = [
        *patients(40, "male", "1990"),
        *patients(30, "male", "1950"),
        *patients(18, "female", "1990"),
        *patients(12, "female", "1950"),
        *patients(3, None, "1950"),
        *patients(2, "other", "1950"),
        *patients(1, "female", None),
    ]
    result = judged(*nodes, tools=tools(tmp_path))["subgroup-representation"]
    assert counts(result) == (2, 4, 0)
    assert result.status == "informational"
    assert rates(result) == {
        "female 0-49": Fraction(18, 25),
        "female 50+": Fraction(12, 25),
        "male 0-49": Fraction(40, 25),
        "male 50+": Fraction(30, 25),
    }
    totals = [(each.of, each.value, each.least, each.most) for each in result.details if each.name == "patients"]
    assert totals == [("in a group", None, 10, None), ("in no group", None, 1, 9)], "100 of 106 would tell of 6"


def test_small_groups_are_not_shown(tmp_path: Path) -> None:
    nodes = [*patients(60, "male", "1990"), *patients(30, "male", "1950"), *patients(20, "female", "1990")]
    result = judged(*nodes, *patients(4, "female", "1950"), tools=tools(tmp_path))["subgroup-representation"]
    assert counts(result) == (2, 4, 0)
    shown = rates(result)
    assert shown["female 50+"] is None
    assert sum(each is None for each in shown.values()) >= 2  # else it is what is left of the total


def test_too_few_patients_tell_nothing(tmp_path: Path) -> None:
    result = judged(*patients(39, "male", "1990"), tools=tools(tmp_path))["subgroup-representation"]
    assert (counts(result), result.status) == ((0, 0, 4), "cannot-tell")
    result = judged(*patients(50, "unknown", "1990"), tools=tools(tmp_path))["subgroup-representation"]
    assert (counts(result), result.status) == ((0, 0, 4), "cannot-tell")


def test_age_counts_at_the_last_record(tmp_path: Path) -> None:
    nodes = [
        *patients(40, "male", "1950-01-01"),
        *(
            {
                "resourceType": "Condition",
                "recordedDate": "1999-01-01",
                "subject": {"reference": f"Patient/{each['id']}"},
            }
            for each in patients(40, "male", "1950-01-01")
        ),
    ]
    result = judged(*nodes, tools=tools(tmp_path))["subgroup-representation"]
    assert rates(result)["male 0-49"] == 4


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("X,male,zero,49,100,2024,own\n", "row 1"),
        ("X,man,0,49,100,2024,own\n", "row 1"),
        ("X,male,50,49,100,2024,own\n", "row 1"),
        ("X,male,0,49,100,2024,own\nX,male,49,,100,2024,own\n", "overlap"),
    ],
)
def test_a_table_that_makes_no_sense(row: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=word):
        reference_groups(tools(tmp_path, HEAD + row).tables)


def condition(patient: dict[str, Any], coded: bool) -> dict[str, Any]:
    code = {"coding": [{"system": "x", "code": "y"}]} if coded else {"text": "y"}
    return {"resourceType": "Condition", "subject": {"reference": f"Patient/{patient['id']}"}, "code": code}


def observation(patient: dict[str, Any], **more: Any) -> dict[str, Any]:
    subject = {"reference": f"Patient/{patient['id']}"}
    return {"resourceType": "Observation", "subject": subject, "effectiveDateTime": "2025-01-01", **more}


def details(result: MeasureResult) -> dict[tuple[str, str], Any]:
    return {(each.name, each.of): each.value for each in result.details}


def test_less_is_coded_of_women(tmp_path: Path) -> None:
    men, women = patients(20, "male", "1990"), patients(20, "female", "1990")
    nodes = [*men, *women, *(condition(each, True) for each in men)]
    fair = judged(*nodes, *(condition(each, True) for each in women), tools=tools(tmp_path))["subgroup-completeness"]
    worse = [condition(each, number < 15) for number, each in enumerate(women)]
    unfair = judged(*nodes, *worse, tools=tools(tmp_path))["subgroup-completeness"]
    name = "Condition.code with system and code"
    assert (fair.status, fair.share) == ("passed", 1)
    assert unfair.status == "failed"
    assert (name, 1, 2) in unfair.by
    assert details(unfair)["ratio", f"{name}, by sex"] == Fraction(3, 4)
    assert details(unfair)["rate", f"{name}: female"] == Fraction(3, 4)


def test_less_is_measured_of_the_old(tmp_path: Path) -> None:
    young, old = patients(20, "male", "1990"), patients(20, "male", "1950")
    unit = {"value": 1, "system": "http://unitsofmeasure.org", "code": "g"}
    nodes = [
        *young,
        *old,
        *(observation(each, valueQuantity=unit) for each in young),
        *(
            observation(each, valueQuantity=unit if number < 5 else {"value": 1})
            for number, each in enumerate(old[:15])
        ),
        observation(old[0], dataAbsentReason={}),
    ]
    result = judged(*nodes, tools=tools(tmp_path))["subgroup-completeness"]
    found = details(result)
    assert found["ratio", "Observation.valueQuantity with a UCUM unit, by age"] == Fraction(1, 3)
    assert found["ratio", "Observation with a value, by age"] == Fraction(15, 16)
    assert found["ratio", "patients with an Observation, by age"] == Fraction(3, 4)
    assert ("rate", "patients with an Observation: 50+") not in found  # five are without: too few to show
    assert result.cannot_tell >= 1  # one sex alone cannot be compared


def test_small_subgroups_tell_nothing(tmp_path: Path) -> None:
    nodes = [*patients(9, "male", "1990"), *patients(20, "female", "1990")]
    conditions = [condition(each, each["gender"] == "female") for each in nodes]
    result = judged(*nodes, *conditions, tools=tools(tmp_path))["subgroup-completeness"]
    assert result.denominator == 0
    assert result.cannot_tell
