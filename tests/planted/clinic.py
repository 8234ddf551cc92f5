"""Invented data of a clinic without a defect: the same for the same number of patients, whoever asks."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Node = dict[str, Any]
NOW = datetime.fromisoformat("2025-12-31T12:00:00+01:00")
"""The moment the clinic's data is judged at."""

FIRST = date(2024, 1, 1)
DAYS = 700
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
ICD = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
OPS = "http://fhir.de/CodeSystem/bfarm/ops"
ATC = "http://fhir.de/CodeSystem/bfarm/atc"
SNOMED = "http://snomed.info/sct"
TERMS = "http://terminology.hl7.org/CodeSystem"

TESTS = (
    ("718-7", "Hemoglobin [Mass/volume] in Blood", 11.0, 16.5, "g/dL"),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", 0.6, 1.4, "mg/dL"),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", 132.0, 147.0, "mmol/L"),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", 3.3, 5.4, "mmol/L"),
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", 65.0, 180.0, "mg/dL"),
)
"""Laboratory tests: LOINC code, its display, lowest and highest value, UCUM unit."""

DIAGNOSES = ("I10.90", "E11.90", "J44.99", "N18.3", "I50.13", "K80.20", "A41.9")
MEN, WOMEN = "N40", "N80.0"
"""Diagnoses of one sex."""
OPERATIONS = ("5-511.11", "5-470.11", "3-200", "8-980.0")
DRUGS = ("C07AB02", "A10BA02", "B01AB05", "N02BB02", "J01CR05")


def clinic(patients: int = 300, seed: int = 1) -> list[Node]:
    """All resources; those a reference leads to come before it."""
    random = Random(seed)
    found = [LIBRARY, ORGANIZATION, ENDPOINT, *map(_practitioner, range(5))]
    for number in range(patients):
        found += _patient(number, random)
    return found


LIBRARY: Node = {
    "resourceType": "Library",
    "id": "data-set",
    "status": "active",
    "type": {"coding": [{"system": f"{TERMS}/library-type", "code": "asset-collection"}]},
    "title": "Stays of two years",
    "description": "Invented stays of a clinic that does not exist.",
    "publisher": "Klinikum Musterstadt",
}
ORGANIZATION: Node = {
    "resourceType": "Organization",
    "id": "clinic",
    "identifier": [{"system": "http://fhir.de/sid/arge-ik/iknr", "value": "260000009"}],
    "active": True,
    "name": "Klinikum Musterstadt",
}
ENDPOINT: Node = {
    "resourceType": "Endpoint",
    "id": "pacs",
    "status": "active",
    "connectionType": {"system": f"{TERMS}/endpoint-connection-type", "code": "dicom-wado-rs"},
    "payloadType": [{"text": "DICOM"}],
    "address": "https://klinikum-musterstadt.example/dicomweb",
}
DOCTOR: Node = {"reference": "Practitioner/doctor-0"}


def _practitioner(number: int) -> Node:
    return {
        "resourceType": "Practitioner",
        "id": f"doctor-{number}",
        "identifier": [{"system": "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR", "value": f"8{number:08}"}],
        "name": [{"family": f"Arzt{number}", "given": ["Alex"]}],
    }


