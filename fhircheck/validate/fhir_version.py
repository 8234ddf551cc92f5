"""Recognise resources of another FHIR version, so that they are named once and not taken apart.

The names come from a table of facts (fhir_versions.json): what R5 and STU3 have and R4 has not.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from fhircheck.model.issue import IssueKind

KIND = IssueKind(
    name="fhir-version",
    severity="error",
    code="not-supported",
    summary="The data is of another FHIR version than R4.",
    why="Elements have other names and meanings there; findings against R4 would mislead.",
    clause="http://hl7.org/fhir/R4/versioning.html",
    fix="Export the data as FHIR R4 (4.0.1), or convert it.",
    english="Looks like FHIR {version}, not R4 ({evidence}); "
    "{count} such {count:resource was|resources were} not checked",
    german="Sieht nach FHIR {version} aus, nicht nach R4 ({evidence}); "
    "{count} solche {count:Ressource wurde|Ressourcen wurden} nicht geprüft",
    failing='{"resourceType": "Encounter", "status": "completed", "class": [{"text": "x"}],'
    ' "actualPeriod": {"start": "2024-01-01"}}',
    passing='{"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"},'
    ' "period": {"start": "2024-01-01"}}',
)
NAMES = {"5.0.0": "R5 (5.0.0)", "3.0.2": "STU3 (3.0.2)"}


@cache
def _table() -> dict[str, Any]:
    text = files("fhircheck.validate").joinpath("fhir_versions.json").read_text("utf-8")
    return {version: entry for version, entry in json.loads(text).items() if version in NAMES}


def recognise(node: dict[str, Any], unknown: list[str]) -> tuple[str, str] | None:
    """(version, evidence) of another FHIR version that `node` belongs to, or None.

    unknown: the names of the resource's first level that R4 does not know; another version is
    recognised only where it explains all of them. An unknown resource type is evidence by itself.
    """
    name = node.get("resourceType")
    for version, entry in _table().items():
        if name in entry["types"]:
            return version, str(name)
        if unknown and set(unknown) <= set(entry["elements"].get(name, ())):
            return version, f"{name}.{min(unknown)}"
    return None
