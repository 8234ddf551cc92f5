"""Tables of the user's own: they go before ours, and what is wrong in one is told in one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fhircheck.api import run_options
from fhircheck.cli import main
from fhircheck.measures.tools import Tools
from fhircheck.model.errors import UsageError
from fhircheck.model.measure_options import MeasureOptions
from tests.unit.measures.judged import counts, judged

TABLES = {
    "value_ranges": "loinc,unit,low,high,source\n8310-5,Cel,30,43,our clinic\n",
    "unit_groups": "# ours\nloinc,units,source\n718-7,mmol/L,our laboratory\n",
    "sex_codes": "systems,code,match,sex,source\nurn:ours,P1,exact,female,our catalogue\n",
}


def observation(code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit},
    }


def written(folder: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_own_tables_go_before_ours(tmp_path: Path) -> None:
    tools = Tools(options=MeasureOptions(tables=str(written(tmp_path, **TABLES))))
    patient = {"resourceType": "Patient", "id": "1", "gender": "male"}
    coded = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/1"},
        "code": {"coding": [{"system": "urn:ours", "code": "P1"}]},
    }
    results = judged(observation("8310-5", 44, "Cel"), observation("718-7", 13, "g/dL"), patient, coded, tools=tools)
    assert counts(results["value-in-range"]) == (0, 1, 0)
    assert counts(results["unit-plausible"]) == (0, 1, 0)
    assert counts(results["sex-plausible"]) == (0, 1, 0)


def test_one_own_table_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    tools = Tools(options=MeasureOptions(tables=str(written(tmp_path, value_ranges=TABLES["value_ranges"]))))
    assert counts(judged(observation("718-7", 13, "g/dL"), tools=tools)["unit-plausible"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("value_ranges", "loinc,unit,low\n8310-5,Cel,30\n", "the table has no column high, source"),
        (
            "value_ranges",
            "loinc,unit,low,high,source\n8310-5,Cel,x,43,us\n",
            "value_ranges.csv, line 2: low is no numb",
        ),
        ("value_ranges", "# a\nloinc,unit,low,high,source\n8310-5,Cel,nan,43,us\n", "line 3: low is no number"),
        ("value_ranges", "loinc,unit,low,high,source\n8310-5,Cel,44,43,us\n", "line 2: low 44 is above high 43"),
        ("value_ranges", "loinc,unit,low,high,source\n8310-5,grad,30,43,us\n", "line 2: grad is no UCUM unit"),
        ("unit_groups", "loinc,units,source\n718-7,,us\n", "line 2: nothing is no UCUM unit"),
        ("unit_groups", "loinc,units,source\n,g/L,us\n", "line 2: there is no code"),
        ("sex_codes", "systems,code,match,sex,source\nurn:a,1,exact,weiblich,us\n", "line 2: sex is female or male"),
        ("value_range", TABLES["value_ranges"], "no table is called value_range.csv"),
    ],
)
def test_a_wrong_table_is_told_before_anything_is_read(tmp_path: Path, name: str, text: str, said: str) -> None:
    folder = written(tmp_path, **{name: text})
    with pytest.raises(UsageError, match=said) as told:
        run_options(("data.json",), tables=folder)
    assert "\n" not in str(told.value)


def test_a_folder_without_tables(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no table"):
        run_options(("data.json",), tables=str(tmp_path))
    with pytest.raises(UsageError, match="is not there"):
        run_options(("data.json",), tables=str(tmp_path / "none"))


def test_the_command_takes_tables(tmp_path: Path) -> None:
    data, tables = tmp_path / "data.json", tmp_path / "tables"
    tables.mkdir()
    data.write_text(json.dumps(observation("8310-5", 44, "Cel")), encoding="utf-8")
    asked = ["check", str(data), "--offline", "--format", "json", "--fail-on", "never", "--tables", str(tables)]
    wrong = CliRunner().invoke(main, asked)
    assert (wrong.exit_code, "holds no table" in wrong.output) == (2, True)
    written(tables, **TABLES)
    results = {each["name"]: each for each in json.loads(CliRunner().invoke(main, asked).stdout)["measures"]}
    assert (results["value-in-range"]["numerator"], results["value-in-range"]["denominator"]) == (0, 1)
