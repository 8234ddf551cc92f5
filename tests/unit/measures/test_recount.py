"""Measures counted again by a plain, slow reading of real data: the numbers must agree exactly."""

import gzip
import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.measures import judge_measures, observe_all
from fhircheck.measures.coded_elements import PATHS
from fhircheck.measures.conformance.patient_link import ELEMENTS
from fhircheck.measures.tables import Tables
from fhircheck.measures.timeline import CLINICAL
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.report import MeasureResult
from fhircheck.model.row_facts import RowFacts
from fhircheck.resolve.reference_walk import collect_links
from tests.needs import shared_path
from tests.unit.measures.seen import Seen

FOLDERS = ["smart-bulk-synthea/10-patients", "pathling-testdata/ndjson-encoders"]
Node = dict[str, Any]
Counts = tuple[int, int, int]


def resources(folder: str) -> list[Node]:
    found = []
    for path in sorted(shared_path("data", *folder.split("/")).glob("*.ndjson.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines if line.strip()]
    return [each for each in found if "resourceType" in each]


@pytest.fixture(scope="module", params=FOLDERS)
def data(request: pytest.FixtureRequest) -> list[Node]:
    return resources(request.param)


@pytest.fixture(scope="module")
def results(data: list[Node]) -> dict[str, MeasureResult]:
    tallies: dict[str, Tally] = {}
    links, rows, tools = LinkFacts(limit=100_000), RowFacts(limit=100_000), Tools()
    for number, node in enumerate(data):
        seen = Seen(record=number, root=node["resourceType"])
        observe_all(node, seen, tallies, rows, tools)
        rows.settle()
        collect_links(node, seen, links)
        links.settle()
    assert links.edges.on_disk or len(links.edges) < 3_200
    resources = Counter(node["resourceType"] for node in data)
    found = judge_measures(tallies, links, False, load_definitions(), rows=rows, resources=resources, tools=tools)
    return {each.name: each for each in found}


def counts(result: MeasureResult) -> Counts:
    return result.numerator, result.denominator, result.cannot_tell


def references(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """(path, reference) of every reference below a value."""
    if isinstance(value, list):
        for each in value:
            yield from references(each, path)
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "reference" and isinstance(each, str):
                yield path, each
            yield from references(each, f"{path}.{name}")


@pytest.fixture(scope="module")
def targets() -> dict[str, set[str]]:
    """Types a reference may point to, by path, straight from the core package's definitions."""
    found: dict[str, set[str]] = {}
    with tarfile.open(shared_path("packages", "hl7.fhir.r4.core-4.0.1.tgz")) as package:
        for member in package:
            if not member.name.startswith("package/StructureDefinition-"):
                continue
            file = package.extractfile(member)
            definition = json.load(file) if file else {}
            if definition["derivation"] != "specialization" if "derivation" in definition else True:
                continue
            for element in definition["snapshot"]["element"]:
                for kind in element.get("type", ()):
                    if kind["code"] == "Reference":
                        names = {url.split("/")[-1] for url in kind.get("targetProfile", ["Resource"])}
                        found[element["path"]] = names
    return found


def test_references(data: list[Node], results: dict[str, MeasureResult], targets: dict[str, set[str]]) -> None:
    there = {f"{node['resourceType']}/{node['id']}" for node in data}
    passed = judged = unknown = 0
    failing = set()
    for number, node in enumerate(data):
        local = {f"#{each['id']}": each["resourceType"] for each in node.get("contained", ())}
        for path, reference in references(node, node["resourceType"]):
            assert path in targets, path
            if "?" in reference or reference.startswith("http"):
                unknown += 1
                continue
            judged += 1
            kind = local.get(reference, "") if reference[0] == "#" else reference.split("/")[0]
            found = reference in local or reference in there
            if found and (kind in targets[path] or "Resource" in targets[path]):
                passed += 1
            else:
                failing.add(number)
    assert judged
    assert counts(results["reference-resolves"]) == (passed, judged, unknown)
    assert results["reference-resolves"].resources_failed == len(failing)


def moment(text: str) -> datetime:
    assert len(text) > 19, "Synthea writes full moments with an offset"
    return datetime.fromisoformat(text)


def test_dates(data: list[Node], results: dict[str, MeasureResult]) -> None:
    passed = judged = 0
    for node in data:
        pairs: list[tuple[Any, Any]] = []
        if node["resourceType"] == "Encounter":
            pairs = [(node["period"].get("start"), node["period"].get("end"))]
        if node["resourceType"] == "Condition":
            onset = node.get("onsetDateTime")
            pairs = [(onset, node.get("abatementDateTime")), (onset, node.get("recordedDate"))]
        if node["resourceType"] == "Immunization":
            pairs = [(node.get("occurrenceDateTime"), node.get("recorded"))]
        if node["resourceType"] == "Patient":
            day = f"{node['birthDate']}T00:00:00+14:00"
            pairs = [(day, node.get("deceasedDateTime"))]
        for first, second in pairs:
            if first and second:
                judged += 1
                passed += moment(second) >= moment(first)
    assert judged
    assert counts(results["date-sequence"]) == (passed, judged, 0)


def test_units(data: list[Node], results: dict[str, MeasureResult]) -> None:
    passed = judged = 0
    for node in data:
        if node["resourceType"] == "Observation":
            for part in [node, *node.get("component", ())]:
                if "value" in part.get("valueQuantity", {}):
                    judged += 1
                    quantity = part["valueQuantity"]
                    passed += quantity.get("system") == "http://unitsofmeasure.org" and bool(quantity.get("code"))
    assert counts(results["ucum-unit"]) == (passed, judged, 0)
    assert judged or not any(node["resourceType"] == "Observation" for node in data)


def test_patients_with_records(data: list[Node], results: dict[str, MeasureResult]) -> None:
    patients = {node["id"] for node in data if node["resourceType"] == "Patient"}
    having: dict[str, set[str]] = {kind: set() for kind in CLINICAL if any(n["resourceType"] == kind for n in data)}
    for node in data:
        subject = node.get("subject") or node.get("patient") or {}
        kind, _, name = str(subject.get("reference")).partition("/")
        if kind == "Patient" and name in patients and node["resourceType"] in having:
            having[node["resourceType"]].add(name)
    passed = sum(map(len, having.values()))
    assert having
    assert counts(results["patients-with-type"]) == (passed, len(patients) * len(having), 0)
    lacking = [name for name in patients if any(name not in each for each in having.values())]
    assert results["patients-with-type"].patients_failed == len(lacking)


def test_links_to_patients(data: list[Node], results: dict[str, MeasureResult]) -> None:
    passed = judged = 0
    for node in data:
        name = ELEMENTS.get(node["resourceType"])
        if name and (node["resourceType"] != "Device" or name in node):
            judged += 1
            passed += str(node.get(name, {}).get("reference")).startswith("Patient/")
    assert judged
    assert counts(results["patient-linked"]) == (passed, judged, 0)


def test_identifiers(data: list[Node], results: dict[str, MeasureResult]) -> None:
    found = [each for node in data for each in node.get("identifier", ())]
    good = [each for each in found if each.get("value") and ":" in each.get("system", "")]
    assert found
    assert counts(results["identifier-recognised"]) == (len(good), len(found), 0)


def test_systems(data: list[Node], results: dict[str, MeasureResult]) -> None:
    expected: dict[str, set[str]] = {}
    for row in Tables().rows("systems"):
        expected.setdefault(row["element"], set()).add(row["system"])
    passed = judged = codings = 0
    for node in data:
        kind = node["resourceType"]
        for path in PATHS:
            if path.startswith(f"{kind}."):
                for concepts in elements(node, path.split(".")[1:]):
                    systems = [each.get("system") for one in concepts for each in one.get("coding", [one])]
                    codings += sum(each is not None for each in systems)
                    if path in expected:
                        judged += 1
                        passed += not expected[path].isdisjoint(systems)
    assert judged
    assert counts(results["expected-system"]) == (passed, judged, 0)
    assert counts(results["current-system"]) == (codings, codings, 0)


def elements(node: Node, steps: list[str]) -> Iterator[list[Node]]:
    """The concepts of one element, wherever it stands."""
    value = node.get(steps[0])
    if value is None:
        return
    values = value if isinstance(value, list) else [value]
    if len(steps) == 1:
        yield values
        return
    for each in values:
        yield from elements(each, steps[1:])
