"""What a fetch wrote, asked and said."""

import json
from pathlib import Path
from typing import Any

from fhircheck.fetch.fetching import FetchOptions
from fhircheck.model.connection import Connection
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import FhirServer

ONCE = FetchOptions(Connection(retries=0))


def written(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The resources of a fetched folder by type."""
    return {path.stem: [json.loads(line) for line in path.open()] for path in sorted(folder.glob("*.ndjson"))}


def kinds(manifest: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in manifest["findings"]]


def paths(server: FhirServer) -> list[str]:
    return [each.path for each in server.asked]


def outcome(status: int) -> Reply:
    return Reply(status, {"Content-Type": "application/fhir+json"}, b'{"resourceType": "OperationOutcome"}')
