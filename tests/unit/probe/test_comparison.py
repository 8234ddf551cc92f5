"""What a CapabilityStatement declares against what is asked, with the traps found in published statements."""

from typing import Any

import pytest

from fhircheck.probe.comparison import compare
from fhircheck.probe.declared import Declared
from fhircheck.probe.requirement import EXPECTATION, Requirement, requirements_of

BASE = "https://fhir.example/r4"
CUSTOM = "https://example.org/SearchParameter/mothersMaidenName"


def statement(resource: dict[str, Any] | None = None, rest: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    resources = [] if resource is None else [{"type": "Patient", **resource}]
    return {"resourceType": "CapabilityStatement", "rest": [{"mode": "server", "resource": resources, **(rest or {})}],
            **top}  # fmt: skip


def expected(code: str) -> dict[str, Any]:
    return {"extension": [{"url": EXPECTATION, "valueCode": code}]}


def outcome(asked: dict[str, Any], there: dict[str, Any], about: str) -> str:
    """Outcome of the demand `about` in `asked`, and why, for a server that says `there`."""
    found = {each.id: each for each in requirements_of(asked)}
    said = compare(found[about], Declared(there), BASE)
    return f"{said.outcome} {said.why}".strip()


def param(name: str, kind: str = "string", **more: str) -> dict[str, Any]:
    return {"searchParam": [{"name": name, "type": kind, **more}]}


# what is asked, what is there, the demand, what is said of it
CASES = [
    ("plain parameter", param("family"), param("family"), "Patient.searchParam:family", "met"),
    ("not there", param("family"), param("given"), "Patient.searchParam:family", "unmet not-declared"),
    ("another type", param("family"), param("family", "token"), "Patient.searchParam:family",
     "unmet search-type-differs"),
    ("type not said", param("family"), {"searchParam": [{"name": "family"}]}, "Patient.searchParam:family", "met"),
    ("_lastupdated in lower case", param("_lastupdated", "date"), param("_lastUpdated", "date"),
     "Patient.searchParam:_lastUpdated", "met"),
    ("_LASTUPDATED of the server", param("_lastUpdated", "date"), param("_LASTUPDATED", "date"),
     "Patient.searchParam:_lastUpdated", "met"),
    ("a modifier cannot be declared", param("family:exact"), param("family"), "Patient.searchParam:family:exact",
     "not-tested modifier-not-declarable"),
    ("a modifier that is listed", param("family:exact"), param("family:exact"), "Patient.searchParam:family:exact",
     "met"),
    ("a modifier without its parameter", param("family:exact"), param("given"), "Patient.searchParam:family:exact",
     "unmet not-declared"),
    ("only the modifier is listed", param("family"), param("family:exact"), "Patient.searchParam:family", "met"),
    ("a chain cannot be declared", param("patient.identifier", "token"), param("patient", "reference"),
     "Patient.searchParam:patient.identifier", "not-tested chain-not-declarable"),
    ("a chain that is listed", param("patient.identifier", "token"), param("patient.identifier", "token"),
     "Patient.searchParam:patient.identifier", "met"),
    ("a chain without its parameter", param("patient.identifier", "token"), param("code", "token"),
     "Patient.searchParam:patient.identifier", "unmet not-declared"),
    ("the same custom parameter", param("mothersMaidenName", definition=CUSTOM),
     param("mothersMaidenName", definition=CUSTOM + "|3"), "Patient.searchParam:mothersMaidenName", "met"),
    ("another custom parameter", param("mothersMaidenName", definition=CUSTOM),
     param("mothersMaidenName", definition="https://other.example/x"), "Patient.searchParam:mothersMaidenName",
     "unmet definition-differs"),
    ("a custom parameter without definition", param("mothersMaidenName", definition=CUSTOM),
     param("mothersMaidenName"), "Patient.searchParam:mothersMaidenName", "met"),
    ("core definitions differ by version of FHIR",
     param("patient", "reference", definition="http://hl7.org/fhir/SearchParameter/clinical-patient"),
     param("patient", "reference", definition="http://hl7.org/fhir/SearchParameter/DocumentReference-patient"),
     "Patient.searchParam:patient", "met"),
    ("include as it is", {"searchInclude": ["Patient:organization"]}, {"searchInclude": ["Patient:organization"]},
     "Patient._include:Patient:organization", "met"),
    ("include by *", {"searchInclude": ["Patient:organization"]}, {"searchInclude": ["*"]},
     "Patient._include:Patient:organization", "met"),
    ("include by Patient:*", {"searchInclude": ["Patient:organization"]}, {"searchInclude": ["Patient:*"]},
     "Patient._include:Patient:organization", "met"),
    ("include with a target", {"searchInclude": ["Patient:organization"]},
     {"searchInclude": ["Patient:organization:Organization"]}, "Patient._include:Patient:organization", "met"),
    ("include of another target", {"searchInclude": ["Patient:link:RelatedPerson"]},
     {"searchInclude": ["Patient:link:Patient"]}, "Patient._include:Patient:link:RelatedPerson", "unmet not-declared"),
    ("include by * of a parameter that is declared", {"searchInclude": ["Patient:organization"]},
     {"searchInclude": ["*"], **param("organization", "reference")}, "Patient._include:Patient:organization", "met"),
    ("include by * of a parameter that is not", {"searchInclude": ["Patient:organization"]},
     {"searchInclude": ["*"], **param("link", "reference")}, "Patient._include:Patient:organization",
     "unmet not-declared"),
    ("include of another type by wildcard", {"searchRevInclude": ["Condition:subject"]},
     {"searchRevInclude": ["Encounter:*"]}, "Patient._revinclude:Condition:subject", "unmet not-declared"),
    ("conditionalDelete multiple does single", {"conditionalDelete": "single"}, {"conditionalDelete": "multiple"},
     "Patient.conditionalDelete:single", "met"),
    ("conditionalDelete single is no multiple", {"conditionalDelete": "multiple"}, {"conditionalDelete": "single"},
     "Patient.conditionalDelete:multiple", "unmet not-declared"),
    ("conditionalUpdate", {"conditionalUpdate": True}, {"conditionalUpdate": True}, "Patient.conditionalUpdate", "met"),
    ("conditionalUpdate false", {"conditionalUpdate": True}, {"conditionalUpdate": False}, "Patient.conditionalUpdate",
     "unmet not-declared"),
    ("profile of the type level", {"supportedProfile": ["https://x.example/p"]}, {"profile": "https://x.example/p|2.0"},
     "Patient.profile:https://x.example/p", "met"),
    ("profile in another version", {"supportedProfile": ["https://x.example/p|2.0"]},
     {"supportedProfile": ["https://x.example/p|1.0"]}, "Patient.profile:https://x.example/p|2.0",
     "unmet version-differs"),
    ("profile in a version that only begins alike", {"supportedProfile": ["https://x.example/p|2.0"]},
     {"supportedProfile": ["https://x.example/p|2.01"]}, "Patient.profile:https://x.example/p|2.0",
     "unmet version-differs"),
    ("profile in a version of the range", {"supportedProfile": ["https://x.example/p|2.0"]},
     {"supportedProfile": ["https://x.example/p|2.0.3"]}, "Patient.profile:https://x.example/p|2.0", "met"),
    ("interaction", {"interaction": [{"code": "read"}]}, {"interaction": [{"code": "vread"}]}, "Patient.read",
     "unmet not-declared"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "there", "about", "said"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_of_a_type(asked: dict[str, Any], there: dict[str, Any], about: str, said: str) -> None:
    assert outcome(statement(asked), statement(there), about) == said


def operation(name: str, definition: str = "") -> dict[str, Any]:
    return {"operation": [{"name": name, **({"definition": definition} if definition else {})}]}


IHE = "https://profiles.ihe.net/ITI/PDQm/OperationDefinition/PDQmMatch"
OPERATIONS = [
    ("leading $", operation("$match"), operation("match"), "met"),
    ("leading $ of the server", operation("match", IHE), operation("$match", IHE), "met"),
    ("another name, the same definition", operation("match", IHE), operation("pdqm", IHE + "|3.2.0"), "met"),
    ("the same name, somebody else's definition", operation("match", IHE), operation("match", "http://hl7.org/x"),
     "unmet definition-differs"),
    ("the server's own page about it", operation("match", IHE),
     operation("match", BASE + "/OperationDefinition/Patient-match"), "met"),
    ("no definition", operation("match", IHE), operation("match"), "met"),
    ("another operation", operation("match", IHE), operation("merge"), "unmet not-declared"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "there", "said"), [each[1:] for each in OPERATIONS], ids=[o[0] for o in OPERATIONS])
def test_of_an_operation(asked: dict[str, Any], there: dict[str, Any], said: str) -> None:
    assert outcome(statement(asked), statement(there), "Patient.operation:$match") == said


def test_an_operation_at_another_level_counts_by_its_definition_alone() -> None:
    asked = statement(operation("match", IHE))
    about = "Patient.operation:$match"
    assert outcome(asked, statement({}, operation("match", IHE)), about) == "met"
    assert outcome(asked, statement({}, operation("match")), about) == "unmet not-declared"


def test_a_type_that_is_listed_twice_is_one() -> None:
    there = {"rest": [{"mode": "server", "resource": [
        {"type": "Patient", "profile": "https://x.example/a", **param("family")},
        {"type": "Patient", "supportedProfile": ["https://x.example/b"], **param("given")},
    ]}]}  # fmt: skip
    for name in ("family", "given"):
        assert outcome(statement(param(name)), there, f"Patient.searchParam:{name}") == "met"
    for name in ("a", "b"):
        asked = statement({"supportedProfile": [f"https://x.example/{name}"]})
        assert outcome(asked, there, f"Patient.profile:https://x.example/{name}") == "met"


def test_parameters_of_the_system_hold_for_every_type() -> None:
    assert (
        outcome(statement(param("_id", "token")), statement({}, param("_id", "token")), "Patient.searchParam:_id")
        == "met"
    )


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [(True, True, "met"), (True, False, "unmet not-declared-everywhere"), (False, False, "unmet not-declared")],
)
def test_a_parameter_asked_of_the_system_may_stand_in_each_type(first: bool, second: bool, said: str) -> None:
    types = [("Patient", first), ("Encounter", second), ("Binary", None)]
    resources = [
        {"type": kind, "interaction": [{"code": "read" if has is None else "search-type"}],
         **(param("_id", "token") if has else {})}
        for kind, has in types
    ]  # fmt: skip
    there = {"rest": [{"mode": "server", "resource": resources}]}
    assert outcome(statement(None, param("_id", "token")), there, "system.searchParam:_id") == said


@pytest.mark.parametrize(
    "name", ["json", "application/json", "application/fhir+json", "application/fhir+json;fhirVersion=4.0"]
)
def test_names_of_a_format(name: str) -> None:
    asked = statement(format=["application/fhir+json"])
    assert outcome(asked, statement(format=[name]), "rest.format:json") == "met"
    assert outcome(asked, statement(format=["xml"]), "rest.format:json") == "unmet not-declared"


def test_systems_interactions_services_and_claims() -> None:
    service = {"security": {"service": [{"coding": [{"code": "SMART-on-FHIR"}]}]}}
    asked = statement(None, {"interaction": [{"code": "transaction"}], **service})
    assert outcome(asked, asked, "system.transaction") == "met"
    assert outcome(asked, statement(), "system.transaction") == "unmet not-declared"
    assert outcome(asked, asked, "security.service:SMART-on-FHIR") == "met"
    assert outcome(asked, statement(), "security.service:SMART-on-FHIR") == "unmet not-declared"


def test_a_resource_that_is_not_declared_is_the_reason_for_all_of_it() -> None:
    asked = statement(param("family"))
    assert outcome(asked, statement(), "Patient") == "unmet resource-not-declared"
    assert outcome(asked, statement(), "Patient.searchParam:family") == "unmet resource-not-declared"


def test_what_a_client_is_asked_for_and_declares_is_left_out() -> None:
    client = {"rest": [{"mode": "client", "resource": [{"type": "Patient", **param("family")}]}]}
    assert requirements_of(client) == ()
    assert outcome(statement({}), client, "Patient") == "unmet resource-not-declared"


def test_expectations() -> None:
    parameters = [
        {"name": "a", "type": "token"}, {"name": "b", "type": "token", **expected("SHOULD")},
        {"name": "c", "type": "token", **expected("MAY")}, {"name": "d", "type": "token", **expected("SHOULD-NOT")},
    ]  # fmt: skip
    asked = statement({
        **expected("MAY"), "searchParam": parameters,
        "searchInclude": ["Patient:x", "Patient:y"], "_searchInclude": [None, expected("MAY")],
    })  # fmt: skip
    found = {each.id: each.expectation for each in requirements_of(asked)}
    assert found == {
        "Patient": "MAY", "Patient.searchParam:a": "SHALL", "Patient.searchParam:b": "SHOULD",
        "Patient.searchParam:c": "MAY", "Patient.searchParam:d": "MAY",
        "Patient._include:Patient:x": "SHALL", "Patient._include:Patient:y": "MAY",
    }  # fmt: skip


def test_the_strongest_of_several_counts_once() -> None:
    parameters = [{"name": "a", "type": "token", **expected(code)} for code in ("MAY", "SHALL", "SHOULD")]
    found = [each for each in requirements_of(statement({"searchParam": parameters})) if each.what == "searchParam"]
    assert found == [Requirement("Patient.searchParam:a", "SHALL", "searchParam", "Patient", "a", "token")]


@pytest.mark.parametrize(
    "broken",
    [
        {"rest": 1}, {"rest": [1, None, {"resource": "x"}]}, {"rest": [{"resource": [{"type": 4}, {"type": "Patient",
        "searchParam": [{"name": 3}, 5], "searchInclude": [1], "operation": {}, "interaction": [{"code": []}],
        "supportedProfile": [None], "conditionalDelete": 7}]}]}, {"format": "json", "instantiates": {}},
        {"rest": [{"security": [], "mode": "server"}]}, {"rest": [{"security": {"service": [{"coding": [1]}]}}]},
    ],
)  # fmt: skip
def test_a_statement_of_a_wrong_form_is_read_as_far_as_it_goes(broken: dict[str, Any]) -> None:
    Declared(broken)
    for each in requirements_of(broken):
        compare(each, Declared(broken), BASE)
