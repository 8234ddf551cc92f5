"""Sound answers of a server to operations of IHE and to SMART discovery, which a test may spoil."""

import json
from collections.abc import Callable
from typing import Any

from tests.servers.fhir_server import Asked, FhirServer
from tests.servers.probed import replied

SMART_PATH = "/.well-known/smart-configuration"
GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
MRN, OTHER = "https://example.org/mrn", "urn:oid:1.2.276.0.76.4.8"
Node = dict[str, Any]
KEYS = {"keys": [{"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}]}


def smart_configuration(base: str) -> Node:
    """A configuration that has all that SMART asks for."""
    return {
        "issuer": base,
        "jwks_uri": f"{base}/jwks",
        "authorization_endpoint": "https://auth.example.org/authorize",
        "token_endpoint": "https://auth.example.org/token",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "scopes_supported": ["system/*.rs"],
        "response_types_supported": ["code"],
        "management_endpoint": "https://auth.example.org/manage",
        "introspection_endpoint": "https://auth.example.org/introspect",
        "revocation_endpoint": "https://auth.example.org/revoke",
        "code_challenge_methods_supported": ["S256"],
        "capabilities": ["launch-ehr", "sso-openid-connect", "permission-v2", "client-confidential-asymmetric"],
    }


class Matching:
    """A $match that finds a known name with certainty and one other as possible."""

    def __init__(self, server: FhirServer, change: Callable[[list[Node]], object] = lambda entries: None) -> None:
        self.patients = [each for each in server.searching.by_name.values() if each["resourceType"] == "Patient"]
        self.change = change
        self.asked: list[Node] = []
        self.heeds_count = self.heeds_certain = True
        _declare(server, "match")
        server.routes["POST", "/Patient/$match"] = self

    def __call__(self, asked: Asked) -> Any:
        given = {each["name"]: each for each in json.loads(asked.body)["parameter"]}
        patient = given["resource"]["resource"]
        self.asked.append(patient)
        families = {each["name"][0]["family"]: each for each in self.patients}
        hit = families.get(patient["name"][0]["family"])
        found = [self._entry(hit, 0.98, "certain"), self._entry(self.patients[1], 0.4, "possible")] if hit else []
        self.change(found)
        if "onlyCertainMatches" in given and self.heeds_certain:
            found = [each for each in found if each["search"]["extension"][0]["valueCode"] == "certain"]
        if "count" in given and self.heeds_count:
            found = found[: given["count"]["valueInteger"]]
        return replied({"resourceType": "Bundle", "type": "searchset", "entry": found})

    def _entry(self, patient: Node, score: float, grade: str) -> Node:
        extension = [{"url": GRADE, "valueCode": grade}]
        return {"resource": patient, "search": {"extension": extension, "mode": "match", "score": score}}


class CrossReference:
    """A $ihe-pix as PIXm has it. lies: what it does wrong."""

    def __init__(self, server: FhirServer, *lies: str) -> None:
        self.lies = lies
        _declare(server, "$ihe-pix")
        server.routes["GET", "/Patient/$ihe-pix"] = self
        patients = [each for each in server.searching.by_name.values() if each["resourceType"] == "Patient"]
        self.known = {each["identifier"][0]["value"]: each["id"] for each in patients}

    def __call__(self, asked: Asked) -> Any:
        given = dict(asked.query)
        system, _, value = given.get("sourceIdentifier", "").partition("|")
        target = given.get("targetSystem", "")
        if not system:
            return self._refused(400, "required", "no-source")
        if system != MRN:
            return self._refused(400, "code-invalid", "domain")
        if value not in self.known:
            return self._refused(404, "not-found", "identifier")
        if target and target not in (MRN, OTHER):
            return self._refused(403, "code-invalid", "target")
        return replied({"resourceType": "Parameters", "parameter": self._parameters(value, target)})

    def _parameters(self, value: str, target: str) -> list[Node]:
        found = [{"name": "targetIdentifier", "valueIdentifier": {"system": OTHER, "value": "K1"}}]
        if "source-back" in self.lies:
            found.append({"name": "targetIdentifier", "valueIdentifier": {"system": MRN, "value": value}})
        if "no-domain" in self.lies:
            del found[0]["valueIdentifier"]["system"]
        if "no-value" in self.lies:
            found[0]["valueIdentifier"]["value"] = ""
        if "other-parameter" in self.lies:
            found.append({"name": "match", "valueString": "x"})
        if target and "target-ignored" in self.lies:
            found.append({"name": "targetIdentifier", "valueIdentifier": {"system": "urn:oid:1.2", "value": "Z"}})
        if "nothing-else" in self.lies:
            found = []
        return [*found, {"name": "targetId", "valueReference": {"reference": f"Patient/{self.known[value]}"}}]

    def _refused(self, status: int, code: str, which: str) -> Any:
        if f"{which}-200" in self.lies:
            return replied({"resourceType": "Parameters"})
        if f"{which}-plain" in self.lies:
            return replied(b"refused", status)
        code = "processing" if f"{which}-code" in self.lies else code
        return replied({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}, status)


def _declare(server: FhirServer, name: str) -> None:
    patient = next(each for each in server.capability["rest"][0]["resource"] if each["type"] == "Patient")
    patient.setdefault("operation", []).append({"name": name})
