"""Records that a Croissant card offers are those that its reader gives back: columns, then the reader itself."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fhircheck.report.card.croissant import _record_set
from fhircheck.report.card.loadable import Tables, tables_beside

CODED = {"coding": [{"code": "a"}, {"code": "b"}], "text": "t"}
ALL = [
    {"id": "007", "birthDate": "1950-02-01", "active": True,
     "name": [{"family": "A", "given": ["B", "C"]}, {"text": "D"}]},
    {"id": "x", "birthDate": "1951-03-02", "multipleBirthInteger": 2, "generalPractitioner": [],
     "extension": [{"url": "u", "valueString": "s"}], "maritalStatus": CODED, "Mustermann": {"Max": "x"},
     "communication": [{"language": CODED, "preferred": False}],
     "contact": [{"name": {"Mustermann": 1, "family": "E"}}]},
]  # fmt: skip
CASES: dict[str, tuple[list[dict[str, Any]], dict[str, tuple[str, bool, list[str]]]]] = {
    "scalars, objects, lists": (ALL, {
        "id": ("sc:Text", False, []),
        "active": ("sc:Boolean", False, []),
        "birthDate": ("sc:Date", False, []),
        "multipleBirthInteger": ("sc:Integer", False, []),
        "name.family": ("sc:Text", True, ["family"]),
        "name.given": ("sc:Text", True, ["given[0]"]),
        "name.text": ("sc:Text", True, ["text"]),
        "maritalStatus.text": ("sc:Text", False, ["text"]),
        "maritalStatus.coding.code": ("sc:Text", True, ["coding", "code"]),
        "communication.preferred": ("sc:Boolean", True, ["preferred"]),
        "communication.language.text": ("sc:Text", True, ["language.text"]),
        "communication.language.coding.code": ("sc:Text", True, ["language.coding[0].code"]),
        "contact.name.family": ("sc:Text", True, ["name.family"]),
    }),
    "numbers as text are kept where nothing is lost": ([{"id": "10"}, {"id": "7"}], {"id": ("sc:Text", False, [])}),
    "leading zeros are lost": ([{"id": "007"}, {"id": "8"}], {}),
    "numbers with gaps become fractions": ([{"id": "7"}, {"active": True}], {"active": ("sc:Boolean", False, [])}),
    "words that are numbers": ([{"id": "nan"}, {"id": "1e3"}], {}),
    "days and years": ([{"birthDate": "1950"}, {"birthDate": "1950-02-01"}], {"birthDate": ("sc:Text", False, [])}),
    "days that are none": ([{"birthDate": "1950-02-30"}], {"birthDate": ("sc:Text", False, [])}),
    "moments": ([{"deceasedDateTime": "2024-05-01T10:00:00+02:00"}], {"deceasedDateTime": ("sc:DateTime", False, [])}),
    "two forms": ([{"maritalStatus": CODED}, {"maritalStatus": [CODED]}, {"active": True, "name": [["x"]]}],
                  {"active": ("sc:Boolean", False, [])}),
    "values of another type": ([{"active": "yes", "gender": 5, "multipleBirthInteger": 1.5, "id": "a"}],
                               {"id": ("sc:Text", False, [])}),
    "half a character": ([{"id": "\ud800"}], {}),
}  # fmt: skip


def written(folder: Path, name: str, nodes: list[dict[str, Any]], kind: str = "Patient") -> None:
    lines = "".join(json.dumps({"resourceType": kind, **node}) + "\n" for node in nodes)
    (folder / name).write_text(lines, encoding="utf-8")


def beside(folder: Path) -> Tables:
    return tables_beside(str(folder / "data.croissant.json"), lambda path: True)


def fields(folder: Path, at: int = 0) -> dict[str, tuple[str, bool, list[str]]]:
    tables = beside(folder).loaded
    found = _record_set(tables[at])["field"] if tables else []
    return {
        each["@id"].partition(".")[2]: (
            each["dataType"],
            each.get("repeated", False),
            [step["jsonPath"] for step in each["source"].get("transform", ())],
        )
        for each in found
    }


@pytest.mark.parametrize("case", CASES)
def test_fields_are_what_comes_back_as_it_is(case: str, tmp_path: Path) -> None:
    nodes, expected = CASES[case]
    written(tmp_path, "Patient.ndjson", nodes)
    assert fields(tmp_path) == expected


def test_a_column_called_date_is_guessed_to_hold_moments(tmp_path: Path) -> None:
    """Where all are days or all are moments that guess is right; of months and days the reader makes days."""
    written(tmp_path, "Composition.ndjson", [{"date": "2024-05-01"}, {"date": "2024-05-02"}], "Composition")
    written(tmp_path, "Consent.ndjson", [{"dateTime": "2024-05"}, {"dateTime": "2024-05-02"}], "Consent")
    written(tmp_path, "List.ndjson", [{"date": "2024-05"}, {"date": "2024-05-02"}, {"id": "a"}], "List")
    assert beside(tmp_path).left_out == ("Consent",)
    assert fields(tmp_path) == {"date": ("sc:Date", False, [])}
    assert fields(tmp_path, 1) == {"id": ("sc:Text", False, [])}


def test_several_files_are_read_each_by_itself(tmp_path: Path) -> None:
    written(tmp_path, "Patient.000.ndjson", [{"id": "a", "gender": "male", "active": True}])
    written(tmp_path, "Patient.001.ndjson", [{"id": "7", "gender": "female"}])
    [table] = beside(tmp_path).loaded
    assert table.patterns == ("Patient.ndjson", "Patient[._-]*.ndjson")
    assert table.records == 2
    assert [each.names for each in table.columns] == [("gender",)]


@pytest.mark.parametrize(
    "line",
    ['{"resourceType": "Observation"}', "{", "7", '{"resourceType": "Patient", "x": 9223372036854775808}',
     '{"resourceType": "Patient", "x": NaN}', "\ufeff{}"],
)  # fmt: skip
def test_a_file_that_holds_anything_else_is_left_out(line: str, tmp_path: Path) -> None:
    written(tmp_path, "Patient.ndjson", [{"id": "a"}])
    written(tmp_path, "Mustermann.ndjson", [{"id": "a"}])  # no type, and named nowhere
    with (tmp_path / "Patient.ndjson").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    assert beside(tmp_path) == Tables((), ("Patient",))


def test_files_of_other_data_are_left_out(tmp_path: Path) -> None:
    written(tmp_path, "Patient.ndjson", [{"id": "a"}])
    written(tmp_path, "Patient-2.ndjson", [{"id": "b"}])
    card = str(tmp_path / "data.croissant.json")
    assert tables_beside(card, lambda path: path.endswith("t.ndjson")).left_out == ("Patient",)
    (tmp_path / "Patient-2.ndjson").unlink()
    assert tables_beside(card, lambda path: path.endswith("t.ndjson")).loaded


LOAD = """
import json, sys, mlcroissant
read = mlcroissant.Dataset(sys.argv[1])
def plain(value):
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return value.decode()
    return value.isoformat() if hasattr(value, "isoformat") else value
