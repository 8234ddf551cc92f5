"""Invented resources that refer to each other: what the server in memory serves."""

import base64
import hashlib
from typing import Any

Node = dict[str, Any]
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
TERMS = "http://terminology.hl7.org/CodeSystem/"
FAMILIES = ("Ahorn", "Birke", "Buche", "Eibe", "Eiche", "Esche", "Fichte", "Kiefer", "Linde", "Tanne", "Ulme", "Weide")
CITIES = ("Musterstadt", "Beispielheim", "Probenau")
KINDS = (("vital-signs", "Vital Signs"), ("laboratory", "Laboratory"))
STATES = (("active", "Active"), ("resolved", "Resolved"))
DOCUMENT = b"<html>An invented letter</html>"


def _meta(number: int) -> Node:
    return {"versionId": "1", "lastUpdated": f"2026-01-{number % 27 + 1:02d}T03:04:05Z"}


def _concept(system: str, code: str, display: str) -> Node:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _patient(number: int) -> Node:
    kind = _concept(TERMS + "v2-0203", "MR", "Medical record number")
    found: Node = {
        "resourceType": "Patient",
        "id": f"p{number}",
        "meta": _meta(number),
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">A patient</div>'},
        "identifier": [{"type": kind, "system": "https://example.org/mrn", "value": f"{number:06d}"}],
        "active": number % 4 != 0,
        "name": [{"use": "official", "family": FAMILIES[number % 12], "given": [f"Vor{number}", "Zwei"]}],
        "telecom": [{"system": "phone", "value": f"+49 30 0000{number:02d}"}],
        "gender": ("female", "male", "other")[number % 3],
        "birthDate": f"{1940 + number * 3}-0{number % 9 + 1}-1{number % 9}",
        "address": [{"city": CITIES[number % 3], "country": "DE", "postalCode": f"1000{number % 5}"}],
        "managingOrganization": {"reference": f"Organization/o{number % 2}"},
    }
    if number == 11:
        del found["gender"], found["telecom"], found["active"]
    return found


def _encounter(number: int) -> Node:
    return {
        "resourceType": "Encounter",
        "id": f"e{number}",
        "meta": _meta(number + 1),
        "identifier": [{"system": "https://example.org/visit", "value": f"V{number}"}],
        "status": ("finished", "in-progress")[number % 2],
        "class": {"system": TERMS + "v3-ActCode", "code": ("IMP", "AMB")[number % 2]},
        "subject": {"reference": f"Patient/p{number}"},
        "period": {"start": f"2025-0{number % 9 + 1}-01T08:00:00+01:00", "end": f"2025-0{number % 9 + 1}-04"},
    }


def _condition(number: int) -> Node:
    return {
        "resourceType": "Condition",
        "id": f"c{number}",
        "meta": _meta(number + 2),
        "clinicalStatus": _concept(TERMS + "condition-clinical", *STATES[number % 2]),
        "category": [_concept(TERMS + "condition-category", "encounter-diagnosis", "Encounter Diagnosis")],
        "code": _concept("http://fhir.de/CodeSystem/bfarm/icd-10-gm", ("I10.90", "E11.90")[number % 2], "Diagnose"),
        "subject": {"reference": f"Patient/p{number}"},
        "encounter": {"reference": f"Encounter/e{number}"},
        "recordedDate": f"2025-0{number % 9 + 1}-02",
    }


def _observation(number: int) -> Node:
    found: Node = {
        "resourceType": "Observation",
        "id": f"v{number}",
        "meta": _meta(number + 3),
        "status": ("final", "amended")[number % 5 == 0],
        "category": [_concept(TERMS + "observation-category", *KINDS[number % 2])],
        "code": (_concept(LOINC, "8867-4", "Heart rate"), _concept(LOINC, "2339-0", "Glucose"))[number % 2],
        "subject": {"reference": f"Patient/p{number % 12}"},
        "encounter": {"reference": f"Encounter/e{number % 8}"},
        "effectiveDateTime": f"2025-0{number % 9 + 1}-{number + 1:02d}T10:00:00+01:00",
        "valueQuantity": {"value": 60 + number, "unit": "/min", "system": UCUM, "code": "/min"},
    }
    if number % 2:
        found["valueQuantity"] = {"value": 5.5 + number / 10, "unit": "mmol/L", "system": UCUM, "code": "mmol/L"}
    return found


def _document(number: int) -> Node:
    attachment = {
        "contentType": "text/html",
        "url": "Binary/b0",
        "size": len(DOCUMENT),
        "hash": base64.b64encode(hashlib.sha1(DOCUMENT).digest()).decode(),
    }
    return {
        "resourceType": "DocumentReference",
        "id": f"d{number}",
        "meta": _meta(number + 4),
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:1.2.3.{number}"},
        "status": ("current", "superseded")[number % 2],
        "type": _concept(LOINC, ("11488-4", "18842-5")[number % 2], "Letter"),
        "subject": {"reference": f"Patient/p{number}"},
        "date": f"2025-0{number + 1}-03T10:00:00Z",
        "content": [{"attachment": attachment}],
    }


def _others() -> list[Node]:
    found: list[Node] = [
        {
            "resourceType": "Organization",
            "id": f"o{number}",
            "meta": _meta(number),
            "identifier": [{"system": "https://example.org/org", "value": f"O{number}"}],
            "active": True,
            "name": ("Klinik Nord", "Klinik Süd")[number],
        }
        for number in range(2)
    ]
    found[1]["partOf"] = {"reference": "Organization/o0"}
    found.append({
        "resourceType": "Practitioner",
        "id": "h0",
        "meta": _meta(5),
        "identifier": [{"system": "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR", "value": "838382202"}],
        "active": True,
        "name": [{"family": "Musterärztin", "given": ["Eva"]}],
    })  # fmt: skip
    for number, chance in enumerate((0.12, 0.55, 0.85)):
        found.append({
            "resourceType": "RiskAssessment",
            "id": f"r{number}",
            "meta": _meta(number),
            "status": "final",
            "subject": {"reference": f"Patient/p{number}"},
            "prediction": [{"probabilityDecimal": chance}],
        })  # fmt: skip
    for number in range(2):
        url = f"https://example.org/ValueSet/v{number}"
        node = {
            "resourceType": "ValueSet",
            "id": f"s{number}",
            "meta": _meta(number),
            "url": url,
            "name": f"Set{number}",
        }
        found.append({**node, "status": ("active", "draft")[number]})
    data = base64.b64encode(DOCUMENT).decode()
    found.append({"resourceType": "Binary", "id": "b0", "meta": _meta(6), "contentType": "text/html", "data": data})
    return found


def clinic() -> list[Node]:
    """About sixty resources of eleven types; the document of DocumentReferences is Binary/b0."""
    return [
        *(_patient(number) for number in range(12)),
        *(_encounter(number) for number in range(8)),
        *(_condition(number) for number in range(8)),
        *(_observation(number) for number in range(24)),
        *(_document(number) for number in range(3)),
        *_others(),
    ]
