"""An export into a folder, and what is in it."""

import json
from pathlib import Path
from typing import Any

from fhircheck.fetch import FetchFolder
from fhircheck.fetch.bulk import BulkFetch, BulkOptions
from fhircheck.model.connection import Connection
from fhircheck.sources.bulk_export import Patience
from fhircheck.sources.bulk_request import ExportRequest
from tests.servers.bulk_server import BulkServer, ndjson

PATIENTS = ndjson("Patient", range(900))
ALL = ExportRequest()
WRAPPED = b'{"resourceType": "Binary", "id": "a", "contentType": "application/fhir+ndjson", "data": "AAAA"}'
QUICK = Patience(first=0.001)


def fetch(
    server: BulkServer, out: Path, request: ExportRequest = ALL, restart: bool = False, **options: Any
) -> dict[str, Any]:
    given = {"connection": Connection(retries=2), "patience": QUICK, **options}
    with FetchFolder(str(out), request.fingerprint(), restart) as folder:
        return BulkFetch(server.base, request, folder, BulkOptions(**given)).run()


def kinds(manifest: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in manifest["findings"]]


def ids(path: Path) -> list[str]:
    return ids_in(path.read_bytes())


def ids_in(data: bytes) -> list[str]:
    """The ids in all whole lines."""
    return [json.loads(line)["id"] for line in data.splitlines(True) if line.endswith(b"\n")]
