"""No element of R4 is forgotten by the set of markers: told by the StructureDefinitions themselves, read plainly."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from tests.marked_data import DEFINING, NO_MARKER, TYPED, Marks, lines, resource_types

PERSONAL = frozenset({"HumanName", "Address", "ContactPoint", "Identifier", "Annotation", "Attachment", "Narrative",
                      "Reference", "CodeableConcept", "Signature"}) | TYPED  # fmt: skip
SKIPPED = (".extension", ".modifierExtension", ".contained", ".meta", ".id", ".implicitRules")
"""Extensions are filled by types in turn; the others hold ids and claims."""


def elements(name: str) -> Iterator[tuple[str, set[str]]]:
    """Path and types of each element of a resource type, from its snapshot."""
    structure: dict[str, Any] | None = load_definitions(offline=True).structure(name)
    assert structure is not None
    for each in structure["snapshot"]["element"]:
        path = each["path"]
        if "." in path and not any(f"{step}." in f"{path}." for step in SKIPPED):
            yield path.removesuffix("[x]"), {one["code"].rpartition("/")[2] for one in each.get("type", ())}


@pytest.fixture(scope="module")
def marked() -> set[str]:
    marks = Marks()
    for _ in lines(marks, resource_types()):
        pass
    return set(marks.places.values())


def test_every_element_that_can_hold_something_personal_has_a_marker(marked: set[str]) -> None:
    forgotten, looked_at = [], 0
    for name in resource_types():
        for path, types in elements(name):
            if types & PERSONAL and path not in NO_MARKER:
                looked_at += 1
                if not any(each == path or each.startswith(f"{path}.") for each in marked):
                    forgotten.append(path)
    assert forgotten == []
    assert looked_at > 1_500


def test_what_is_left_out_is_about_no_person() -> None:
    """A type with a birth date, a patient or a subject is in the set."""
    for name in DEFINING:
        paths = {path.rpartition(".")[2] for path, _ in elements(name)}
        assert not paths & {"birthDate", "patient"}, name
        subject = {types for path, types in ((p, frozenset(t)) for p, t in elements(name)) if path == f"{name}.subject"}
        assert not any("Reference" in types and len(types) == 1 for types in subject), name


def test_markers_are_what_is_written() -> None:
    marks = Marks()
    text = "\n".join(lines(marks, ["Patient"]))
    assert json.loads(text.splitlines()[0])["name"][0]["family"].lower() in marks.places
    assert all(marker in text.lower() for marker, place in marks.places.items() if place.startswith("Patient.name"))
