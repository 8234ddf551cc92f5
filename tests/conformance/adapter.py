"""Our side of the shared conformance runner: ``python -m tests.conformance.adapter JOBS``.

Reads a JSON list of jobs (the runner's --help tells their form), writes one JSON line a job:
{id, issues, seconds} or {id, skipped}. Settings are those of the reference's own test runner: the
terminology and extension packages are loaded, best practice is not judged.
"""

import json
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.first_pass import linker_for
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.issue import Issue
from fhircheck.model.record import Piece
from fhircheck.model.settings import CheckSettings
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.transport.record_reader import RecordReader, read_document
from fhircheck.validate.validator import Validator
from tests.conformance.reading_places import place_of_reading
from tests.conformance.reference_places import place_in_reference
from tests.needs import SHARED

ALWAYS = ("hl7.terminology.r4-6.4.0.tgz", "hl7.fhir.uv.extensions.r4-5.3.0.tgz")


class NotRun(Exception):
    """A job that cannot be run, with the reason."""


def main(path: str) -> None:
    """Answer every job of the file at `path`."""
    for job in json.loads(Path(path).read_text("utf-8")):
        started = time.perf_counter()
        try:
            answer: dict[str, Any] = {"issues": [_shown(issue) for issue in check(job)]}
        except (NotRun, CouldNotCheck) as reason:
            answer = {"skipped": str(reason)}
        answer |= {"id": job["id"], "seconds": round(time.perf_counter() - started, 4)}
        print(json.dumps(answer, ensure_ascii=False), flush=True)


def check(job: dict[str, Any]) -> list[Issue]:
    """The findings of one job."""
    definitions, asked = _definitions(job)
    linker = linker_for(definitions, lambda reason, detail: None, settings=_settings(job["settings"]))
    validator = Validator(linker, asked, locate=False)
    issues: list[Issue] = []
    piece = Piece(job["file"], "resource", Path(job["file"]).read_bytes())
    comments = job["settings"].get("allow-comments") is True
    for record in RecordReader(linker.around.types, comments).records(piece):
        issues += record.issues
        for checked in validator.check(record):
            issues += checked.issues
    return issues


def _settings(wanted: dict[str, Any]) -> CheckSettings:
    """What the case asks of its runner, beside what holds for all."""
    return CheckSettings(
        example_urls=wanted.get("examples") is not False,
        forbid_example_urls=wanted.get("examples") is False,
        forbid_markup=wanted.get("security-checks") is True,
        publication=str(wanted.get("for-publication", "")).lower() == "true",
        wrong_displays="warning" if wanted.get("wrong-displays") == "warning" else "error",
        references_exist=str(wanted.get("validateReference", "")).startswith("CHECK_EXISTS"),
        url_types=wanted.get("assumeValidRestReferences") is True,
        aggregation_alone=wanted.get("enforceAggregationOutsideBundles") is not False,
    )


def _definitions(job: dict[str, Any]) -> tuple[DefinitionSet, list[str]]:
    packages = [str(SHARED / "packages" / name) for name in ALWAYS]
    packages += [_package(name) for name in job["packages"]]
    packages += [_beside(job["file"], name) for name in job["settings"].get("package-map", {}).values()]
    beside = Path(job["file"]).parent
    also = [str(beside / name) for name in job["settings"].get("supporting5") or ()]
    supporting = [_resource(path) for path in [*job["supporting"], *also]]
    asked = [url if url.startswith("http") else _resource(url) for url in job["profiles"]]
    loose = supporting + [each for each in asked if isinstance(each, dict)]
    definitions = load_definitions(packages, offline=True, loose=loose)
    return definitions, [each if isinstance(each, str) else each["url"] for each in asked]


def _package(name: str) -> str:
    if Path(name).exists():
        return name
    path = SHARED / "packages" / f"{name.replace('#', '-')}.tgz"
    if not path.exists():
        raise NotRun(f"package {name} is not there")
    return str(path)


def _beside(case: str, name: str) -> str:
    """A file that the manifest names from its own folder on, which is one of those above the case."""
    found = next((folder / name for folder in Path(case).parents if (folder / name).exists()), None)
    if found is None:
        raise NotRun(f"{name} is not there")
    return str(found)


def _resource(path: str) -> dict[str, Any]:
    """A definition out of a file beside the case."""
    resource = read_document(Path(path).read_bytes(), _core_types())
    if not isinstance(resource, dict) or "url" not in resource:
        raise NotRun(f"{Path(path).name} is no conformance resource")
    return resource


@cache
def _core_types() -> TypeTable:
    return TypeTable(load_definitions(offline=True))


def _shown(issue: Issue) -> dict[str, str]:
    kind = ISSUE_KINDS.get(issue.kind)
    return {
        "severity": issue.severity,
        "expression": place_in_reference(issue.kind, place_of_reading(issue.kind, issue.place)),
        "message": f"{issue.kind}: {kind.summary if kind else ''} {dict(issue.params)}",
    }


if __name__ == "__main__":
    main(sys.argv[1])
