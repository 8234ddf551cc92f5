"""What a resource adds to the table ``mix``, found once for each set of codes and each profile."""

from typing import Any, NamedTuple

from fhircheck.model.contribution import Contribution
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node

ABOUT = {
    "AllergyIntolerance": "code",
    "Condition": "code",
    "DiagnosticReport": "code",
    "DocumentReference": "type",
    "Encounter": "type",
    "Immunization": "vaccineCode",
    "MedicationAdministration": "medicationCodeableConcept",
    "MedicationDispense": "medicationCodeableConcept",
    "MedicationRequest": "medicationCodeableConcept",
    "MedicationStatement": "medicationCodeableConcept",
    "Observation": "code",
    "Procedure": "code",
    "ServiceRequest": "code",
    "Specimen": "type",
}
"""The element that says what a resource is about, by type; all are among those of coded_elements."""
SYSTEM, VERSION, PROFILE = "system", "version", "profile"
VERSION_KEY, PROFILE_KEY = key_of(VERSION), key_of(PROFILE)


class Mix(NamedTuple):
    """keys: (item, group) of each row. names: adds the names of systems, versions and profiles, without counts."""

    keys: tuple[tuple[int, int], ...]
    names: Contribution


NO_MIX = Mix((), Contribution())


def mix_of_codes(node: Node, kind: str) -> Mix:
    """Of the element that says what the resource is about: its codes, by system, and the versions of the systems."""
    keys: list[tuple[int, int]] = []
    names: dict[tuple[str, ...], int] = {}
    concept = node.get(ABOUT[kind]) if kind in ABOUT else None
    for each in concept if concept.__class__ is list else (concept,):
        codings = each.get("coding") if each.__class__ is dict else None
        for coding in codings if codings.__class__ is list else ():
            if coding.__class__ is dict:
                _coding(coding, kind, keys, names)
    return Mix(tuple(keys), Contribution(counts=tuple(names.items()))) if keys else NO_MIX


def _coding(coding: dict[str, Any], kind: str, keys: list[tuple[int, int]], names: dict[tuple[str, ...], int]) -> None:
    system, code, version = coding.get("system"), coding.get("code"), coding.get("version")
    if system.__class__ is not str or code.__class__ is not str or not system:
        return
    name = (SYSTEM, f"{kind} {system}")
    names[name] = 0
    keys.append((key_of(f"{kind} {system} {code}"), key_of(" ".join(name))))
    if version.__class__ is str and version:
        name = (VERSION, f"{system}|{version}")
        names[name] = 0
        keys.append((key_of(" ".join(name)), VERSION_KEY))


def mix_of_profile(profile: str) -> Mix:
    """Of one entry of meta.profile."""
    name = (PROFILE, profile)
    return Mix(((key_of(" ".join(name)), PROFILE_KEY),), Contribution(counts=((name, 0),)))
