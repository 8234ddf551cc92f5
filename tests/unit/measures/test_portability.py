"""Whose codes and extensions are: what only a house or its vendor can read."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.measures.owners import NO_OWNER, Owners, owner_of
from fhircheck.measures.portability import OTHERS, Own, Part, Portability, side_by_side
from fhircheck.measures.portability_counts import PortabilityCounts
from fhircheck.measures.tables import Tables
from fhircheck.measures.tools import Tools
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.reconcile import PublicShare
from fhircheck.model.report import MeasureResult
from tests.planted.clinic import clinic
from tests.unit.measures.judged import counts, judged

ICD = {"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "code": "I10.90"}
HOUSE = {"system": "https://vendor.example/catalogue", "code": "HYP"}
OID = {"system": "urn:oid:1.2.276.0.76.3.1.1", "code": "1"}
WORD = {"system": "Hauskatalog", "code": "1"}
PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
OWN = "https://vendor.example/fhir/StructureDefinition/"
TOOLS = Tools(options=MeasureOptions(smallest_cell=1))


@pytest.mark.parametrize(
    ("url", "public", "owner"),
    [
        ("http://loinc.org", True, "loinc.org"),
        ("http://loinc.org/", True, "loinc.org"),
        ("https://LOINC.org", True, "loinc.org"),
        ("http://loinc.org.example/x", False, "loinc.org.example"),
        ("http://example.org/?http://loinc.org", False, "example.org"),
        ("http://user@loinc.org/", False, NO_OWNER),
        ("http://www.orpha.net", True, "orpha.net"),
        ("https://example.gematik.de/fhir/x", False, "example.gematik.de"),
        ("http://server.vendor.example:8080/CodeSystem/x", False, "server.vendor.example"),
        ("urn:oid:2.16.840.1.113883.6.96", True, "urn:oid:"),
        ("urn:oid:2.16.840.1.113883.60.96", None, "urn:oid:"),
        ("urn:oid:1.2.276.0.76.3.1.1", None, "urn:oid:"),
        ("urn:iso:std:iso:3166", True, "urn:iso:"),
        ("Hauskatalog", False, NO_OWNER),
        ("", False, NO_OWNER),
        ("http://", False, NO_OWNER),
    ],
)
def test_whose_a_url_is(url: str, public: bool | None, owner: str) -> None:
    assert Owners(Tables()).public[url] is public
    assert owner_of(url) == owner


def test_the_table_names_owners_once_with_their_source() -> None:
    rows = Tables().rows("public_owners")
    names = [row["owner"] for row in rows]
    assert len(set(names)) == len(names)
    assert all(owner_of(f"http://{each}/") == each or (each.startswith("urn:") and each[-1] in ":.") for each in names)
    assert all(row["name"] and "#" in row["source"] for row in rows)


def condition(*codings: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": {"coding": list(codings)}}


@pytest.mark.parametrize(
    ("codings", "expected", "own"),
    [
        ([ICD], (1, 1, 0), []),
        ([HOUSE], (0, 1, 0), [("own-codings", "https://vendor.example/catalogue", 1)]),
        (
            [HOUSE, ICD],
            (1, 1, 0),
            [
                ("own-codings", "https://vendor.example/catalogue", 1),
                ("own-codings-beside-a-public-one", "https://vendor.example/catalogue", 1),
            ],
        ),
        ([OID], (0, 0, 1), []),
        ([OID, HOUSE], (0, 0, 1), [("own-codings", "https://vendor.example/catalogue", 1)]),
        ([WORD], (0, 1, 0), [("own-codings", NO_OWNER, 1)]),
        ([{"code": "1"}, {"system": "http://loinc.org"}, {"display": "x"}], (0, 0, 0), []),
    ],
)
def test_public_code(codings: list[dict[str, Any]], expected: tuple[int, int, int], own: list[Any]) -> None:
    result = judged(condition(*codings), tools=TOOLS)["public-code"]
    assert counts(result) == expected
    assert said(result) == own
    assert result.status in ("informational", "cannot-tell", "not-applicable")


def said(result: MeasureResult) -> list[Any]:
    return [(each.name, each.of, each.value) for each in result.details]


def test_each_concept_is_an_item_and_failing_ones_have_their_place() -> None:
    node = {"resourceType": "Encounter", "type": [{"coding": [ICD]}, {"coding": [HOUSE]}, {"text": "x"}]}
    result = judged(node)["public-code"]
    assert counts(result) == (1, 2, 0)
    assert [each.expression for each in result.examples] == ["Encounter.type[1]"]


PATIENT = {
    "resourceType": "Patient",
    "extension": [{"url": PLACE, "valueAddress": {"city": "Ulm"}}, {"url": f"{OWN}ward-colour", "valueString": "x"}],
    "_birthDate": {"extension": [{"url": f"{OWN}patient-birthPlace", "valueString": "x"}]},
    "modifierExtension": [{"url": "urn:oid:1.2.3", "valueBoolean": True}],
    "name": [{"_family": {"extension": [{"valueString": "no url"}]}}],
    "contained": [
        {
            "resourceType": "Organization",
            "extension": [{"url": f"{OWN}tree", "extension": [{"url": "leaf", "valueCode": "a"}, {"url": PLACE}]}],
        }
    ],
}


def test_public_extension() -> None:
    result = judged(PATIENT, PATIENT, tools=TOOLS)["public-extension"]
    assert counts(result) == (4, 12, 2)
    assert {path: (passed, judged_) for path, passed, judged_ in result.by} == {
        "Patient.birthDate": (0, 2),
        "Patient.contained": (2, 4),
        "Patient.extension": (2, 4),
        "Patient.name": (0, 2),
    }
    assert {each.expression for each in result.examples} == {
        "Patient.birthDate.extension",
        "Patient.contained.ofType(Organization).extension",
        "Patient.extension[1]",
    }
    assert said(result) == [
        ("own-extensions", "vendor.example", 6),
        ("own-extensions-named-as-one-of-hl7", "vendor.example", 2),
        ("own-extensions", NO_OWNER, 2),
    ]


def test_small_and_many_owners_count_together() -> None:
    nodes = [condition({"system": f"https://vendor{number}.example", "code": "1"}) for number in range(30)] * 12
    few = judged(*nodes[:30], tools=Tools())["public-code"]
    assert said(few) == [("own-codings", OTHERS, 30)]
    many = said(judged(*nodes, tools=Tools())["public-code"])
    assert len(many) == 21
    assert many[-1] == ("own-codings", OTHERS, 120)


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "public_owners.csv").write_text("owner,name,source\nvendor.example,Vendor,our contract\n")
    tools = Tools(options=MeasureOptions(tables=str(tmp_path)))
    results = judged(condition(HOUSE), condition(ICD), PATIENT, tools=tools)
    assert counts(results["public-code"]) == (1, 2, 0)
    assert counts(results["public-extension"]) == (3, 6, 1)


def test_counts_alone_are_those_of_the_measures_in_any_parts() -> None:
    nodes = [*clinic(), PATIENT, condition(HOUSE, ICD), condition(HOUSE), condition(OID), {"resourceType": 5}]
    results = judged(*nodes, tools=TOOLS)
    parts = [PortabilityCounts() for _ in range(3)]
    for number, node in enumerate(nodes):
        parts[number % 3].add(node)
    whole = PortabilityCounts()
    for part in parts:
        whole.merge(pickle.loads(pickle.dumps(part)))
    found = whole.result(1, load_definitions())
    for part_, name in ((found.codes, "public-code"), (found.extensions, "public-extension")):
        assert (part_.public, part_.judged, part_.cannot_tell) == counts(results[name])
    assert found.codes.own == (Own("https://vendor.example/catalogue", 2, twins=1),)
    assert found.extensions.own == (Own("vendor.example", 3, alike=1), Own(NO_OWNER, 1))
    told = whole.taken()
    assert whole.result() == Portability()
    assert PortabilityCounts.of(json.loads(json.dumps(told.form()))).result(1) == told.result(1)
    assert told.result(1).codes == found.codes
    assert told.result(1).extensions.own == (Own("vendor.example", 3), Own(NO_OWNER, 1))
    free = PortabilityCounts()
    free.add(condition({"system": "Frau Muster", "code": "1"}))
    assert "Muster" not in json.dumps(free.taken().form())
    assert PortabilityCounts().result() == Portability()


def test_two_stores_stand_beside_each_other() -> None:
    before = Portability(Part(2, 3, 0, (Own("https://b.example/a", 12), Own(OTHERS, 3))), Part())
    after = Portability(Part(3, 3, 0, (Own("https://c.example", 10),)), Part(1, 8, 0, (Own("vendor.example", 7),)))
    assert side_by_side(before, after) == (
        PublicShare(
            "public-code",
            (2, 3),
            (3, 3),
            (("https://b.example/a", 12, 0), ("https://c.example", 0, 10), (OTHERS, 3, 0)),
        ),
        PublicShare("public-extension", (0, 0), (1, 8), (("vendor.example", 0, 7),)),
    )
