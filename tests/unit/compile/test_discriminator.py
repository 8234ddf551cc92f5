"""Which slice an item belongs to, from profiles that say it in different ways, or not at all."""

import json
import re
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.snapshot import generate_snapshot
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.validator import Validator

URL = "http://fhir.example/StructureDefinition/sliced"
KNOWN, OTHER = "http://fhir.example/known", "http://fhir.example/other"


def profile(*elements: dict[str, Any]) -> dict[str, Any]:
    """A profile on Patient with these element definitions."""
    return {
        "resourceType": "StructureDefinition",
        "url": URL,
        "name": "Sliced",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "differential": {"element": [{"path": re.sub(r":\w+", "", each["id"]), **each} for each in elements]},
    }


def slicing(kind: str, path: str, rules: str = "open") -> dict[str, Any]:
    return {"slicing": {"discriminator": [{"type": kind, "path": path}], "rules": rules}}


def extension_slice(name: str, url: str) -> dict[str, Any]:
    types = [{"code": "Extension", "profile": [url]}]
    return {"id": f"Patient.extension:{name}", "sliceName": name, "max": "1", "type": types}


BY_PATTERN = profile(
    {"id": "Patient.identifier", **slicing("value", "system")},
    {
        "id": "Patient.identifier:known",
        "sliceName": "known",
        "min": 1,
        "max": "1",
        "patternIdentifier": {"system": KNOWN},
    },
)
BY_UNKNOWN_EXTENSION = profile(
    {"id": "Patient.extension", **slicing("value", "url")},
    extension_slice("known", KNOWN),
    extension_slice("other", f"{OTHER}|1.0"),
)
BY_NOTHING = profile(
    {"id": "Patient.contact", **slicing("value", "name", "closed")},
    {"id": "Patient.contact:one", "sliceName": "one", "min": 1},
)
TELECOM = {
    **profile(),
    "url": "http://fhir.example/StructureDefinition/telecom",
    "kind": "complex-type",
    "type": "ContactPoint",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/ContactPoint",
    "differential": {"element": [{"id": "ContactPoint.system", "path": "ContactPoint.system", "min": 1}]},
}
OF_PROFILED_TYPE = profile(
    {
        "id": "Patient.telecom",
        **slicing("value", "system", "closed"),
        "type": [{"code": "ContactPoint", "profile": [TELECOM["url"]]}],
    },
    {"id": "Patient.telecom:phone", "sliceName": "phone", "max": "1"},
    {"id": "Patient.telecom:phone.system", "fixedCode": "phone"},
    {"id": "Patient.telecom:fax", "sliceName": "fax", "max": "1"},
    {"id": "Patient.telecom:fax.system", "fixedCode": "fax"},
)
NEVER_ONE = profile(
    {"id": "Patient.deceased[x]", **slicing("type", "$this", "closed")},
    {"id": "Patient.deceased[x]:deceasedBoolean", "sliceName": "deceasedBoolean", "type": [{"code": "boolean"}]},
    {
        "id": "Patient.deceased[x]:deceasedDateTime",
        "sliceName": "deceasedDateTime",
        "type": [{"code": "dateTime"}],
        "max": "0",
    },
)
ONE_TYPE = profile(
    {"id": "Patient.deceased[x]", **slicing("type", "$this", "open"), "min": 1},
    {
        "id": "Patient.deceased[x]:deceasedBoolean",
        "sliceName": "deceasedBoolean",
        "type": [{"code": "boolean"}],
        "min": 1,
    },
)
CASES = [
    ("a slice that is not to be, of a closed choice", NEVER_ONE, {"deceasedDateTime": "2020"}, {"slicing-closed"}),
    ("the slice beside it", NEVER_ONE, {"deceasedBoolean": True}, set()),
    ("another type than the only one", ONE_TYPE, {"deceasedDateTime": "2020"}, {"slicing-closed", "slice-min"}),
    ("the only type", ONE_TYPE, {"deceasedBoolean": True}, set()),
    ("type with a profile", OF_PROFILED_TYPE, {"telecom": [{"system": "phone"}, {"system": "fax"}]}, set()),
    ("type with a profile, no slice", OF_PROFILED_TYPE, {"telecom": [{"system": "email"}]}, {"slicing-closed"}),
    ("pattern above", BY_PATTERN, {"identifier": [{"system": KNOWN}, {"system": OTHER}]}, set()),
    ("pattern above, missing", BY_PATTERN, {"identifier": [{"system": OTHER}]}, {"slice-min"}),
    ("pattern above, twice", BY_PATTERN, {"identifier": [{"system": KNOWN}, {"system": KNOWN}]}, {"slice-max"}),
    ("extensions no package has", BY_UNKNOWN_EXTENSION, {"extension": [{"url": KNOWN}, {"url": OTHER}]}, set()),
    ("one of them twice", BY_UNKNOWN_EXTENSION, {"extension": [{"url": OTHER}, {"url": OTHER}]}, {"slice-max"}),
    ("nothing told", BY_NOTHING, {"contact": [{"name": {"text": "somebody"}}]}, set()),
]


