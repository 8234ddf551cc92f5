"""The forms of a server's report: schema, resources that our own validator takes, no claim that was not tested."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from fhircheck import validate
from fhircheck.model.errors import UsageError
from fhircheck.probe.fhir_reports import as_operation_outcome, as_test_report
from fhircheck.probe.judging import exit_code
from fhircheck.probe.result import ActorResult, RequirementResult
from fhircheck.probe.server_changes import Change
from fhircheck.probe.server_form import load_server_json, schema, server_json, server_json_text
from fhircheck.probe.server_formats import FORMS, Wish
from fhircheck.probe.server_tables import headline
from fhircheck.report.shown import View
from tests.unit.probe.server_samples import EVERYTHING, MET, UNTOLD, report

LOST = (Change("removed", "Patient.read", breaking=True),)
ALL = {"everything": EVERYTHING, "met": MET, "untold": UNTOLD}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("changes", [None, (), LOST], ids=["no-baseline", "same", "lost"])
def test_json_is_by_its_schema(name: str, changes) -> None:
    jsonschema.validate(server_json(ALL[name], changes=changes), schema())
    jsonschema.validate(json.loads(server_json_text(ALL[name], changes=changes)), schema())


def test_the_schema_itself_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_shares_are_exact() -> None:
    """By hand: SHALL met 3 (declared: Patient, read, family), 1 (probed: read); unmet declared: valid, given; probed:
    family. SHOULD unmet declared 1. Untold: read.probed no; given.probed, exact.probed (SHALL), xml.probed (SHOULD).
    met 2*4 = 8; unmet 2*3+1 = 7; not tested 2*2+1 = 5."""
    score = server_json(EVERYTHING)["score"]
    assert score["value"] == "160/3"
    assert score["coverage"] == "3/4"


@pytest.mark.parametrize(
    ("name", "changes", "fail_on", "code"),
    [
        ("met", None, "SHALL", 0), ("untold", None, "SHALL", 0), ("met", LOST, "SHALL", 1), ("met", LOST, "never", 0),
        ("met", (), "SHALL", 0), ("everything", None, "never", 3), ("everything", LOST, "SHALL", 3),
    ],
)  # fmt: skip
def test_exit_codes(name: str, changes, fail_on: str, code: int) -> None:
    assert exit_code(ALL[name], fail_on, changes) == code


def only(expectation: str):
    row = RequirementResult("x", "Patient.read", expectation, "unmet", "not-tested", "not-declared")
    return report(ActorResult("x", "X", "", "", (row,)), issues=())


@pytest.mark.parametrize(("expectation", "codes"), [("SHALL", (1, 1, 0)), ("SHOULD", (0, 1, 0)), ("MAY", (0, 0, 0))])
def test_fail_on(expectation: str, codes: tuple[int, ...]) -> None:
    assert tuple(exit_code(only(expectation), each) for each in ("SHALL", "SHOULD", "never")) == codes


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("met", None, "ALL DEMANDS MET"), ("untold", None, "NO DEMAND UNMET"), ("met", LOST, "INTERFACES LOST"),
        ("everything", None, "COULD NOT CHECK"),
    ],
)  # fmt: skip
def test_headline(name: str, changes, words: str) -> None:
    assert headline(ALL[name], changes=changes).startswith(words)


def test_without_probes_nothing_is_called_met() -> None:
    from dataclasses import replace

    assert headline(replace(MET, probes=())).startswith("NO DEMAND UNMET")


@pytest.mark.parametrize("name", ALL)
def test_resources_pass_our_own_validator(name: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(as_test_report(ALL[name]), encoding="utf-8")
    (tmp_path / "outcome.json").write_text(as_operation_outcome(ALL[name]), encoding="utf-8")
    found = validate(tmp_path, offline=True)
    assert {kind for kind, _, _ in found.resources} == {"TestReport", "OperationOutcome"}
    assert [each for each in found.totals if each[0] in ("fatal", "error", "warning")] == []


@pytest.mark.parametrize(("name", "result"), [("met", "pass"), ("untold", "pending"), ("everything", "fail")])
def test_a_test_report_passes_only_what_was_tested(name: str, result: str) -> None:
    assert json.loads(as_test_report(ALL[name]))["result"] == result


def test_asserts_by_hand() -> None:
    node = json.loads(as_test_report(EVERYTHING))
    found = [(each["assert"]["message"], each["assert"]["result"]) for each in node["test"][1]["action"]]
    assert found == [
        ("SHALL Patient, declared", "pass"),
        ("SHALL Patient.read, declared", "pass"),
        ("SHALL Patient.read, probed", "pass"),
        ("SHALL Patient.searchParam:family, declared", "pass"),
        ("SHALL Patient.searchParam:family, probed", "fail"),
        ("SHALL Patient.searchParam:given, declared", "fail"),
        ("SHALL Patient.searchParam:given, probed", "skip"),
        ("SHALL Patient.searchParam:family:exact, probed", "skip"),
        ("SHOULD rest.format:xml, declared", "warning"),
        ("SHOULD rest.format:xml, probed", "skip"),
        ("MAY Patient.profile:https://profiles.ihe.net/ITI/PDQm/Patient, declared", "warning"),
    ]
    assert node["score"] == 44.4  # 4 of 9 that were judged, with capability.valid


def test_an_outcome_has_an_issue_for_each_unmet_demand() -> None:
    issues = json.loads(as_operation_outcome(EVERYTHING))["issue"]
    assert [(each["severity"], each["code"]) for each in issues] == [
        ("error", "not-supported"), ("error", "processing"), ("error", "not-supported"), ("warning", "not-supported"),
        ("information", "not-supported"), ("fatal", "exception"),
    ]  # fmt: skip
    assert [each["severity"] for each in json.loads(as_operation_outcome(UNTOLD))["issue"]] == ["information"]
    assert "not tested: 1" in json.loads(as_operation_outcome(UNTOLD))["issue"][0]["details"]["text"]


def test_csv_has_a_row_for_each_demand_and_no_formulas() -> None:
    row = RequirementResult("x", "=cmd|'/c calc'!A1", "MAY", "unmet", "not-tested", "not-declared")
    text = FORMS["csv"](report(ActorResult("x", "X", "", "", (row,))), Wish(View("server")))
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert rows[1][1] == "'=cmd|'/c calc'!A1"
    everything = list(csv.DictReader(io.StringIO(FORMS["csv"](EVERYTHING, Wish(View("server"))))))
    assert len(everything) == 8
    assert everything[3]["why"] == "the CapabilityStatement has errors"


def test_markup_of_the_server_stays_text() -> None:
    text = FORMS["markdown"](EVERYTHING, Wish(View("server")))
    assert r"Example \[server\] 7.1" in text


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "is no JSON"), ("[]", "no saved server report"), ('{"form": 2}', "no saved server report")],
)
def test_a_baseline_that_is_none(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        load_server_json(str(path))
    with pytest.raises(UsageError, match="no such file"):
        load_server_json(str(tmp_path / "missing.json"))
