"""A data set's card: sound for a catalogue (SHACL) and for a pipeline (mlcroissant), and nothing invented in it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyshacl import validate as shacl
from rdflib import RDF, Graph, Literal, Namespace, URIRef

import fhircheck
from fhircheck.model.errors import UsageError
from fhircheck.model.report import RunReport
from fhircheck.report.card import FORMS, NO_FACTS, CardFacts, card, form_of, load_card_facts, missing_facts
from fhircheck.report.card.variables import variables

HERE = Path(__file__).parent
NAME = URIRef("https://data.example/lab-2024")
DCAT, DCT = Namespace("http://www.w3.org/ns/dcat#"), Namespace("http://purl.org/dc/terms/")
DQV, HEALTH = Namespace("http://www.w3.org/ns/dqv#"), Namespace("http://healthdataportal.eu/ns/health#")
CSVW = Namespace("http://www.w3.org/ns/csvw#")
SECRET = "Mustermann"


def nodes(patients: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(patients):
        found.append({"resourceType": "Patient", "id": str(number), "name": [{"family": SECRET}]})
        found.append(
            {
                "resourceType": "Observation",
                "id": f"o{number}",
                "status": "final",
                "code": {"text": "Hb"},
                "subject": {"reference": f"Patient/{number}"},
                "effectiveDateTime": f"2024-{1 + number % 3:02}-01",
                "valueQuantity": {"value": 8, "unit": "mmol/l"},
            }
        )
    return found


def checked(folder: Path, patients: int) -> RunReport:
    path = folder / f"{patients}.ndjson"
    path.write_text("".join(json.dumps(node) + "\n" for node in nodes(patients)), encoding="utf-8")
    return fhircheck.check(path, offline=True)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    return checked(tmp_path_factory.mktemp("card"), 12)


@pytest.fixture(scope="module")
def facts() -> CardFacts:
    return load_card_facts(str(HERE / "facts.toml"))


def graph(text: str, form: str) -> Graph:
    return Graph().parse(data=text, format=form)


def faults(card_graph: Graph) -> set[str]:
    shapes = Graph().parse(HERE / "non_public.shapes.ttl")
    _, results, _ = shacl(card_graph, shacl_graph=shapes)
    assert isinstance(results, Graph)
    paths = results.objects(None, URIRef("http://www.w3.org/ns/shacl#resultPath"))
    return {str(path).rpartition("/")[2].rpartition("#")[2] for path in paths}


def test_a_catalogue_finds_it_sound(report: RunReport, facts: CardFacts) -> None:
    assert missing_facts(facts, "turtle") == ()
    assert faults(graph(card(report, "turtle", facts), "turtle")) == set()


def test_both_rdf_forms_say_the_same(report: RunReport, facts: CardFacts) -> None:
    one, other = (graph(card(report, form, facts), form) for form in ("turtle", "json-ld"))
    assert set(one) == set(other)
    assert len(one) > 100


def test_what_the_run_says(report: RunReport, facts: CardFacts) -> None:
    found = graph(card(report, "turtle", facts), "turtle")
    assert int(found.value(NAME, HEALTH.numberOfRecords)) == 24  # type: ignore[arg-type]
    assert int(found.value(NAME, HEALTH.numberOfUniqueIndividuals)) == 12  # type: ignore[arg-type]
    period = found.value(NAME, DCT.temporal)
    assert [str(found.value(period, DCAT[end])) for end in ("startDate", "endDate")] == ["2024-01", "2024-03"]
    assert str(found.value(NAME, DCT.title)) == "Laborwerte 2024"
    assert found.value(NAME, DCT.title).language == "de"  # type: ignore[union-attr]


def test_quality_measurements_are_those_of_the_report(report: RunReport, facts: CardFacts) -> None:
    found = graph(card(report, "turtle", facts), "turtle")
    values = {}
    for node in found.objects(NAME, DQV.hasQualityMeasurement):
        values[str(found.value(node, DQV.isMeasurementOf)).rpartition("/")[2]] = float(found.value(node, DQV.value))  # type: ignore[arg-type]
    shares = {each.name: float(each.share) for each in report.measures if each.share is not None}
    assert values.keys() <= shares.keys()
    assert values == {name: pytest.approx(shares[name], abs=1e-6) for name in values}
    assert values["ucum-unit"] == 0
    assert values["coded-concept"] == 0


def test_variables_are_elements_that_are_there(report: RunReport, facts: CardFacts) -> None:
    found = graph(card(report, "turtle", facts), "turtle")
    names = {str(each) for each in found.objects(None, CSVW.name)}
    assert {"Observation.status", "Observation.code", "Observation.value[x]", "Patient.id"} <= names
    assert "Observation.bodySite" not in names
    assert {name.partition(".")[0] for name in names} == {"Observation", "Patient"}


def test_elements_that_are_only_asked_for_are_no_variables(report: RunReport) -> None:
    """Photos are items of direct-identifiers, birth dates of value-present, where nobody has one; names are there."""
    found = {each.path for each in variables(report)["Patient"]}
    assert "Patient.name" in found
    assert not found & {"Patient.birthDate", "Patient.telecom", "Patient.address", "Patient.photo", "Patient.contact"}


def test_few_patients_are_not_told(tmp_path: Path, facts: CardFacts) -> None:
    found = graph(card(checked(tmp_path, 3), "turtle", facts), "turtle")
    assert found.value(NAME, HEALTH.numberOfUniqueIndividuals) is None
    measured = {str(each).rpartition("/")[2] for each in found.subjects(RDF.type, DQV.Metric)}
    assert "follow-up" not in measured
    assert "ucum-unit" in measured


def test_of_a_sample_no_size_is_told(report: RunReport, facts: CardFacts) -> None:
    sampled = replace(report, sources=replace(report.sources, sampled=5))
    found = graph(card(sampled, "turtle", facts), "turtle")
    assert found.value(NAME, HEALTH.numberOfRecords) is None
    assert not list(found.objects(None, DCAT.byteSize))


def test_nothing_is_invented(report: RunReport) -> None:
    text = card(report, "turtle")
    found = graph(text, "turtle")
    assert faults(found) == {
        "title", "description", "identifier", "accessRights", "applicableLegislation", "distribution", "health#hdab",
        "hdab", "healthCategory", "contactPoint", "keyword", "type", "provenance",
    } - {"health#hdab"}  # fmt: skip
    assert missing_facts(NO_FACTS, "turtle")[:3] == ("title", "description", "identifier")
    assert {"contact.email|page", "keyword", "provenance", "type"} <= set(missing_facts(NO_FACTS, "turtle"))
    public = CardFacts({"access": "public"})
    assert "keyword" not in missing_facts(public, "turtle")
    assert (
        missing_facts(CardFacts({"contact": {"page": "https://a.example"}}), "turtle").count("contact.email|page") == 0
    )


@pytest.mark.parametrize("form", FORMS.values())
def test_no_value_of_the_data_and_the_same_bytes(form: str, report: RunReport, facts: CardFacts) -> None:
    text = card(report, form, facts)
    assert SECRET not in text
    assert card(report, form, facts) == text


def test_the_same_bytes_in_another_process(report: RunReport) -> None:
    source = report.sources.names[0]
    code = (
        "import sys, fhircheck\nfrom datetime import datetime, UTC\nfrom fhircheck.report.card import FORMS, card\n"
        f"report = fhircheck.check({source!r}, offline=True, now=datetime(2025, 1, 1, tzinfo=UTC))\n"
        "for form in FORMS.values():\n    sys.stdout.write(card(report, form))"
    )
    texts = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert texts[0] == texts[1]
    assert texts[0]


def test_croissant_is_sound_for_its_own_reader(report: RunReport, facts: CardFacts, tmp_path: Path) -> None:
    path = tmp_path / "data.croissant.json"
    path.write_text(card(report, "croissant", facts), encoding="utf-8")
    code = (
        "import sys, mlcroissant\nmetadata = mlcroissant.Dataset(sys.argv[1]).metadata\n"
        "print(sorted(metadata.ctx.issues.errors))\nprint(sorted(each.name for each in metadata.record_sets))"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.splitlines() == ["[]", "[]"], done.stderr[-2000:]
    read = json.loads(path.read_text(encoding="utf-8"))
    measured = {each["name"] for each in read["variableMeasured"]}
    assert {"Observation.status", "Patient.id"} <= measured, "told, though no file beside the card has them"
    assert read["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert {each["dqv:isMeasurementOf"]["@id"].rpartition("/")[2] for each in read["dqv:hasQualityMeasurement"]} >= {
        "ucum-unit"
    }


def test_forms_by_suffix() -> None:
    assert form_of("a/b.TTL") == "turtle"
    assert form_of("b.jsonld") == "json-ld"
    assert form_of("b.croissant.json") == "croissant"
    with pytest.raises(UsageError, match=r"must end in \.ttl"):
        form_of("b.json")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("title = ", "not TOML"),
        ("titel = 'x'", "Additional properties"),
        ("access = 'secret'", "access"),
        ("[contact]\nemail = 'nobody'", "contact.email"),
        ("issued = 'soon'", "issued"),
    ],
)
def test_faults_in_the_facts_are_named(text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "facts.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=fault) as caught:
        load_card_facts(str(path))
    assert str(path) in str(caught.value)
    with pytest.raises(UsageError, match="No such file"):
        load_card_facts(str(tmp_path / "none.toml"))


def test_odd_facts_make_no_other_statement(report: RunReport) -> None:
    odd = CardFacts({"title": 'a "b" <c> \\ \n d', "identifier": "x y", "keyword": ["<#>"]})
    found = graph(card(report, "turtle", odd), "turtle")
    [dataset] = found.subjects(RDF.type, DCAT.Dataset)
    assert found.value(dataset, DCT.title) == Literal('a "b" <c> \\ \n d', lang="en")
    assert str(dataset).startswith("urn:uuid:")