@pytest.mark.parametrize(("definition", "patient", "wanted"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_slices(definition: dict[str, Any], patient: dict[str, Any], wanted: set[str]) -> None:
    undecided = set()
    linker = linker_for(
        load_definitions(offline=True, loose=[definition, TELECOM]), lambda reason, at: undecided.add(reason)
    )
    node = {"resourceType": "Patient", "meta": {"profile": [URL]}, **patient}
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", json.dumps(node).encode()))
    (checked,) = Validator(linker, locate=False).check(record)
    assert {issue.kind for issue in checked.issues if issue.kind.startswith("sli")} == wanted
    assert ("discriminator" in undecided) == (definition is BY_NOTHING)


def test_what_is_wrong_within_the_entry_of_a_slice_is_said_once() -> None:
    bundle = {
        **profile(),
        "type": "Bundle",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Bundle",
        "differential": {
            "element": [
                {"id": "Bundle.entry", "path": "Bundle.entry", **slicing("type", "resource")},
                {"id": "Bundle.entry:one", "path": "Bundle.entry", "sliceName": "one"},
                {
                    "id": "Bundle.entry:one.resource",
                    "path": "Bundle.entry.resource",
                    "min": 1,
                    "type": [{"code": "Patient"}],
                },
            ]
        },
    }
    resource = {"resourceType": "Patient", "id": "1", "gander": "x"}
    node = {
        "resourceType": "Bundle",
        "meta": {"profile": [URL]},
        "type": "collection",
        "entry": [{"fullUrl": "http://fhir.example/Patient/1", "resource": resource}],
    }
    linker = linker_for(load_definitions(offline=True, loose=[bundle]), lambda reason, at: None)
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", json.dumps(node).encode()))
    checked = Validator(linker, locate=False).check(record)
    found = [issue.place.expression for each in checked for issue in each.issues if issue.kind == "unknown-element"]
    assert found == ["Bundle.entry[0].resource"]
    assert [each.valid for each in checked] == [True, False]


@pytest.mark.parametrize(("ships", "wanted"), [(False, []), (True, ["Questionnaire.item[0].item[0]"])])
def test_an_item_within_an_item_is_any_item_unless_the_snapshot_says_otherwise(ships: bool, wanted: list[str]) -> None:
    form = {
        **profile({"id": "Questionnaire.item.prefix", "min": 1}),
        "type": "Questionnaire",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Questionnaire",
    }
    definitions = load_definitions(offline=True, loose=[form])
    if ships:
        form = generate_snapshot(form, definitions)
        for each in form["snapshot"]["element"]:
            if "contentReference" in each:
                each["contentReference"] = "#" + each["contentReference"].rpartition("#")[2]
        definitions = load_definitions(offline=True, loose=[form])
    inner = {"linkId": "1.1", "type": "display", "text": "a"}
    outer = {"linkId": "1", "prefix": "1", "type": "group", "text": "a", "item": [inner]}
    node = {"resourceType": "Questionnaire", "meta": {"profile": [URL]}, "status": "active", "item": [outer]}
    linker = linker_for(definitions, lambda reason, at: None)
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", json.dumps(node).encode()))
    (checked,) = Validator(linker, locate=False).check(record)
    assert [each.place.expression for each in checked.issues if each.kind == "cardinality-min"] == wanted