print(json.dumps({name: [{key: plain(value) for key, value in record.items()} for record in read.records(name)]
                  for name in [each.name for each in read.metadata.record_sets]}))
"""


def test_the_reader_gives_the_records_back(tmp_path: Path) -> None:
    """Through the real command and mlcroissant: data with a file for each type and the card beside it."""
    numbers = [{"id": "10", "status": "final", "code": CODED, "category": [CODED, {"text": "c"}],
                "valueQuantity": {"value": 7.25}, "effectiveDateTime": "2024-05-01T10:00:00+02:00"},
               {"id": "9", "status": "final", "code": {"text": "u"}, "valueBoolean": True}]  # fmt: skip
    written(tmp_path, "Patient.ndjson", ALL)
    written(tmp_path, "Observation.0.ndjson", numbers, "Observation")
    written(tmp_path, "Encounter.ndjson", [{"id": "e"}], "Patient")
    command = [
        sys.executable,
        "-m",
        "fhircheck",
        "check",
        ".",
        "--offline",
        "--card",
        "d.croissant.json",
        "--output",
        "/dev/null",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert "no records of Encounter load through the card" in done.stderr, done.stderr
    text = (tmp_path / "d.croissant.json").read_text(encoding="utf-8")
    assert "Mustermann" not in text
    assert "1950" not in text
    command = [sys.executable, "-c", LOAD, "d.croissant.json"]
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert again.returncode == 0, again.stderr[-2000:]
    records = json.loads(again.stdout)
    assert sorted(records) == ["Observation", "Patient"]
    assert records["Observation"] == [
        {"Observation.id": "10", "Observation.status": "final", "Observation.code.coding.code": ["a", "b"],
         "Observation.code.text": "t", "Observation.category.coding.code": ["a", None],
         "Observation.category.text": ["t", "c"], "Observation.valueQuantity.value": 7.25,
         "Observation.effectiveDateTime": "2024-05-01T10:00:00+02:00", "Observation.valueBoolean": None},
        {"Observation.id": "9", "Observation.status": "final", "Observation.code.coding.code": None,
         "Observation.code.text": "u", "Observation.category.coding.code": None, "Observation.category.text": None,
         "Observation.valueQuantity.value": None, "Observation.effectiveDateTime": None,
         "Observation.valueBoolean": True},
    ]  # fmt: skip
    assert [each["Patient.id"] for each in records["Patient"]] == ["007", "x"]
    assert [each["Patient.name.given"] for each in records["Patient"]] == [["B", None], None]
    assert [each["Patient.birthDate"] for each in records["Patient"]] == ["1950-02-01T00:00:00", "1951-03-02T00:00:00"]
