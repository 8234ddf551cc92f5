"""No personal value in any output: markers in every element that can hold one, then a search of all that is left.

Two sets: R4's own resource types with every element filled, sound and with leaves spoilt (tests/marked_data.py), and
files in which something is wrong right where a marker stands (tests/marked_faults.py). Searched are all forms in both
languages, and of every command standard output and error, with all logging and FHIRCHECK_DEBUG=1, and all it wrote.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

import fhircheck
from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.report import RENDERERS
from fhircheck.report.shown import View
from tests.loopback import Asked, Loopback, Reply
from tests.marked_data import Marks, resource_types, spoilt
from tests.marked_faults import files
from tests.marked_home import SPLIT, Home, leaks, marked_home

FHIR = {"Content-Type": "application/fhir+json"}


def drawn(form: str, report: RunReport, issues: list[Issue], view: View) -> str:
    """A report in one form, with all findings where the form lists them."""
    written: list[str] = []
    sink = RENDERERS[form].sink(view, written.append)
    if sink:
        sink(issues)
    RENDERERS[form].finish(report, view, written.append)
    return "".join(written)


@dataclass
class Checked:
    """A run over the marked resources."""

    marks: Marks
    issues: list[Issue] = field(default_factory=list)
    report: RunReport = field(init=False)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """Every resource type with every element filled, and each with some of the defects."""
    made = Checked(Marks())
    source = tmp_path_factory.mktemp("marked") / "all.ndjson"
    source.write_text("\n".join(spoilt(made.marks, resource_types())) + "\n", encoding="utf-8")
    made.report = fhircheck.check(source, sink=made.issues.extend, offline=True, apart="source", free_text=True)
    return made


def test_the_set_is_read_and_faulty(checked: Checked) -> None:
    """What is searched is no empty run: all types were read, and every defect was found."""
    assert {name for name, _, _ in checked.report.resources} >= set(resource_types())
    assert len(checked.marks.places) > 15_000
    kinds = {kind for _, kind, _ in checked.report.totals}
    assert kinds >= {"primitive-format", "array-unexpected", "mojibake", "html-in-text", "control-character",
                     "type-mismatch", "text-blank-ends", "required-binding"}  # fmt: skip


SLOW = ("measure-report", "html")  # for all types; test_markers_remembered.py has them for the faulty files
FORMS = [(form, each) for form in RENDERERS.names for each in ("en", "de") if form not in SLOW]


@pytest.mark.parametrize(("form", "language"), FORMS)
def test_no_form_shows_a_marker(form: str, language: str, checked: Checked) -> None:
    view = View("check", language, explain=True)
    assert leaks(drawn(form, checked.report, checked.issues, view), checked.marks) == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_finding_shows_a_marker(language: str, checked: Checked) -> None:
    """A finding's words come from its kind and params alone: one of each is enough."""
    each_once = list({(each.kind, each.params, each.value is None): each for each in checked.issues}.values())
    assert len(each_once) > 500
    for form in ("text", "ndjson"):
        text = drawn(form, checked.report, each_once, View("validate", language))
        assert text.count("\n") >= len(each_once)
        assert leaks(text, checked.marks) == []


def test_the_search_finds_what_is_opened(checked: Checked) -> None:
    """The same findings with their values: the markers are there."""
    opened = drawn("ndjson", checked.report, checked.issues[:2_000], View("validate", show_values=True))
    assert leaks(opened, checked.marks)


def test_no_notebook_and_no_table_shows_a_marker(checked: Checked) -> None:
    pytest.importorskip("pyarrow")
    tables = (checked.report.findings_table("de"), checked.report.measures_table(), checked.report.scores_table())
    for text in (checked.report._repr_html_(), *(str(each.to_pylist()) for each in tables)):
        assert leaks(text, checked.marks) == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The faulty files, and all that commands leave behind."""
    return marked_home(tmp_path_factory.mktemp("home"))


COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check", "data", "--offline", "--explain", "--apart", "source", "--card", "card.ttl",
              "--card", f"{SPLIT[2]}card.croissant.json", "--use-case", "telemedicine-vital-signs",
              "--write-usable", SPLIT[2]),
    "follow": ("follow", "data", "--offline", "--for", "0s", "--every", "1h"),
    "validate": ("validate", "data", "--offline", "--language", "de", "--explain", "--write-valid", SPLIT[0],
                 "--write-invalid", SPLIT[1], "--split-by", "patient"),
    "privacy": ("privacy", "data", "--language", "de"),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_leaves_a_marker(name: str, home: Home) -> None:
    home.assert_clean(home.run(*COMMANDS[name]), {1, 3} if name == "privacy" else {1})


def capability(marks: Marks) -> dict[str, Any]:
    """What a server says of itself, with texts in which people are named."""
    mark = marks.make("CapabilityStatement")
    return {
        "resourceType": "CapabilityStatement", "status": "active", "date": "2026-01-01", "kind": "instance",
        "fhirVersion": "4.0.1", "format": ["json"], "publisher": mark, "contact": [{"name": mark, "telecom": [
            {"system": "email", "value": f"{mark}@example.org"}]}], "implementation": {"description": mark},
        "rest": [{"mode": "server", "documentation": mark, "resource": [{"type": "Patient", "documentation": mark,
                  "interaction": [{"code": "search-type"}, {"code": "read"}], "searchParam": [
                      {"name": each, "type": kind} for each, kind in
                      (("name", "string"), ("birthdate", "date"), ("identifier", "token"), ("_id", "token"))]}]}],
    }  # fmt: skip


def clinic(marks: Marks) -> Callable[[Asked], Reply]:
    """A server of marked patients that repeats what it was asked, and names people in its refusals."""
    found = capability(marks)
    content = files(marks)
    patients = [json.loads(content[f"{each}.json"]) for each in ("identifiers", "dates", "elements", "mojibake")]
    patients = [{**each, "id": f"r{number}"} for number, each in enumerate(patients)]

    def answer(asked: Asked) -> Reply:
        path, _, query = asked.path.partition("?")
        if path.endswith("/metadata"):
            return 200, FHIR, json.dumps(found).encode()
        if path.endswith("/Patient") and "page=2" not in query:
            entries = [
                {"fullUrl": f"{path}/{each['id']}", "resource": each, "search": {"mode": "match"}} for each in patients
            ]
            links = [{"relation": "self", "url": asked.path}, {"relation": "next", "url": f"{path}?page=2"}]
            bundle = {"resourceType": "Bundle", "type": "searchset", "total": 9, "link": links, "entry": entries}
            return 200, FHIR, json.dumps(bundle).encode()
        mark = marks.make("OperationOutcome")
        issue = {
            "severity": "error",
            "code": "exception",
            "diagnostics": f"{mark} 1893-07-17",
            "details": {"text": mark},
        }
        return (
            400,
            {**FHIR, "X-Said": mark},
            json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode(),
        )

    return answer


SERVER = {
    "fetch": ("fetch", "{base}", "data/fetched", "--type", "Patient"),
    "check-server": ("check", "{base}/Patient?name=Zqx99999&birthdate=1893-07-17", "--format", "json"),
    "server": ("server", "{base}", "--offline", "--details", "--save", "server.json", "--outcome", "outcome.json",
               "--test-report", "test.json", "--against", "isik-basis"),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVER)
def test_no_server_is_repeated(name: str, home: Home) -> None:
    with Loopback(clinic(home.marks)) as server:
        done = home.run(*(each.format(base=server.base) for each in SERVER[name]), "--retries", "0")
    assert server.asked
    home.assert_clean(done, {0, 1, 3})
