"""Profiles that the specification itself demands: vital signs by their code (observation-vitalsigns.html).

The codes are a table of facts (vital_signs.json): the LOINC codes of the specification and their equivalents.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

BASE = "http://hl7.org/fhir/StructureDefinition/"


@cache
def _profiles() -> dict[str, dict[str, str]]:
    """System -> code -> profile; of two profiles with one code the first counts."""
    table = json.loads(files("fhircheck.validate").joinpath("vital_signs.json").read_text("utf-8"))["profiles"]
    found: dict[str, dict[str, str]] = {}
    for name, systems in table.items():
        for system, codes in systems.items():
            for code in codes:
                found.setdefault(system, {}).setdefault(code, BASE + name)
    return found


def implied_profile(node: dict[str, Any]) -> str:
    """The profile that the code of an Observation demands; LOINC counts before SNOMED CT. Empty for none."""
    code = node.get("code")
    codings = code.get("coding") if code.__class__ is dict else None
    if codings.__class__ is not list:
        return ""
    for system, profiles in _profiles().items():
        for coding in codings:
            if coding.__class__ is dict and coding.get("system") == system:
                value = coding.get("code")
                if value.__class__ is str and value in profiles:
                    return profiles[value]
    return ""
