"""What the service says of itself: http://hl7.org/fhir/R4/capabilitystatement.html; nothing it does not do."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fhircheck import __version__
from fhircheck.definitions.definition_set import DefinitionSet

VALIDATE = {"name": "validate", "definition": "http://hl7.org/fhir/OperationDefinition/Resource-validate"}
MODES = "mode create, update and delete check the content alone: nothing is stored here."


def capability_statement(
    definitions: DefinitionSet, types: Iterable[str], now: datetime, secured: bool
) -> dict[str, Any]:
    """The CapabilityStatement. types: resource types that can be validated. secured: whether a token is needed."""
    guides = sorted(_canonicals(definitions))
    rest: dict[str, Any] = {
        "mode": "server",
        "documentation": "Validates resources and stores none. " + MODES,
        "security": {
            "cors": False,
            "description": "A token in the Authorization header (Bearer)." if secured else "None: local use.",
        },
        "resource": [{"type": name, "operation": [VALIDATE]} for name in sorted(types)],
        "operation": [VALIDATE],
    }
    statement: dict[str, Any] = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now.isoformat(timespec="seconds"),
        "kind": "instance",
        "software": {"name": "fhircheck", "version": __version__},
        "implementation": {"description": f"fhircheck {__version__}: $validate as a service"},
        "fhirVersion": "4.0.1",
        "format": ["json", "xml"],
        "rest": [rest],
    }
    if guides:
        statement["implementationGuide"] = guides
    return statement


def _canonicals(definitions: DefinitionSet) -> Iterable[str]:
    """The guides whose definitions are loaded, in the version that is used."""
    for url in definitions.urls("ImplementationGuide"):
        version = definitions.find_version(url, "ImplementationGuide")
        yield f"{url}|{version}" if version else url
