"""What probes of interfaces say holds no value of the server's data, whatever the server does."""

import json
from typing import Any

import pytest

from fhircheck.probe.probes import PROBES
from fhircheck.probe.texts import why
from tests.servers.clinic import CITIES, FAMILIES, clinic
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import FhirServer
from tests.servers.ihe_operations import CrossReference, Matching
from tests.servers.probed import probing

NAMES = (
    "anonymous-metadata", "cors", "cors-credentials", "smart-configuration", "authorization-server", "bulk-export",
    "isik-rules", "patient-demographics", "patient-match", "patient-identifiers", "document-lists",
    "document-references", "document-retrieval", "care-services", "clinical-data", "dicomweb",
)  # fmt: skip
SECRETS = (*FAMILIES, *CITIES, "Vor1", "00001", "838382202", "Musterärztin", "+49 30", "1940-", "8867-4", "E11.90")


def said(results: Any) -> str:
    """All of it, as a reader gets it."""
    words = [why(each.why, language, each.params) for each in results for language in ("en", "de")]
    return repr(results) + json.dumps(words, ensure_ascii=False)


@pytest.mark.parametrize("lies", [
    (), ("ignores:family",), ("ignores:identifier", "ignores:patient"), ("finds-nothing:patient", "post-differs"),
    ("refuses:family", "refuses:patient"), ("next-leaks", "count-ignored"), ("no-outcome", "format-ignored"),
])  # fmt: skip
def test_values_are_in_requests_only(lies: tuple[str, ...]) -> None:
    with FhirServer(clinic(), lies) as server:
        Matching(server)
        CrossReference(server, "source-back")
        with probing(server) as handed:
            results = [each for name in NAMES for each in PROBES[name].run(handed)]
        asked = " ".join(str(each.query) + each.body.decode() for each in server.asked)
    assert [each for each in SECRETS if each in asked], "nothing was asked for"
    assert [each for each in SECRETS if each in said(results)] == []


def test_a_server_that_sends_back_what_it_was_asked() -> None:
    """Echoes in every header and body, so that whatever is taken from an answer would show."""

    def echo(asked: Any) -> Reply:
        text = f"{asked.query} {FAMILIES[0]}".encode("ascii", "replace").decode().replace("\n", " ")
        node = {"resourceType": "OperationOutcome", "issue": [{"code": text, "diagnostics": text}]}
        headers = dict.fromkeys(
            ("Location", "Content-Location", "WWW-Authenticate", "Access-Control-Allow-Origin"), text
        )
        return Reply(400, {"Content-Type": "application/fhir+json", **headers}, json.dumps(node).encode())

    with FhirServer(clinic()) as server:
        Matching(server)
        CrossReference(server)
        server.answer = echo
        with probing(server) as handed:
            results = [each for name in NAMES for each in PROBES[name].run(handed)]
    assert any(each.outcome == "unmet" for each in results)
    assert [each for each in SECRETS if each in said(results)] == []
