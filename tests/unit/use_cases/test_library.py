"""Libraries as they come from outside: read, refused with a place, or told that they cannot be judged."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from math import log
from pathlib import Path
from typing import Any

import pytest

import fhircheck
from fhircheck.model.errors import UsageError
from fhircheck.model.use_case import UseCaseResult
from fhircheck.use_cases.code_matching import CodeSet
from fhircheck.use_cases.element_path import UnreadablePath, values_at
from fhircheck.use_cases.library import OURS, use_case_of
from fhircheck.use_cases.requirement import Density, Window
from fhircheck.use_cases.timing import Moment, filled, where

Node = dict[str, Any]
HOUR = {"system": "http://unitsofmeasure.org", "code": "h"}


def extension(name: str, **value: Any) -> Node:
    return {"url": OURS + name, **value}


def need(kind: str, role: str = "", *more: Node, **fields: Any) -> Node:
    roles = [extension("requirement-role", valueCode=role)] if role else []
    return {"type": kind, "extension": [*roles, *more], **fields}


def library(*needs: Any) -> Node:
    return {"resourceType": "Library", "status": "active", "name": "Own", "dataRequirement": list(needs)}


def window(**ends: Any) -> Node:
    return extension(
        "requirement-window", extension=[{"url": name, "valueDuration": end} for name, end in ends.items()]
    )


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"resourceType": "Patient"}, "not a FHIR Library"),
        (library(), "dataRequirement is empty"),
        (library({}), r"dataRequirement\[0\]\.type"),
        (library("x"), r"dataRequirement\[0\]\.type"),
        (library(need("Patient", "hero")), r"dataRequirement\[0\] requirement-role"),
        (library(need("Patient", id="a b")), r"dataRequirement\[0\]\.id"),
        (library(need("Patient", id="a"), need("Patient", id="a")), r"dataRequirement\[1\]\.id: a is there twice"),
        (library(need("Patient", codeFilter=[{}])), "codeFilter"),
        (library(need("Patient", dateFilter=[{"path": "x", "valueDateTime": "soon"}])), "no date"),
        (library(need("X", "", extension("requirement-minimum-count", valuePositiveInt=0))), "minimum-count"),
        (library(need("X", "feature", window(start={**HOUR, "value": -1}))), "no requirement has the role index"),
        (library(need("X", "index", window(start={**HOUR, "value": 1}, end={**HOUR, "value": 1}))), "ends before"),
        (library(need("X", "index", window(start={"value": 1, "code": "fortnight"}))), "UCUM code"),
        (
            library(
                need(
                    "X",
                    "feature",
                    extension(
                        "requirement-link",
                        extension=[{"url": "path", "valueString": "a"}, {"url": "to", "valueId": "none"}],
                    ),
                )
            ),
            "no requirement has the id none",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(given: Any, place: str) -> None:
    with pytest.raises(UsageError, match=place):
        use_case_of(given, "own", "own.json")


def test_a_path_that_asks_for_too_much_cannot_be_told() -> None:
    found = use_case_of(library(need("Observation", codeFilter=[{"path": "code.resolve().x"}])), "own", "own.json")
    assert "resolve" in found.requirements[0].fault
    found = use_case_of(library(need("Observation", codeFilter=[{"searchParam": "combo-code"}])), "own", "own.json")
    assert "combo-code" in found.requirements[0].fault


def test_windows_and_names() -> None:
    needs = [
        need("Encounter", "index"),
        need("Observation", "feature", window(start={**HOUR, "value": Decimal("-1.5")})),
        need("Observation", "optional"),
    ]
    found = use_case_of(library(*needs), "own", "own.json").requirements
    assert [each.name for each in found] == ["encounter", "observation", "observation-2"]
    assert found[1].window == Window(-5400, None)


@pytest.mark.parametrize(
    ("path", "node", "expected"),
    [
        ("code", {"code": 1}, [1]),
        ("code", {"code": [1, 2]}, [1, 2]),
        ("Observation.code", {"code": 1}, [1]),
        ("value", {"valueQuantity": 1}, [1]),
        ("value[x]", {"valueCode": 1}, [1]),
        ("value", {"values": 1}, []),
        ("a.b", {"a": [{"b": 1}, {"b": [2]}, 5, None]}, [1, 2]),
        ("extension('urn:x').b", {"extension": [{"url": "urn:x", "valueCoding": {"b": 1}}, {"url": "urn:y"}, 1]}, [1]),
        ("code", [1], []),
        ("code", None, []),
    ],
)
def test_paths(path: str, node: Any, expected: list[Any]) -> None:
    assert values_at(path, "Observation")(node) == expected


@pytest.mark.parametrize("path", ["", "a..b", "a.", "a[0]", "where(x=1)", "a b"])
def test_paths_that_are_none(path: str) -> None:
    with pytest.raises(UnreadablePath):
        values_at(path)


ICD = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
INCLUDE = [
    {"system": ICD, "filter": [{"property": "concept", "op": "is-a", "value": "A41"}]},
    {"system": "urn:listed", "concept": [{"code": "a"}]},
    {"system": "urn:whole"},
    {"valueSet": ["urn:inner"]},
]
OWN = {
    "urn:outer": {"compose": {"include": INCLUDE}},
    "urn:inner": {"compose": {"include": [{"system": "urn:inner", "concept": [{"code": "b"}]}]}},
    "urn:loop": {"compose": {"include": [{"valueSet": ["urn:loop"]}]}},
}


def test_value_sets_of_lists_hierarchies_and_whole_systems() -> None:
    found = CodeSet()
    found.add_value_set("urn:outer|1.0", OWN, lambda canonical: f"no {canonical}")
    assert not found.blind
    member = [(ICD, "A41.9"), (ICD, "A41"), ("urn:listed", "a"), ("urn:whole", "x"), ("urn:inner", "b"), (None, "a")]
    others = [(ICD, "A40.0"), (ICD, ""), ("urn:listed", "b"), ("", "a"), ("urn:other", "A41.9"), (None, "x")]
    assert [found.has(*each) for each in member] == [True] * len(member)
    assert [found.has(*each) for each in others] == [False] * len(others)


def test_value_sets_that_are_not_there_are_told() -> None:
    lost = CodeSet()
    lost.add_value_set("urn:none", OWN, lambda canonical: f"no {canonical}")
    assert lost.blind == "no urn:none"
    assert lost.has("urn:x", "y") is None
    loop = CodeSet()
    loop.add_value_set("urn:loop", OWN, lambda canonical: f"no {canonical}")
    assert loop.blind == "no urn:loop"


INDEX = Moment(1_000, 1_000)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (900, 900, "in"),
        (1_000, 1_000, "in"),
        (1_001, 1_001, "after"),
        (899, 899, "before"),
        (850, 950, "imprecise"),
        (950, 1_050, "imprecise"),
        (0, 0, "undated"),
    ],
)
def test_windows_hold_what_is_surely_inside(first: int, last: int, expected: str) -> None:
    assert where(first, last, INDEX, Window(-100, 0)) == expected


def test_density_counts_intervals_with_a_value() -> None:
    hourly = Density(10, 1)  # type: ignore[arg-type]
    assert filled([1, 11, 12], hourly, 0, 40) == filled([12, 11, 1], hourly, 0, 40) == 0.5
    assert filled([1, 11], hourly, None, None) == 1
    assert filled([], hourly, 0, 40) == 0
    assert filled([40, 41], hourly, 0, 40) == 0.25


LOINC = "http://loinc.org"


def people(*ids: str) -> Iterator[Node]:
    for each in ids:
        yield {"resourceType": "Patient", "id": each}
        yield {
            "resourceType": "Observation",
            "status": "final",
            "id": f"o-{each}",
            "code": {"coding": [{"system": LOINC, "code": "718-7"}]},
            "subject": {"reference": f"Patient/{each}"},
            "effectiveDateTime": "2025-01-01",
        }


def run(tmp_path: Path, *needs: Node, nodes: list[Node], **options: Any) -> UseCaseResult:
    file, data = tmp_path / "own.json", tmp_path / "data.ndjson"
    file.write_text(json.dumps(library(*needs)), encoding="utf-8")
    data.write_text("".join(json.dumps(each) + "\n" for each in nodes), encoding="utf-8")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return fhircheck.check(data, use_cases=str(file), now=now, offline=True, **options).use_cases[0]


def test_a_library_without_our_roles_costs_nobody(tmp_path: Path) -> None:
    """As $data-requirements gives it for a CQL measure."""
    codes = [{"path": "code", "code": [{"system": LOINC, "code": "718-7"}]}]
    needs = [need("Patient"), need("Observation", codeFilter=codes, mustSupport=["method"]), need("Procedure")]
    for each in needs:
        del each["extension"]
    found = run(tmp_path, *needs, nodes=[*people("1", "2"), {"resourceType": "Patient", "id": "3"}])
    assert [(each.role, each.met, each.lost) for each in found.steps] == [
        ("optional", 3, 0),
        ("optional", 2, 0),
        ("optional", 0, 0),
    ]
    assert (found.patients, found.eligible, found.usable) == (3, 3, 2)


def test_a_value_set_that_no_package_has_is_not_told(tmp_path: Path) -> None:
    codes = [{"path": "code", "valueSet": "https://example.org/none"}]
    found = run(
        tmp_path, need("Patient", "cohort"), need("Observation", "feature", codeFilter=codes), nodes=[*people("1")]
    )
    assert [(each.told, each.lost) for each in found.steps] == [(True, 0), (False, 0)]
    assert found.undecided[0][0] == "observation"
    usable = found.measures[0]
    assert (usable.status, usable.denominator, usable.cannot_tell) == ("cannot-tell", 0, 1)


def test_exclusions(tmp_path: Path) -> None:
    codes = [{"path": "code", "code": [{"system": LOINC, "code": "718-7"}]}]
    nodes = [*people("1"), {"resourceType": "Patient", "id": "2"}]
    found = run(tmp_path, need("Patient", "cohort"), need("Observation", "exclusion", codeFilter=codes), nodes=nodes)
    assert (found.eligible, found.usable) == (1, 1)
    assert dict(found.steps[1].reasons) == {"excluded": 1}


def test_drift_between_the_halves_of_the_months(tmp_path: Path) -> None:
    """In the second half the values of a kind are gone: 10 and 10 in January, 20 and 0 in March."""
    nodes: list[Node] = [{"resourceType": "Patient", "id": "1"}]
    for day in range(40):
        code = "718-7" if day % 2 and day < 20 else "777-3"
        when = f"2025-01-{day + 1:02}" if day < 20 else f"2025-03-{day - 19:02}"
        nodes.append({**list(people("1"))[1], "id": f"o{day}", "effectiveDateTime": when,
                      "code": {"coding": [{"system": LOINC, "code": code}]}})  # fmt: skip
    needs = [need("Patient", "cohort")]
    for code in ("718-7", "777-3"):
        codes = [{"path": "code", "code": [{"system": LOINC, "code": code}]}]
        needs.append(need("Observation", "feature", codeFilter=codes, id=f"c{code}"))
    details = {each.name: each for each in run(tmp_path, *needs, nodes=nodes).details}
    p, q = (10.5 / 21, 10.5 / 21), (0.5 / 21, 20.5 / 21)
    expected = sum((a - b) * log(a / b) for a, b in zip(p, q, strict=True))
    assert details["population-stability-index"].value == pytest.approx(expected)
    assert details["population-stability-index"].of == "2025-03"
    assert details["population-stability-index-by-chance"].value == pytest.approx(0.1)
    assert float(details["months-covered"].value or 0) == pytest.approx(200 / 3)
    assert details["longest-gap"].value == 1


def test_contained_targets_and_alternatives(tmp_path: Path) -> None:
    link = extension(
        "requirement-link", extension=[{"url": "path", "valueString": "device"}, {"url": "to", "valueId": "device"}]
    )
    nodes = list(people("1", "2", "3"))
    nodes[1] |= {"contained": [{"resourceType": "Device", "id": "d"}], "device": {"reference": "#d"}}
    nodes[3] |= {"contained": [{"resourceType": "Device", "id": "d"}], "device": {"reference": "#e"}}
    nodes[5] |= {"device": {"reference": "Device/far"}}
    nodes.append({"resourceType": "Device", "id": "far"})
    needs = [need("Patient", "cohort"), need("Observation", "feature", link), need("Device", "optional", id="device")]
    found = run(tmp_path, *needs, nodes=nodes)
    assert (found.eligible, found.usable) == (3, 2)
    assert dict(found.steps[1].reasons) == {"not-linked": 1}
    either = extension("requirement-alternative", valueId="either")
    needs = [need("Patient", "cohort"), need("Observation", "feature", link, either),
             need("Patient", "feature", either), need("Device", "optional", id="device")]  # fmt: skip
    assert run(tmp_path, *needs, nodes=nodes).usable == 3


@pytest.mark.parametrize("apart", ["", "file"])
def test_usable_resources_are_written_and_others_not(tmp_path: Path, apart: str) -> None:
    written = tmp_path / "usable.ndjson"
    nodes = [*people("1", "2"), {"resourceType": "Patient", "id": "3"}]
    nodes[3]["effectiveDateTime"] = "2025-06"
    needs = [need("Patient", "cohort"), need("Observation", "feature", mustSupport=["effective"])]
    found = run(tmp_path, *needs, nodes=nodes, write_usable=written, apart=apart)
    lines = [json.loads(each) for each in written.read_text(encoding="utf-8").splitlines()]
    assert found.written == len(lines) == 4
    assert {each["id"] for each in lines} == {"1", "o-1", "2", "o-2"}
    (tmp_path / "by-type").mkdir()
    assert run(tmp_path, *needs, nodes=nodes, write_usable=tmp_path / "by-type", apart=apart).written == 4
    patients = (tmp_path / "by-type" / "Patient.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(each)["id"] for each in patients] == ["1", "2"]
    assert (tmp_path / "by-type" / "Observation.ndjson").read_text(encoding="utf-8").count("\n") == 2
    with pytest.raises(UsageError, match="exactly one --use-case"):
        fhircheck.check(tmp_path / "data.ndjson", write_usable=written)
    assert not list(tmp_path.glob(".*part"))


def test_the_result_is_the_same_however_the_work_is_spread(tmp_path: Path) -> None:
    sepsis = Path(__file__).parents[3] / "sample_bundles" / "use-cases" / "sepsis-diagnosis-support" / "flawed"
    nodes = [each["resource"] for each in json.loads((sepsis / "bundle.json").read_text("utf-8"))["entry"]]
    results = []
    for name, order in (("a", nodes), ("b", nodes[::-1])):
        file = tmp_path / f"{name}.ndjson"
        file.write_text("".join(json.dumps(each) + "\n" for each in order), encoding="utf-8")
        found = fhircheck.check(file, use_cases="sepsis-diagnosis-support", now=datetime(2026, 1, 1, tzinfo=UTC))
        one = found.use_cases[0]
        results.append((one.steps, one.subgroups, one.classes, one.leaks, one.details, one.usable))
    assert results[0] == results[1]
