"""The server's CapabilityStatement: asked for, read (JSON, or XML where it gives no other), and validated."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jiter import from_json

from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.errors import CouldNotCheck
from fhircheck.run import RunOptions, run
from fhircheck.transport.record_reader import read_document
from fhircheck.transport.xml_reader import is_xml

if TYPE_CHECKING:
    from fhircheck.definitions.definition_set import DefinitionSet
    from fhircheck.transport.http import Answer, HttpClient

ACCEPT = "application/fhir+json, application/json;q=0.9, application/fhir+xml;q=0.5"


def read_capability(client: "HttpClient", base: str, definitions: "DefinitionSet") -> tuple[dict[str, Any], bytes]:
    """The CapabilityStatement of the server at `base`, and its text as it came.

    https://hl7.org/fhir/R4/http.html#capabilities. Raises CouldNotCheck where there is none.
    """
    from fhircheck.transport.http import ServerFault, redacted

    shown = redacted(f"{base}/metadata")
    try:
        answer = client.get(f"{base}/metadata", {"Accept": ACCEPT})
    except ServerFault as fault:
        raise CouldNotCheck(f"{shown}: {fault.reason}") from None
    if answer.status != 200:
        raise CouldNotCheck(f"{shown}: HTTP {answer.status}, no CapabilityStatement")
    node = parsed(answer, definitions)
    if node is None:
        raise CouldNotCheck(
            f"{shown}: the answer is no FHIR resource (content type {answer.content_type or 'missing'})"
        )
    if node.get("resourceType") != "CapabilityStatement":
        raise CouldNotCheck(f"{shown}: the answer is no CapabilityStatement but {_type(node)}")
    return node, answer.body


def parsed(answer: "Answer", definitions: "DefinitionSet") -> dict[str, Any] | None:
    """The resource in `answer`, JSON or XML; None where there is none."""
    if is_xml(answer.body):
        return read_document(answer.body, TypeTable(definitions))
    try:
        node = from_json(answer.body, allow_inf_nan=False)
    except ValueError:
        return None
    return node if isinstance(node, dict) and "resourceType" in node else None


def _type(node: dict[str, Any]) -> str:
    name = node.get("resourceType")
    return name if isinstance(name, str) and name.isalnum() and len(name) < 65 else "something else"


def validated(text: bytes, options: RunOptions) -> tuple[tuple[str, str, int], ...]:
    """Findings of the resource in `text` as (severity, kind, number), the severest first.

    options: packages, offline and settings of the run; its sources are left aside.
    """
    from dataclasses import replace

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("metadata.xml" if is_xml(text) else "metadata.json")
        path.write_bytes(text)
        report = run(replace(options, sources=(str(path),), measure=False, fail_on="never"))
    counts = Counter({(severity, kind): number for severity, kind, number in report.totals})
    order = ("fatal", "error", "warning", "information")
    found = [(severity, kind, number) for (severity, kind), number in counts.items()]
    return tuple(sorted(found, key=lambda each: (order.index(each[0]), -each[2], each[1])))