def _patient(number: int, random: Random) -> Iterator[Node]:
    """One patient with two stays of two years, and what was done in them."""
    patient = f"p{number}"
    gender = "female" if random.random() < 0.5 else "male"
    yield {
        "resourceType": "Patient",
        "id": patient,
        "meta": _meta(),
        "identifier": [
            {
                "type": {"coding": [{"system": f"{TERMS}/v2-0203", "code": "MR"}]},
                "system": "https://klinikum-musterstadt.example/fhir/sid/patienten",
                "value": f"{100000 + number}",
            }
        ],
        "active": True,
        "name": [{"use": "official", "family": f"Muster{number}", "given": [f"Vorname{number}"]}],
        "gender": gender,
        "birthDate": (date(1935, 1, 1) + timedelta(random.randrange(25_000))).isoformat(),
        "address": [{"type": "both", "line": ["Hauptstr. 1"], "city": "Musterstadt", "postalCode": "10115"}],
    }
    yield _consent(patient)
    for stay in range(2):
        start = FIRST + timedelta(random.randrange(stay * DAYS // 2, (stay + 1) * DAYS // 2 - 15))
        yield from _stay(patient, f"{patient}-{stay}", start, random)
    yield {
        **_condition(f"{patient}-1", start, {"subject": {"reference": f"Patient/{patient}"}}, DOCTOR, random),
        "id": f"{patient}-own",
        "code": _coded(ICD, MEN if gender == "male" else WOMEN, version="2024"),
    }


def _meta() -> Node:
    return {"source": "https://klinikum-musterstadt.example/kis", "lastUpdated": "2025-12-31T08:00:00+01:00"}


def _consent(patient: str) -> Node:
    policy = "urn:oid:2.16.840.1.113883.3.1937.777.24.5.3"
    return {
        "resourceType": "Consent",
        "id": f"{patient}-consent",
        "meta": _meta(),
        "status": "active",
        "scope": _coded(f"{TERMS}/consentscope", "research"),
        "category": [_coded(LOINC, "57016-8"), _coded("https://www.medizininformatik-initiative.de/fhir/modul-consent/"
                     "CodeSystem/mii-cs-consent-consent_category", "2.16.840.1.113883.3.1937.777.24.2.184")],
        "patient": {"reference": f"Patient/{patient}"},
        "dateTime": "2024-01-01",
        "organization": [{"reference": "Organization/clinic"}],
        "policy": [{"uri": f"{policy}.1790"}],
        "provision": {
            "type": "deny",
            "period": {"start": "2024-01-01", "end": "2054-01-01"},
            "provision": [
                {
                    "type": "permit",
                    "period": {"start": "2024-01-01", "end": "2054-01-01"},
                    "code": [_coded(policy, f"2.16.840.1.113883.3.1937.777.24.5.3.{code}") for code in (1, 8)],
                }
            ],
        },
    }  # fmt: skip


def _stay(patient: str, stay: str, start: date, random: Random) -> Iterator[Node]:
    length = random.randrange(3, 10)
    doctor = {"reference": f"Practitioner/doctor-{random.randrange(5)}"}
    about = {"subject": {"reference": f"Patient/{patient}"}, "encounter": {"reference": f"Encounter/{stay}"}}
    yield {
        "resourceType": "Encounter",
        "id": stay,
        "meta": _meta(),
        "identifier": [
            {
                "type": {"coding": [{"system": f"{TERMS}/v2-0203", "code": "VN"}]},
                "system": "https://klinikum-musterstadt.example/fhir/sid/faelle",
                "value": stay,
            }
        ],
        "status": "finished",
        "class": {"system": f"{TERMS}/v3-ActCode", "code": "IMP"},
        "type": [_coded("http://fhir.de/CodeSystem/Kontaktebene", "einrichtungskontakt")],
        "subject": about["subject"],
        "participant": [{"individual": doctor}],
        "period": {"start": _at(start, 8), "end": _at(start + timedelta(length), 14)},
        "serviceProvider": {"reference": "Organization/clinic"},
    }
    yield _condition(stay, start, about, doctor, random)
    yield from _laboratory(stay, start, length, about, random)
    yield from _treatment(stay, start, about, doctor, random)
    yield from _imaging(stay, start + timedelta(1), about, doctor)


def _at(day: date, hour: int, minute: int = 0) -> str:
    return f"{day.isoformat()}T{hour:02}:{minute:02}:00+01:00"


def _coded(system: str, code: str, **more: str) -> Node:
    return {"coding": [{"system": system, "code": code, **more}]}


def _condition(stay: str, start: date, about: Node, doctor: Node, random: Random) -> Node:
    return {
        "resourceType": "Condition",
        "id": f"{stay}-diagnosis",
        "meta": _meta(),
        "clinicalStatus": _coded(f"{TERMS}/condition-clinical", "active"),
        "verificationStatus": _coded(f"{TERMS}/condition-ver-status", "confirmed"),
        "code": _coded(ICD, random.choice(DIAGNOSES), version="2024"),
        **about,
        "onsetDateTime": start.isoformat(),
        "recordedDate": _at(start, 10),
        "recorder": doctor,
    }


def _laboratory(stay: str, start: date, length: int, about: Node, random: Random) -> Iterator[Node]:
    """A report a day of the first three, each with a value of every test."""
    for day in range(3):
        taken = start + timedelta(day)
        results = []
        for code, display, low, high, unit in TESTS:
            identity = f"{stay}-{day}-{code}"
            results.append({"reference": f"Observation/{identity}"})
            yield {
                "resourceType": "Observation",
                "id": identity,
                "meta": _meta(),
                "status": "final",
                "category": [_coded(f"{TERMS}/observation-category", "laboratory")],
                "code": _coded(LOINC, code, display=display),
                **about,
                "effectiveDateTime": _at(taken, 9),
                "issued": _at(taken, 11),
                "performer": [{"reference": "Organization/clinic"}],
                "valueQuantity": {
                    "value": round(random.uniform(low, high), 1),
                    "unit": unit,
                    "system": UCUM,
                    "code": unit,
                },
                "referenceRange": [{"low": _quantity(low, unit), "high": _quantity(high, unit)}],
            }
        blood = {"resourceType": "Specimen", "id": "blood", "type": _coded(SNOMED, "119297000")}
        more = {"contained": [blood], "specimen": [{"reference": "#blood"}], "result": results}
        yield _report(f"{stay}-{day}-report", "11502-2", taken, about, more)


def _quantity(value: float, unit: str) -> Node:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def _report(identity: str, code: str, day: date, about: Node, more: Node) -> Node:
    return {
        "resourceType": "DiagnosticReport",
        "id": identity,
        "meta": _meta(),
        "status": "final",
        "code": _coded(LOINC, code),
        **about,
        "effectiveDateTime": _at(day, 9),
        "issued": _at(day, 12),
        "performer": [{"reference": "Organization/clinic"}],
        **more,
    }


def _treatment(stay: str, start: date, about: Node, doctor: Node, random: Random) -> Iterator[Node]:
    drug = _coded(ATC, random.choice(DRUGS), version="2024")
    context = {"subject": about["subject"], "context": about["encounter"]}
    yield {
        "resourceType": "MedicationRequest",
        "id": f"{stay}-order",
        "meta": _meta(),
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": drug,
        **about,
        "authoredOn": _at(start, 12),
        "requester": doctor,
        "dosageInstruction": [{"text": "1-0-1"}],
    }
    for day in range(2):
        yield {
            "resourceType": "MedicationAdministration",
            "id": f"{stay}-dose-{day}",
            "meta": _meta(),
            "status": "completed",
            "medicationCodeableConcept": drug,
            **context,
            "effectiveDateTime": _at(start + timedelta(day), 18),
            "performer": [{"actor": doctor}],
            "request": {"reference": f"MedicationRequest/{stay}-order"},
            "dosage": {"dose": _quantity(1, "mg")},
        }
    yield {
        "resourceType": "Procedure",
        "id": f"{stay}-operation",
        "meta": _meta(),
        "status": "completed",
        "code": _coded(OPS, random.choice(OPERATIONS), version="2024"),
        **about,
        "performedDateTime": _at(start + timedelta(1), 7, 30),
        "recorder": doctor,
        "performer": [{"actor": doctor}],
    }


def _imaging(stay: str, day: date, about: Node, doctor: Node) -> Iterator[Node]:
    root = "1.2.276.0.7230010.3.1"
    number = "".join(str(ord(each)) for each in stay)
    yield {
        "resourceType": "ImagingStudy",
        "id": f"{stay}-ct",
        "meta": _meta(),
        "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{root}.2.{number}"}],
        "status": "available",
        **about,
        "started": _at(day, 15),
        "interpreter": [doctor],
        "endpoint": [{"reference": "Endpoint/pacs"}],
        "numberOfSeries": 1,
        "numberOfInstances": 1,
        "modality": [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"}],
        "series": [
            {
                "uid": f"{root}.3.{number}",
                "modality": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"},
                "bodySite": {"system": SNOMED, "code": "51185008"},
                "numberOfInstances": 1,
                "instance": [
                    {
                        "uid": f"{root}.4.{number}",
                        "sopClass": {"system": "urn:ietf:rfc:3986", "code": "urn:oid:1.2.840.10008.5.1.4.1.1.2"},
                    }
                ],
            }
        ],
    }
    study = {"imagingStudy": [{"reference": f"ImagingStudy/{stay}-ct"}], "resultsInterpreter": [doctor]}
    yield _report(f"{stay}-ct-report", "24627-2", day, about, study)
