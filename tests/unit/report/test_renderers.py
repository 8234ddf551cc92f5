"""The table of renderers, and the forms for machines: JSON against its schema, NDJSON line by line."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import fhircheck.report
from fhircheck.model.issue import Issue, Place, params
from fhircheck.model.report import RunReport, Verdict
from fhircheck.report import RENDERERS
from fhircheck.report.json import document
from fhircheck.report.ndjson import encoded
from fhircheck.report.outcome import outcome
from fhircheck.report.shown import Disguise, View
from tests.golden.sample_reports import CLEAN, EVERYTHING, FINDINGS, HOSTILE

FOLDER = Path(fhircheck.report.__file__).parent
SCHEMA: dict[str, Any] = json.loads((FOLDER / "report.schema.json").read_text(encoding="utf-8"))
MEMBERS = [
    "source",
    "resource",
    "severity",
    "kind",
    "expression",
    "line",
    "column",
    "message",
    "profile",
    "fingerprint",
]


def drawn(form: str, report: RunReport, view: View, findings: list[Issue]) -> str:
    written: list[str] = []
    sink = RENDERERS[form].sink(view, written.append)
    if sink:
        sink(findings)
    RENDERERS[form].finish(report, view, written.append)
    return "".join(written)


def test_table_and_folder_agree() -> None:
    files = {
        path.stem for path in FOLDER.rglob("*.py") if "\nclass " in (text := path.read_text()) and "def finish" in text
    }
    assert files - {"__init__"} == {name.replace("-", "_") for name in RENDERERS.names}


def schemas(node: Any) -> list[dict[str, Any]]:
    """Every subschema."""
    found = [node] if isinstance(node, dict) and {"type", "$ref", "anyOf", "enum", "const"} & set(node) else []
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return found + [each for child in children for each in schemas(child)]


def test_schema_is_valid_and_closed_and_describes_everything() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    elsewhere = SCHEMA["properties"]["servers"]["items"]  # server_report.schema.json describes it
    for each in schemas(SCHEMA):
        if each.get("type") == "object" and each is not elsewhere:
            assert each["additionalProperties"] is False
            assert each["required"] == list(each["properties"])
        for name, member in each.get("properties", {}).items() if each.get("type") == "object" else ():
            assert member.get("description"), name


@pytest.mark.parametrize("report", [CLEAN, EVERYTHING], ids=["clean", "everything"])
@pytest.mark.parametrize("view", [View(), View(language="de", show_values=True), View(names=Disguise(b"k"))])
def test_json_keeps_its_contract(report: RunReport, view: View) -> None:
    read = json.loads(drawn("json", report, view, []))
    jsonschema.Draft202012Validator(SCHEMA).validate(read)
    assert list(read) == list(SCHEMA["properties"])


def test_the_contract_is_not_empty() -> None:
    read = document(EVERYTHING, View())
    read["issues"][0]["examples"][0]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(read)


def test_two_runs_differ_in_the_header_only() -> None:
    later = replace(EVERYTHING, header=replace(EVERYTHING.header, started="2026-01-01T00:00:00Z", duration=1.0, jobs=8))
    one, two = (document(each, View()) for each in (EVERYTHING, later))
    assert one != two
    assert {**one, "header": None} == {**two, "header": None}


def test_exact_fractions_and_no_false_hundred() -> None:
    read = document(replace(CLEAN, coverage=1 - Fraction(1, 10**9)), View())
    assert read["coverage"] == {"numerator": 999_999_999, "denominator": 1_000_000_000, "value": 0.999999}
    assert document(replace(CLEAN, coverage=None), View())["coverage"] is None


def test_ndjson_has_all_members_in_order_and_the_schema_knows_them() -> None:
    lines = drawn("ndjson", EVERYTHING, View("validate"), FINDINGS).splitlines()
    assert len(lines) == len(FINDINGS)
    finding = {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "$ref": "#/$defs/finding"}
    for line in lines:
        read = json.loads(line)
        assert list(read) == MEMBERS
        jsonschema.Draft202012Validator(finding).validate(read)


def test_ndjson_says_null_for_what_is_unknown() -> None:
    read = json.loads(drawn("ndjson", CLEAN, View(), [Issue("x", "error", Place("a.json"))]))
    assert [name for name in MEMBERS if read[name] is None] == ["resource", "expression", "line", "column", "profile"]


def test_ndjson_is_written_as_findings_come() -> None:
    written: list[str] = []
    sink = RENDERERS["ndjson"].sink(View(), written.append)
    assert sink
    sink(FINDINGS[:2])
    assert len("".join(written).splitlines()) == 2
    sink(FINDINGS[2:3])
    assert len("".join(written).splitlines()) == 3


@pytest.mark.parametrize("form", ["text", "json", "ndjson"])
@pytest.mark.parametrize("command", ["check", "validate"])
def test_no_form_lets_a_terminal_be_steered(form: str, command: str) -> None:
    text = drawn(form, EVERYTHING, View(command, show_values=True), [HOSTILE])
    assert not {each for each in text if ord(each) < 32 or 127 <= ord(each) < 160} - {"\n"}


@pytest.mark.parametrize("form", ["text", "json", "ndjson"])
@pytest.mark.parametrize("command", ["check", "validate"])
def test_values_and_ids_stay_hidden(form: str, command: str) -> None:
    view = View(command, names=Disguise(b"k"))
    text = drawn(form, EVERYTHING, view, FINDINGS)
    for secret in ("MÃ¼ller", "1980-02-31", "4711", "musterstadt", "labor.ndjson", "lab-3"):
        assert secret not in text
    assert "1980-02-31" in drawn(form, EVERYTHING, View(command, show_values=True), FINDINGS)


def test_encoded_survives_what_utf_8_cannot_hold() -> None:
    text = encoded({"name": "a\udc80b\x9b\u2028"})
    assert text.encode() == '{"name": "a\ufffdb\\u009b\\u2028"}'.encode()
    assert json.loads(text)["name"] == "a\ufffdb\x9b\u2028"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "valid"),
        ({"coverage": Fraction(999, 1000)}, "no-errors-found"),
        ({"sources": replace(CLEAN.sources, sampled=3)}, "no-errors-found"),
        ({"totals": (("warning", "x", 3),)}, "valid"),
        ({"totals": (("error", "x", 1),)}, "invalid"),
        ({"totals": (("fatal", "x", 1),), "verdict": Verdict(3, ("y",))}, "invalid"),
        ({"verdict": Verdict(3, ("coverage",))}, "not-checked"),
        ({"resources": (), "coverage": None}, "not-checked"),
        ({"coverage": None}, "no-errors-found"),
    ],
)
def test_outcome(changes: dict[str, Any], word: str) -> None:
    assert outcome(replace(CLEAN, **changes)) == word


def test_params_order_does_not_matter() -> None:
    one = Issue("x", "error", Place(), params(b=1, a=2))
    assert drawn("ndjson", CLEAN, View(), [one]) == drawn(
        "ndjson", CLEAN, View(), [one._replace(params=params(a=2, b=1))]
    )
