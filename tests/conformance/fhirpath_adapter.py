"""Our side of the shared FHIRPath runner: ``python -m tests.conformance.fhirpath_adapter JOBS``.

Reads a JSON list of jobs {id, expression, input}, writes one JSON line a job: {id, result} with each item as
FHIRPath text, or {id, error}.
"""

import json
import sys
from pathlib import Path
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.fhirpath import CannotTell, Environment, FhirPathError, Item, compile_expression
from fhircheck.fhirpath.shown import shown
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.model.scope import Scope
from fhircheck.transport.json_reader import read_records
from fhircheck.validate.resource_check import ResourceCheck


class Engine:
    """Expressions over the embedded R4 core."""

    def __init__(self) -> None:
        definitions = load_definitions(offline=True)
        self.types = TypeTable(definitions)
        self.resources = ResourceCheck(linker_for(definitions, lambda reason, detail: None))
        self.nodes: dict[str, dict[str, Any]] = {}

    def node(self, path: str) -> dict[str, Any]:
        """The resource in a file, read as the validator reads it."""
        if path not in self.nodes:
            for record in read_records(Piece(path, "resource", Path(path).read_bytes())):
                self.nodes[path] = record.node or {}
        return self.nodes[path]

    def conforms(self, node: dict[str, Any], canonical: str) -> bool | None:
        """conformsTo() by the validator itself."""
        return self.resources.holds(node, canonical, Scope(node, node, node["resourceType"]))

    def answer(self, job: dict[str, Any]) -> list[str]:
        """The items of one job as text."""
        node = self.node(job["input"]) if job["input"] else None
        kind = node["resourceType"] if node else ""
        expression = compile_expression(job["expression"], kind, self.types, strict=True)
        environment = Environment(resource=node, conforms_to=self.conforms, one_for_as=True)
        items: list[Item] = expression.evaluate(node, kind, environment)
        return [shown(item) for item in items]


def main(path: str) -> None:
    """Answer every job of the file at `path`."""
    engine = Engine()
    for job in json.loads(Path(path).read_text("utf-8")):
        try:
            answer: dict[str, Any] = {"result": engine.answer(job)}
        except (FhirPathError, CannotTell) as fault:
            answer = {"error": str(fault)}
        print(json.dumps(answer | {"id": job["id"]}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
