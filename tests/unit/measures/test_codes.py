"""Codes: expected systems, codes that exist, displays that fit, URLs that are current."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fhircheck.measures.coded_elements import CODED, INNER, PATHS
from fhircheck.measures.tables import Tables
from fhircheck.measures.tools import Tools
from fhircheck.model.errors import UsageError
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.terminology.code_verdict import CodeStatus, CodeVerdict
from tests.unit.measures.judged import counts, judged
from tests.unit.measures.known import known_tools, linker

ICD = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
DIMDI = "http://fhir.de/CodeSystem/dimdi/icd-10-gm"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
HOUSE = {"system": "https://example.org/house", "code": "1"}
GOOD = {"system": ICD, "code": "I10.90"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ({"coding": [GOOD]}, (1, 1, 0)),
        ({"coding": [HOUSE, GOOD]}, (1, 1, 0)),
        ({"coding": [HOUSE]}, (0, 1, 0)),
        ({"coding": [{"display": "x"}]}, (0, 1, 0)),
        ({"text": "x"}, (0, 1, 0)),
        ({}, (0, 0, 0)),
        ({"coding": [{**GOOD, "system": DIMDI}]}, (0, 1, 0)),
        ({"coding": "x"}, (0, 0, 1)),
        ("x", (0, 0, 1)),
        (None, (0, 0, 0)),
    ],
)
def test_expected_system(code: Any, expected: tuple[int, int, int]) -> None:
    assert counts(judged({"resourceType": "Condition", "code": code})["expected-system"]) == expected


def test_repetitions_of_an_element_are_one_item_and_components_one_each() -> None:
    kinds = [{"coding": [HOUSE]}, {"coding": [{"system": "http://fhir.de/CodeSystem/Kontaktebene", "code": "a"}]}]
    assert counts(judged({"resourceType": "Encounter", "type": kinds})["expected-system"]) == (1, 1, 0)
    loinc = {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}
    node = {"resourceType": "Observation", "component": [{"code": loinc}, {"code": {"coding": [HOUSE]}}, 5]}
    result = judged(node)["expected-system"]
    assert counts(result) == (1, 2, 0)
    assert result.examples[0].expression == "Observation.component[1].code"


class Codes:
    """Knows what it is told."""

    def __init__(self, verdict: CodeVerdict, compares: bool) -> None:
        self._verdict = verdict
        self._compares = compares

    def verdict(self, system: str, code: str, version: str = "", display: str = "", language: str = "") -> CodeVerdict:
        return self._verdict

    def compares(self, system: str, code: str, version: str = "") -> bool:
        return self._compares


@pytest.mark.parametrize(
    ("verdict", "compares", "valid", "display"),
    [
        (CodeVerdict(CodeStatus.KNOWN), True, (1, 1, 0), (1, 1, 0)),
        (CodeVerdict(CodeStatus.KNOWN), False, (1, 1, 0), (0, 0, 1)),
        (CodeVerdict(CodeStatus.KNOWN, displays=("right",)), True, (1, 1, 0), (0, 1, 0)),
        (CodeVerdict(CodeStatus.KNOWN, inactive=True), True, (0, 1, 0), (1, 1, 0)),
        (CodeVerdict(CodeStatus.KNOWN, displays=("right",), inactive=True), True, (0, 1, 0), (0, 1, 0)),
        (CodeVerdict(CodeStatus.UNKNOWN), False, (0, 1, 0), (0, 0, 1)),
        (CodeVerdict(CodeStatus.NOT_IN_FRAGMENT), False, (0, 0, 1), (0, 0, 1)),
        (CodeVerdict(CodeStatus.CANNOT_TELL), False, (0, 0, 1), (0, 0, 1)),
        (CodeVerdict(CodeStatus.VALUE_SET), False, (0, 1, 0), (0, 0, 1)),
        (CodeVerdict(CodeStatus.SUPPLEMENT), False, (0, 1, 0), (0, 0, 1)),
        (CodeVerdict(CodeStatus.RELATIVE_SYSTEM), False, (0, 1, 0), (0, 0, 1)),
    ],
)
def test_what_a_verdict_means(
    verdict: CodeVerdict, compares: bool, valid: tuple[int, int, int], display: tuple[int, int, int]
) -> None:
    node = {"resourceType": "Condition", "code": {"coding": [{**GOOD, "display": "x"}, {"display": "no system"}]}}
    results = judged(node, tools=Tools(codes=Codes(verdict, compares)))
    assert counts(results["code-valid"]) == valid
    assert counts(results["display-matches"]) == display


def category(**coding: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "category": [{"coding": [{"system": CATEGORY, **coding}]}]}


@pytest.mark.parametrize(
    ("node", "valid", "display"),
    [
        (category(code="laboratory"), (1, 1, 0), (0, 0, 0)),
        (category(code="laboratory", display="LABORATORY"), (1, 1, 0), (1, 1, 0)),
        (category(code="laboratory", display="Imaging"), (1, 1, 0), (0, 1, 0)),
        (category(code="lab"), (0, 1, 0), (0, 0, 0)),
        (category(code="lab", display="Laboratory"), (0, 1, 0), (0, 0, 1)),
        (category(display="Laboratory"), (0, 0, 0), (0, 0, 0)),
        (category(code=" "), (0, 0, 0), (0, 0, 0)),
        ({**category(code="x"), "category": [{"coding": [{**HOUSE, "display": "y"}]}]}, (0, 0, 1), (0, 0, 1)),
    ],
)
def test_codes_are_judged_by_the_terminology_of_validation(
    node: dict[str, Any], valid: tuple[int, int, int], display: tuple[int, int, int]
) -> None:
    results = judged(node, tools=known_tools())
    assert counts(results["code-valid"]) == valid
    assert counts(results["display-matches"]) == display


def test_without_terminology_nothing_is_told() -> None:
    assert counts(judged(category(code="laboratory", display="x"))["code-valid"]) == (0, 0, 1)


def test_a_text_to_compare_with_is_asked_of_the_table_and_of_a_server() -> None:
    terminology = linker().around.terminology
    assert terminology.compares_displays(CATEGORY, "laboratory")  # type: ignore[attr-defined]
    assert not terminology.compares_displays(CATEGORY, "lab")  # type: ignore[attr-defined]
    assert not terminology.compares_displays("http://loinc.org", "718-7")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("system", "obsolete"),
    [
        (ICD, ""),
        (DIMDI, DIMDI),
        ("urn:oid:2.16.840.1.113883.6.1", "urn:oid:2.16.840.1.113883.6.1"),
        ("http://hl7.org/fhir/v3/ActCode", "http://hl7.org/fhir/v3/*"),
        ("http://hl7.org/fhir/v3", ""),
        ("https://example.org/house", ""),
    ],
)
def test_current_system(system: str, obsolete: str) -> None:
    node = {"resourceType": "Condition", "code": {"coding": [{"system": system, "code": "1"}, {"code": "2"}]}}
    result = judged(node, node)["current-system"]
    assert counts(result) == ((0, 2, 0) if obsolete else (2, 2, 0))
    assert [(each.of, each.value) for each in result.details] == ([(obsolete, 2)] if obsolete else [])
    assert result.status == "informational"


def test_codings_count_where_concepts_may_stand() -> None:
    node = {
        "resourceType": "Encounter",
        "class": {"system": DIMDI, "code": "IMP"},
        "hospitalization": {"admitSource": {"coding": [{"system": DIMDI, "code": "E"}]}},
    }
    result = judged(node)["current-system"]
    assert [each.expression for each in result.examples] == [
        "Encounter.class",
        "Encounter.hospitalization.admitSource.coding[0]",
    ]
    assert {path for path, _, _ in result.by} <= PATHS


def test_many_failing_items_are_counted_one_by_one_or_together_the_same() -> None:
    node = {"resourceType": "Condition", "code": {"coding": [{"system": DIMDI, "code": "1"}] * 3 + [GOOD]}}
    result = judged(*[node] * 10)["current-system"]
    assert counts(result) == (10, 40, 0)
    assert result.resources_failed == 10
    assert [(each.record, each.expression) for each in result.examples] == [
        (0, f"Condition.code.coding[{index}]") for index in range(3)
    ]


def test_codes_that_fail_are_counted_by_resource_and_patient_however_many_there_are() -> None:
    node = {**category(code="lab"), "subject": {"reference": "Patient/1"}}
    result = judged(*[node] * 8, {**node, "subject": {"reference": "Patient/2"}}, tools=known_tools())["code-valid"]
    assert counts(result) == (0, 9, 0)
    assert (result.resources_failed, result.patients_failed) == (9, 2)


def test_resources_with_the_same_members_are_told_apart_by_their_codes() -> None:
    results = judged(category(code="laboratory"), category(code="lab"), category(code="imaging"), tools=known_tools())
    assert counts(results["code-valid"]) == (2, 3, 0)
    assert [each.record for each in results["code-valid"].examples] == [1]


def elements() -> Iterator[str]:
    for kind, names in CODED.items():
        for name in names:
            yield f"{kind}.{name}"
    for kind, (inner, names) in INNER.items():
        for name in names:
            yield f"{kind}.{inner}.{name}"


def test_elements_are_elements_of_r4_that_hold_codes() -> None:
    definitions = linker().around.definitions
    for path in elements():
        structure = definitions.structure(path.partition(".")[0])
        assert structure is not None
        types = {each["path"]: each.get("type", ()) for each in structure["snapshot"]["element"]}
        choice = path.replace("CodeableConcept", "[x]")
        codes = {each["code"] for each in types.get(path) or types[choice]}
        assert codes & {"Coding", "CodeableConcept"}, path


@pytest.mark.parametrize("name", ["systems", "obsolete_systems", "identifier_systems"])
def test_every_row_of_a_table_has_its_source(name: str) -> None:
    rows = Tables().rows(name)
    assert rows
    for row in rows:
        assert all(row.values()), row
        assert "#" in row["source"]


def test_a_system_is_not_expected_and_obsolete_at_once() -> None:
    expected = {row["system"] for row in Tables().rows("systems")}
    obsolete = {row["obsolete"] for row in Tables().rows("obsolete_systems")}
    assert not expected & obsolete
    assert not obsolete & {row["current"] for row in Tables().rows("obsolete_systems")}


def own_tables(folder: Path, rows: str) -> Tools:
    (folder / "systems.csv").write_text(f"element,system,source\n{rows}\n", encoding="utf-8")
    return Tools(options=MeasureOptions(tables=str(folder)))


def test_a_table_of_the_users_own_goes_before_ours(tmp_path: Path) -> None:
    tools = own_tables(tmp_path, "Condition.code,https://example.org/house,we")
    node = {"resourceType": "Condition", "code": {"coding": [HOUSE]}}
    assert counts(judged(node, tools=tools)["expected-system"]) == (1, 1, 0)


def test_a_table_with_an_element_that_is_not_looked_at_is_refused(tmp_path: Path) -> None:
    tools = own_tables(tmp_path, "Patient.name,https://example.org/house,we")
    with pytest.raises(UsageError, match=r"systems\.csv: Patient\.name"):
        judged({"resourceType": "Condition", "code": {"coding": [HOUSE]}}, tools=tools)
