"""Data and profiles that lead deeper and deeper, or back to themselves: a finding each, and no crash."""

import json
import time
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.issue import Issue
from fhircheck.model.record import Piece
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.resource_check import DEEPEST
from fhircheck.validate.validator import Validator

URL = "http://example.org/StructureDefinition/endless"
CORE = "http://hl7.org/fhir/StructureDefinition/"


def issues(
    data: bytes, *loose: dict[str, Any], asked: str = "", undecided: list[tuple[str, str]] | None = None
) -> list[Issue]:
    """All findings; what could not be decided goes to `undecided`."""
    untold = [] if undecided is None else undecided
    linker = linker_for(
        load_definitions(offline=True, loose=loose), lambda reason, detail: untold.append((reason, detail))
    )
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", data))
    checked = Validator(linker, [asked] if asked else []).check(record)
    return record.issues + [issue for each in checked for issue in each.issues]


def errors(found: list[Issue]) -> set[str]:
    return {issue.kind for issue in found if issue.severity in ("fatal", "error")}


def profile(*elements: dict[str, Any]) -> dict[str, Any]:
    """A profile on Patient that says `elements` beside its root."""
    return {
        "resourceType": "StructureDefinition",
        "url": URL,
        "name": "Endless",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": f"{CORE}Patient",
        "derivation": "constraint",
        "differential": {"element": [{"id": "Patient", "path": "Patient"}, *elements]},
    }


def constrained(expression: str) -> dict[str, Any]:
    made = profile()
    rule = {"key": "endless-1", "severity": "error", "human": "x", "expression": expression}
    made["differential"]["element"][0]["constraint"] = [rule]
    return made


PATIENT = (
    b'{"resourceType": "Patient", "id": "a", "active": true, "name": [{"family": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}]}'
)


def nested(depth: int, name: str, inner: dict[str, Any]) -> dict[str, Any]:
    node = inner
    for _ in range(depth):
        node = {**inner, name: [node]}
    return node


def in_itself(start: str, depth: int) -> str:
    """The JSON object that begins with `start`, which ends in the name of a list, in itself so many times."""
    return start + "[" + (start + "[") * depth + "]}" * depth + "]}"


@pytest.mark.parametrize("depth", [20, 90, 200, 500])
def test_extensions_in_extensions(depth: int) -> None:
    extension = in_itself(f'{{"url": "{CORE}patient-birthPlace", "extension": ', depth)
    assert errors(issues(f'{{"resourceType": "Patient", "extension": [{extension}]}}'.encode()))


@pytest.mark.parametrize("depth", [90, 500])
def test_items_in_items(depth: int) -> None:
    item = in_itself('{"linkId": "1", "type": "group", "item": ', depth)
    assert errors(issues(f'{{"resourceType": "Questionnaire", "status": "draft", "item": [{item}]}}'.encode()))


def test_choices_in_choices_cost_no_more_than_their_number() -> None:
    start = f'{{"value": "x", "extension": [{{"url": "{CORE}rendered-value", "valueIdentifier": '
    began = time.process_time()
    found = issues(f'{{"resourceType": "Patient", "identifier": [{start * 45}{{}}{"}]}" * 45}]}}'.encode())
    assert errors(found)
    assert time.process_time() - began < 5


def test_a_profile_that_asks_itself_by_an_invariant_ends() -> None:
    found = issues(PATIENT, constrained(f"conformsTo('{URL}')"), asked=URL)
    assert {issue.kind for issue in found} <= {"invariant", "profile-unusable"}


def test_a_profile_whose_element_has_the_profile_again_is_a_finding() -> None:
    child = {
        "id": "HumanName.extension",
        "path": "HumanName.extension",
        "type": [{"code": "Extension", "profile": [f"{URL}-extension"]}],
    }
    again = profile() | {"type": "Extension", "kind": "complex-type", "baseDefinition": f"{CORE}Extension"}
    again["url"] = f"{URL}-extension"
    value = {"id": "Extension", "path": "Extension", "type": [{"code": "Extension", "profile": [f"{URL}-extension"]}]}
    again["differential"] = {"element": [value]}
    names = profile(child) | {"type": "HumanName", "kind": "complex-type", "baseDefinition": f"{CORE}HumanName"}
    names["differential"]["element"] = [{"id": "HumanName", "path": "HumanName"}, child]
    names["url"] = f"{URL}-name"
    whole = profile(
        {"id": "Patient.name", "path": "Patient.name", "type": [{"code": "HumanName", "profile": [f"{URL}-name"]}]}
    )
    node = {
        "resourceType": "Patient",
        "name": [{"extension": [nested(40, "extension", {"url": "http://example.org/x"})]}],
    }
    found = issues(json.dumps(node).encode(), whole, names, again, asked=URL)
    assert errors(found)


def test_descendants_of_descendants_are_gathered_once() -> None:
    extension = in_itself('{"url": "x", "extension": ', 90)
    data = f'{{"resourceType": "Patient", "extension": [{extension}]}}'.encode()
    rule = constrained("descendants().descendants().descendants().descendants().descendants().exists().not()")
    start = time.process_time()
    assert "invariant" in errors(issues(data, rule, asked=URL))
    assert time.process_time() - start < 2


