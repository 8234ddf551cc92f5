"""Published invariants that are evaluated in a mended form: what they then say."""

import json
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.validator import Validator

URL = "http://fhir.example/StructureDefinition/reachable"
REACHABLE = {"key": "pd-1", "severity": "error", "human": "can be reached", "expression": "telecom or endpoint"}
PROFILE = {
    "resourceType": "StructureDefinition",
    "url": URL,
    "name": "Reachable",
    "status": "active",
    "kind": "resource",
    "abstract": False,
    "type": "PractitionerRole",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/PractitionerRole",
    "derivation": "constraint",
    "differential": {"element": [{"id": "PractitionerRole", "path": "PractitionerRole", "constraint": [REACHABLE]}]},
}
ROLE = {"resourceType": "PractitionerRole", "meta": {"profile": [URL]}}
PHONES = [{"system": "phone", "value": "1"}, {"system": "phone", "value": "2"}]


def repeated(*when: str) -> dict[str, Any]:
    """A request at these times, 30 minutes off (Timing.repeat, tim-9)."""
    return {"resourceType": "ServiceRequest", "occurrenceTiming": {"repeat": {"offset": 30, "when": list(when)}}}


@pytest.mark.parametrize(
    ("node", "broken"),
    [
        (ROLE | {"telecom": PHONES}, set()),
        (ROLE | {"endpoint": [{"display": "e"}]}, set()),
        (ROLE, {"pd-1"}),
        (repeated("ACM", "HS"), set()),
        (repeated("ACM", "C"), {"tim-9"}),
    ],
)
def test_mended(node: dict[str, Any], broken: set[str]) -> None:
    linker = linker_for(load_definitions(offline=True, loose=[PROFILE]), lambda reason, at: None)
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", json.dumps(node).encode()))
    (checked,) = Validator(linker, locate=False).check(record)
    assert {dict(issue.params)["key"] for issue in checked.issues if issue.kind == "invariant"} == broken
