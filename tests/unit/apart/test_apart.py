"""Sources measured apart are measured as if each were alone; the whole is counted once; pairs say what blocks them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import fhircheck
from fhircheck.model.report import RunReport
from fhircheck.model.small_cells import Cell
from fhircheck.model.source_facts import OTHER_SOURCES, SOURCES
from fhircheck.model.source_group import SourcePair
from fhircheck.report import RENDERERS
from fhircheck.report.shown import Disguise, View

KVNR = "http://fhir.de/sid/gkv/kvid-10"
ICD = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
SECRET = "S123456789"


def patient(number: int, *identifiers: tuple[str, str], **more: Any) -> dict[str, Any]:
    named = [{"system": system, "value": value} for system, value in identifiers]
    return {"resourceType": "Patient", "id": str(number), "identifier": named, **more}


def hb(number: int, unit: str, patient_id: int, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "valueQuantity": {"value": 8, "system": "http://unitsofmeasure.org", "code": unit},
        **more,
    }


def condition(version: str, system: str = ICD, about: int = 1) -> dict[str, Any]:
    coding = {"system": system, "version": version, "code": "I10.90"}
    return {"resourceType": "Condition", "code": {"coding": [coding]}, "subject": {"reference": f"Patient/{about}"}}


EHR = [
    *(patient(number, ("http://kh.example/pid", str(number)), (KVNR, f"A{number}")) for number in range(40)),
    patient(99, (KVNR, SECRET)),
    *(hb(number, "g/dL", number) for number in range(40)),
    condition("2024"),
]
LAB = [
    *(patient(number, (KVNR, f"A{number - 1000}")) for number in range(1000, 1025)),
    *(hb(number, "mmol/L", number) for number in range(1000, 1025)),
    hb(2000, "mmol/L", 1000, encounter={"reference": "Encounter/not-there"}),
    condition("2023", about=1000),
]


def written(folder: Path, **sources: list[dict[str, Any]]) -> list[Path]:
    paths = [folder / f"{name}.ndjson" for name in sources]
    for path, nodes in zip(paths, sources.values(), strict=True):
        path.write_text("".join(json.dumps(node) + "\n" for node in nodes), encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return written(tmp_path_factory.mktemp("apart"), ehr=EHR, lab=LAB)


@pytest.fixture(scope="module")
def report(files: list[Path]) -> RunReport:
    return fhircheck.check(*files, apart="file", offline=True)


def one_pair(folder: Path, first: list[dict[str, Any]], second: list[dict[str, Any]]) -> SourcePair:
    [pair] = fhircheck.check(*written(folder, a=first, b=second), apart="file", offline=True).pairs
    return pair


def test_each_is_measured_as_if_it_were_alone(report: RunReport, files: list[Path]) -> None:
    for group, path in zip(report.groups, files, strict=True):
        alone = fhircheck.check(path, offline=True)
        assert group.name == str(path)
        assert group.measures == alone.measures
        assert group.scores == alone.scores
        assert dict(group.resources) == {name: count for name, count, _ in alone.resources}


def test_the_whole_is_counted_once(report: RunReport, files: list[Path]) -> None:
    together = fhircheck.check(*files, offline=True)
    assert (report.measures, report.scores, report.resources) == (
        together.measures,
        together.scores,
        together.resources,
    )
    assert not together.groups
    assert not together.pairs


def test_the_same_with_more_processes(report: RunReport, files: list[Path]) -> None:
    again = fhircheck.check(*files, apart="file", offline=True, jobs=2)
    assert again.groups == report.groups
    assert again.pairs == report.pairs


def test_patients_in_both(report: RunReport) -> None:
    [pair] = report.pairs
    assert pair.shared == Cell(25, 25)
    assert [(each.system, each.shared) for each in pair.common] == [(KVNR, Cell(25, 25))]
    assert {each.system: each.patients for each in report.groups[0].identifiers} == {
        KVNR: Cell(41, 41),
        "http://kh.example/pid": Cell(40, 40),
    }


def test_what_blocks_joining(report: RunReport) -> None:
    barriers = {each.kind: each for each in report.pairs[0].barriers}
    assert set(barriers) == {"other-units", "other-versions"}
    units = barriers["other-units"]
    assert (units.what, units.first, units.second) == ("http://loinc.org|718-7", ("g/dL",), ("mmol/L",))
    assert barriers["other-versions"].first == ("2024",)


def test_few_patients_are_not_shown(tmp_path: Path) -> None:
    first = [patient(number, (KVNR, f"A{number}")) for number in range(20)]
    assert one_pair(tmp_path, first, first[:5]).shared == Cell(1, 9)
    hidden = one_pair(tmp_path, first, first[:15]).shared
    assert hidden.count is None  # 15 of 20 would give away the 5 that are in one source only
    assert hidden.least <= 15 <= (hidden.most or 99)


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        ([patient(7, ("http://other.example", "1"))], "no-common-identifier"),
        ([patient(7)], "no-identifiers"),
        ([patient(7, (KVNR, "B1"))], "no-common-patient"),
        ([patient(1, (KVNR, "B1"))], "same-ids-other-patients"),
        ([condition("2024", "http://snomed.info/sct")], "other-code-systems"),
        ([hb(1, "g/L", 1)], "other-units"),
        ([hb(1, "g/dL", 1, meta={"profile": ["http://p/2|1"]})], "other-profiles"),
        ([hb(1, "g/dL", 1, meta={"profile": ["http://p/1|2"]})], "other-versions"),
    ],
)
def test_every_barrier(tmp_path: Path, second: list[dict[str, Any]], kind: str) -> None:
    first = [
        patient(1, (KVNR, "A1")),
        hb(1, "g/dL", 1, meta={"profile": ["http://p/1|1"]}),
        condition("2024"),
    ]
    kinds = [each.kind for each in one_pair(tmp_path, first, second).barriers]
    assert kind in kinds
    assert not one_pair(tmp_path, first, first).barriers


def test_what_is_partly_the_same_blocks_nothing(tmp_path: Path) -> None:
    first = [patient(1, (KVNR, "A1")), hb(1, "g/dL", 1), hb(2, "mmol/L", 1)]
    assert not one_pair(tmp_path, first, first[:2]).barriers


def test_an_identifier_without_a_value_identifies_nobody(tmp_path: Path) -> None:
    pair = one_pair(tmp_path, [patient(1, (KVNR, ""))], [patient(2, (KVNR, " "))])
    assert [each.kind for each in pair.barriers] == ["no-identifiers"]
    assert pair.shared == Cell(0, 0)


def test_more_sources_than_are_kept_apart(tmp_path: Path) -> None:
    many = {f"s{number:02}": [hb(1, "g/dL", number)] for number in range(3 * SOURCES)}
    report = fhircheck.check(*written(tmp_path, **many), apart="file", offline=True)
    assert [group.name for group in report.groups][-1] == OTHER_SOURCES
    assert len(report.groups) == SOURCES + 1
    assert [sum(count for _, count in group.resources) for group in report.groups] == [1] * SOURCES + [2 * SOURCES]
    assert [group.name[-10:-7] for group in report.groups[:2]] == ["s00", "s01"]


def test_by_what_resources_say(tmp_path: Path) -> None:
    nodes = [hb(number, "g/dL", 1, meta={"source": f"https://{name}.example#r{number}"}) for number, name in
             enumerate(("lab", "ehr", "lab"))]  # fmt: skip
    path = written(tmp_path, all=[*nodes, hb(9, "g/dL", 1)])[0]
    report = fhircheck.check(path, apart="source", offline=True)
    assert [(group.name, dict(group.resources)) for group in report.groups] == [
        ("", {"Observation": 1}),
        ("https://ehr.example", {"Observation": 1}),
        ("https://lab.example", {"Observation": 2}),
    ]


def drawn(form: str, report: RunReport, view: View) -> str:
    written: list[str] = []
    RENDERERS[form].finish(report, view, written.append)
    return "".join(written)


@pytest.mark.parametrize("language", ["en", "de"])
def test_text(report: RunReport, language: str) -> None:
    text = drawn("text", report, View(language=language))
    section = text[text.index({"en": "SOURCES APART", "de": "QUELLEN GETRENNT"}[language]) :]
    for word in ("mmol/L", "2024", KVNR, "A – B", "25"):
        assert word in section
    assert ("other units" if language == "en" else "andere Einheiten") in section
    assert all(len(line) <= 80 for line in section.splitlines() if "/" not in line)


def test_json_keeps_its_contract_and_no_identifier_shows(report: RunReport) -> None:
    schema = json.loads((Path(fhircheck.__file__).parent / "report/report.schema.json").read_text())
    for view in (View(), View(names=Disguise(b"k"))):
        text = drawn("json", report, view)
        jsonschema.Draft202012Validator(schema).validate(json.loads(text))
        assert SECRET not in text
        assert (str(report.groups[0].name) in text) is not bool(view.names.key)


def test_report_without_values(report: RunReport) -> None:
    assert SECRET not in drawn("text", replace(report), View())


def test_odd_json_raises_nothing(tmp_path: Path) -> None:
    odd = [
        {"resourceType": "Patient", "id": 7, "identifier": [None, 3, {"system": 4, "value": {}}], "meta": []},
        {"resourceType": "Observation", "code": [1], "component": [None, {"valueQuantity": 7}], "meta": {"profile": 1}},
        {"resourceType": "Condition", "code": {"coding": {"code": 1}}},
        {"resourceType": ["Patient"]},
    ]
    report = fhircheck.check(*written(tmp_path, a=odd, b=odd), apart="file", offline=True)
    assert len(report.groups) == 2