def test_an_invariant_that_takes_too_many_steps_for_the_record_cannot_be_told() -> None:
    many = "(0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9)"
    rule = constrained(many + f".select({many}" * 4 + ".select(name.family))))).empty()")
    untold: list[tuple[str, str]] = []
    start = time.process_time()
    assert errors(issues(PATIENT, rule, asked=URL, undecided=untold)) == set()
    assert ("invariant", "endless-1") in untold
    assert time.process_time() - start < 2


@pytest.mark.parametrize(("profiles", "depth"), [([URL] * 3, 20), ([URL, f"{URL}-other"], 12)])
def test_profiles_of_nested_resources_that_lead_to_themselves_are_asked_once(profiles: list[str], depth: int) -> None:
    parameters = profile() | {"type": "Parameters", "baseDefinition": f"{CORE}Parameters"}
    within = {"id": "Parameters.parameter.resource", "path": "Parameters.parameter.resource"}
    typed = within | {"type": [{"code": "Resource", "profile": profiles}]}
    parameters["differential"] = {"element": [{"id": "Parameters", "path": "Parameters"}, typed]}
    other = parameters | {"url": f"{URL}-other"}
    node: dict[str, Any] = {"resourceType": "Parameters", "parameter": [{"name": "a", "unknown": 1}]}
    for _ in range(depth):
        node = {"resourceType": "Parameters", "parameter": [{"name": "a", "resource": node}]}
    start = time.process_time()
    found = errors(issues(json.dumps(node).encode(), parameters, other, asked=URL))
    assert time.process_time() - start < 4
    assert "unknown-element" in found
    assert ("profile-choice" in found) is (len(set(profiles)) > 1)


def test_the_steps_of_an_invariant_grow_with_the_record() -> None:
    some = "(0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9)"
    rule = constrained(some + f".select({some}" * 3 + ".select(%resource.id)))).exists()")
    for length, expected in ((10, [("invariant", "endless-1")]), (50_000, [])):
        untold: list[tuple[str, str]] = []
        node = {"resourceType": "Patient", "id": "a", "name": [{"text": "x" * length}]}
        assert errors(issues(json.dumps(node).encode(), rule, asked=URL, undecided=untold)) == set()
        assert untold == expected


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", "(a|aa)+$"])
def test_patterns_that_explode_end_soon(pattern: str) -> None:
    start = time.process_time()
    found = issues(PATIENT, constrained(f"name.family.matches('{pattern}')"), asked=URL)
    assert time.process_time() - start < 5
    assert {issue.kind for issue in found} <= {"invariant"}


def test_a_pattern_that_explodes_is_given_less_and_less_time() -> None:
    names = [{"family": "a" * 40 + f"!{each}"} for each in range(60)]
    data = json.dumps({"resourceType": "Patient", "name": names}).encode()
    start = time.process_time()
    for rule in ("name.all(family.matches('(b|a|aa)+$').not() or true)",
                 "name.all(iif(family.matches('(c|a|aa)+$'), true, true))"):  # fmt: skip
        untold: list[tuple[str, str]] = []
        assert issues(data, constrained(rule), asked=URL, undecided=untold) == []
        assert untold == [("invariant", "endless-1")]
    assert time.process_time() - start < 10


def test_a_resource_of_no_type_is_asked_no_rules_the_first_time_either() -> None:
    text = '<div xmlns=\\"http://www.w3.org/1999/xhtml\\">x</div>'
    data = f'{{"resourceType": "Nothing", "language": "en", "text": {{"status": "generated", "div": "{text}"}}}}'
    assert errors(issues(data.encode())) == {"unknown-resource-type"}
    assert {issue.kind for issue in issues(data.encode())} == {"unknown-resource-type"}


def test_words_in_place_of_a_profile_are_not_shown() -> None:
    (found,) = issues(b'{"resourceType": "Patient", "active": true, "meta": {"profile": ["Frau Geheim"]}}')[-1:]
    assert "Geheim" not in str(found.params)


def test_resources_within_resources_without_end_are_looked_into_so_far_whatever_the_stack() -> None:
    node: dict[str, Any] = {"resourceType": "Patient", "id": "last", "unknown": True}
    for number in range(60):
        node = {"resourceType": "Patient", "id": f"p{number}", "contained": [node]}
    data = json.dumps(node).encode()

    def told(depth: int) -> set[tuple[str, str]]:
        if depth:
            return told(depth - 1)
        return {(issue.kind, issue.place.expression) for issue in issues(data)}

    found = told(0)
    assert told(150) == found
    cut = {place for kind, place in found if kind == "profile-unusable"}
    assert cut == {"Patient" + ".contained[0]" * (DEEPEST + 1)}
    assert max(place.count("contained[0]") for _, place in found) == DEEPEST + 1


def test_a_root_that_is_a_sentence_is_in_no_message() -> None:
    """A definition may name its elements as it likes; messages name paths only."""
    root = "Frau Kanarie Geheim"
    profile = {
        "resourceType": "StructureDefinition",
        "url": "https://example.org/sentence",
        "type": "Basic",
        "kind": "resource",
        "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Basic",
        "snapshot": {
            "element": [
                {"id": root, "path": root, "min": 0, "max": "*"},
                {
                    "id": f"{root}.language",
                    "path": f"{root}.language",
                    "min": 0,
                    "max": "0",
                    "type": [{"code": "code"}],
                },
            ]
        },
    }
    data = b'{"resourceType": "Basic", "language": "de", "code": {"text": "x"}}'
    found = issues(data, profile, asked="https://example.org/sentence")
    assert found
    assert root not in repr([each.params for each in found])
