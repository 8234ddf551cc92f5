"""``$validate`` as http://hl7.org/fhir/R4/resource-operation-validate.html has it; fhir.resources reads the answers."""

import json
from typing import Any

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

JSON = {"Content-Type": "application/fhir+json"}
XML = {"Content-Type": "application/fhir+xml"}
GOOD = {"resourceType": "Patient", "id": "p1", "gender": "female"}
BAD = {"resourceType": "Patient", "id": "p1", "gender": 5, "birthDate": "30.02.1990"}
HEART_RATE = "http://hl7.org/fhir/StructureDefinition/heartrate"


def wrapped(resource: Any = None, **named: Any) -> dict[str, Any]:
    parameters = [{"name": name, **value} for name, value in named.items()]
    if resource is not None:
        parameters.append({"name": "resource", "resource": resource})
    return {"resourceType": "Parameters", "parameter": parameters}


def post(client: Any, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    """Status and OperationOutcome, which must be one for an independent reader too."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(path, content=content, headers={**JSON, **headers})
    outcome = answer.json()
    OperationOutcome.model_validate(outcome)
    return answer.status_code, outcome


def kinds(outcome: dict[str, Any]) -> list[str]:
    return [each["details"]["coding"][0]["code"] for each in outcome["issue"] if "coding" in each["details"]]


def texts(outcome: dict[str, Any]) -> str:
    return " ".join(each["details"]["text"] for each in outcome["issue"])


def levels(outcome: dict[str, Any]) -> set[str]:
    return {each["severity"] for each in outcome["issue"]}


@pytest.mark.parametrize("path", ["/fhir/$validate", "/fhir/Patient/$validate", "/fhir/Patient/p1/$validate"])
@pytest.mark.parametrize("body", [GOOD, wrapped(GOOD)], ids=["bare", "parameters"])
def test_what_is_sound_is_all_ok(client: Any, path: str, body: Any) -> None:
    status, outcome = post(client, path, body)
    assert status == 200
    assert [(each["severity"], each["details"]["text"]) for each in outcome["issue"]] == [("information", "All OK")]


@pytest.mark.parametrize("body", [BAD, wrapped(BAD)], ids=["bare", "parameters"])
def test_what_is_invalid_is_answered_with_200_and_findings(client: Any, body: Any) -> None:
    status, outcome = post(client, "/fhir/Patient/$validate", body)
    assert status == 200
    assert {"type-mismatch", "primitive-format"} <= set(kinds(outcome))
    found = {each["expression"][0] for each in outcome["issue"]}
    assert found == {"Patient.gender", "Patient.birthDate"}
    assert "30.02" not in json.dumps(outcome)


def test_line_and_column_are_those_of_the_body(client: Any) -> None:
    lines = b'{"resourceType": "Parameters", "parameter": [{"name": "resource",\n  "resource": {\n' + (
        b'    "resourceType": "Patient",\n    "birthDate": "x"}}]}'
    )
    _, outcome = post(client, "/fhir/$validate", lines)
    assert outcome["issue"][0]["location"] == ["Line[4] Col[5]"]


def test_xml_comes_and_goes(client: Any) -> None:
    body = b'<Patient xmlns="http://hl7.org/fhir"><gender value="female"/><birthDate value="x"/></Patient>'
    answer = client.post("/fhir/Patient/$validate", content=body, headers=XML)
    assert answer.headers["content-type"].startswith("application/fhir+xml")
    assert b'<expression value="Patient.birthDate"/>' in answer.content
    inner = (
        b'<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="resource"/><resource>'
        b"%s</resource></parameter></Parameters>"
    )
    answer = client.post(
        "/fhir/$validate",
        content=inner % body.replace(b' xmlns="http://hl7.org/fhir"', b""),
        headers={**XML, "Accept": "application/fhir+json"},
    )
    assert kinds(answer.json()) == ["primitive-format"]
    assert answer.json()["issue"][0]["expression"] == ["Patient.birthDate"]


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (f"?profile={HEART_RATE}", None),
        ("", {"profile": {"valueUri": HEART_RATE}}),
        ("", {"profile": {"valueCanonical": HEART_RATE}}),
        ("?mode=profile", {"profile": {"valueUri": HEART_RATE}}),
        (f"?profile={HEART_RATE}", {"mode": {"valueCode": "profile"}}),
    ],
)
def test_a_nominated_profile_is_checked(client: Any, query: str, body: Any) -> None:
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    plain = post(client, "/fhir/$validate", observation)[1]
    assert "error" not in levels(plain)
    status, outcome = post(
        client, f"/fhir/Observation/$validate{query}", observation if body is None else wrapped(observation, **body)
    )
    assert status == 200
    assert "cardinality-min" in kinds(outcome)
    assert post(client, "/fhir/$validate", observation)[1] == plain, "a nomination holds for one request"


def test_a_profile_of_another_type_is_an_error(client: Any) -> None:
    status, outcome = post(client, f"/fhir/$validate?profile={HEART_RATE}", GOOD)
    assert (status, levels(outcome)) == (200, {"error"})
    assert "is about Observation, not about Patient" in texts(outcome)


def test_a_profile_that_is_not_loaded_is_no_answer(client: Any) -> None:
    status, outcome = post(client, "/fhir/$validate?profile=http://example.org/none", GOOD)
    assert (status, outcome["issue"][0]["code"]) == (422, "not-found")
    assert levels(outcome) == {"error"}


def test_the_type_of_the_url_must_be_that_of_the_resource(client: Any) -> None:
    status, outcome = post(client, "/fhir/Observation/$validate", GOOD)
    assert (status, levels(outcome)) == (200, {"error"})
    assert "asks about a Observation, the resource is a Patient" in texts(outcome)


@pytest.mark.parametrize(
    ("path", "resource", "errors", "words"),
    [
        ("/fhir/Patient/p1/$validate?mode=update", GOOD, 0, "Only the content"),
        ("/fhir/Patient/other/$validate?mode=update", GOOD, 1, "not that of the URL"),
        ("/fhir/Patient/p1/$validate?mode=update", {"resourceType": "Patient"}, 1, "needs the id of the URL"),
        ("/fhir/Patient/$validate?mode=update", {"resourceType": "Patient"}, 1, "needs an id"),
        ("/fhir/Patient/other/$validate", GOOD, 0, "All OK"),
        ("/fhir/Patient/$validate?mode=create", GOOD, 0, "Only the content"),
        ("/fhir/Patient/$validate?mode=delete", GOOD, 0, "Only the content"),
    ],
)
def test_modes(client: Any, path: str, resource: Any, errors: int, words: str) -> None:
    status, outcome = post(client, path, resource)
    assert status == 200
    assert sum(each["severity"] == "error" for each in outcome["issue"]) == errors
    assert words in texts(outcome)


def test_delete_needs_no_resource_and_promises_nothing(client: Any) -> None:
    answer = client.get("/fhir/Patient/p1/$validate?mode=delete")
    assert answer.status_code == 200
    assert "cannot tell" in texts(answer.json())
    assert "All OK" not in texts(answer.json())


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/fhir/$validate", b"", 400, "required"),
        ("/fhir/Patient/p1/$validate", b"", 404, "not-found"),
        ("/fhir/$validate", b"{", 400, "structure"),
        ("/fhir/$validate", b"[1]", 400, "structure"),
        ("/fhir/$validate", b"\xff\xfe\x00", 400, "structure"),
        ("/fhir/$validate?mode=destroy", GOOD, 400, "value"),
        ("/fhir/$validate?mode=create&mode=update", GOOD, 400, "invalid"),
        ("/fhir/$validate?mode=create", wrapped(GOOD, mode={"valueCode": "update"}), 400, "invalid"),
        ("/fhir/$validate?mode=profile", GOOD, 400, "required"),
        ("/fhir/$validate?profile=", GOOD, 400, "value"),
        ("/fhir/$validate", wrapped(GOOD, profile={"valueInteger": 1}), 400, "value"),
        ("/fhir/$validate", wrapped(profile={"valueUri": HEART_RATE}), 400, "required"),
        ("/fhir/$validate", {"resourceType": "Parameters", "parameter": [{"name": "resource"}]}, 400, "required"),
        (
            "/fhir/$validate",
            {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": GOOD}] * 2},
            400,
            "invalid",
        ),
        ("/fhir/Pation/$validate", GOOD, 404, "not-found"),
        ("/fhir/Patient", GOOD, 404, "not-found"),
        ("/fhir/", GOOD, 404, "not-found"),
        ("/fhir/metadata", GOOD, 405, "not-supported"),
    ],
)
def test_what_cannot_be_answered_is_an_outcome_of_its_own(
    client: Any, path: str, body: Any, status: int, code: str
) -> None:
    found, outcome = post(client, path, body)
    assert (found, outcome["issue"][0]["code"]) == (status, code)
    assert outcome["issue"][0]["severity"] in ("error", "fatal")


def test_parameters_themselves_can_be_validated(client: Any) -> None:
    bare = {"resourceType": "Parameters", "parameter": [{"name": "x", "valueBoolean": "no"}]}
    assert "type-mismatch" in kinds(post(client, "/fhir/Parameters/$validate", bare)[1])
    assert "type-mismatch" in kinds(post(client, "/fhir/Parameters/$validate", wrapped(bare))[1])
    assert kinds(post(client, "/fhir/Parameters/$validate", wrapped(BAD))[1]), "Parameters that hold a resource"


def test_what_cannot_be_told_is_information_and_never_all_ok(client: Any) -> None:
    body = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/1"},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "22298006"}]},
    }
    _, outcome = post(client, "/fhir/$validate", body)
    assert "All OK" not in texts(outcome)
    assert ("information", "incomplete") in {(each["severity"], each["code"]) for each in outcome["issue"]}
    assert "http://snomed.info/sct" in texts(outcome)


def test_another_version_of_fhir_is_an_error(client: Any) -> None:
    body = {
        "resourceType": "Encounter",
        "status": "completed",
        "class": [{"text": "x"}],
        "actualPeriod": {"start": "2024"},
    }
    status, outcome = post(client, "/fhir/$validate", body)
    assert (status, kinds(outcome)) == (200, ["fhir-version"])


def test_german_by_accept_language(client: Any) -> None:
    _, outcome = post(client, "/fhir/$validate", GOOD, **{"Accept-Language": "fr;q=0.9, de-DE, en;q=0.5"})
    assert (outcome["language"], texts(outcome)) == ("de", "Alles in Ordnung")


def test_metadata_is_truthful_and_valid(client: Any) -> None:
    found = client.get("/fhir/metadata").json()
    assert found["fhirVersion"] == "4.0.1"
    rest = found["rest"][0]
    assert all("interaction" not in each for each in rest["resource"])
    assert {each["type"] for each in rest["resource"]} >= {"Patient", "Bundle", "MolecularSequence"}
    _, outcome = post(client, "/fhir/CapabilityStatement/$validate", found)
    assert levels(outcome) == {"information"}, texts(outcome)
    as_xml = client.get("/fhir/metadata", headers={"Accept": "application/fhir+xml"})
    answer = client.post("/fhir/$validate", content=as_xml.content, headers={**XML, "Accept": "application/fhir+json"})
    assert levels(answer.json()) == {"information"}
    for each in rest["resource"][::40]:
        assert client.post(f"/fhir/{each['type']}/$validate", json={"resourceType": each["type"]}).status_code == 200


def test_its_own_answers_are_valid(client: Any) -> None:
    for body in (BAD, GOOD, b"{"):
        _, outcome = post(client, "/fhir/$validate", body)
        _, about = post(client, "/fhir/OperationOutcome/$validate", outcome)
        assert levels(about) == {"information"}, texts(about)


def test_health(client: Any) -> None:
    assert client.get("/health").json() == {"status": "pass"}


def test_the_log_has_no_id_query_or_content(client: Any, logged: list[str]) -> None:
    post(client, "/fhir/Patient/secret-id/$validate?profile=http://example.org/secret", {**GOOD, "id": "secret"})
    client.get("/secret%0A/x")
    assert len(logged) == 2
    assert "path=/fhir/{type}/{id}/$validate" in logged[0]
    assert "secret" not in "".join(logged)
    assert all(line.count("\n") == 1 for line in logged)
