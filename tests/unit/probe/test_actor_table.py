"""Rows of a table: declared and probed stay apart, and what was not tested is never met."""

import pytest

from fhircheck.probe.actor_table import Probed, actor_table, general, lane, own_declaration
from fhircheck.probe.declared import Declared
from fhircheck.probe.requirement import DEMAND, requirements_of
from fhircheck.probe.requirement_sets import RequirementSet
from fhircheck.probe.result import Evidence, Expectation, Outcome, ProbeResult

BASE = "https://fhir.example"
MAY = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation",
                      "valueCode": "MAY"}]}  # fmt: skip
FAMILY = {"name": "family", "type": "string"}
SEEN = Evidence("GET https://fhir.example/Patient?family=***", 200, "1 entry")


def server(*resources: dict, **rest: object) -> dict:
    return {
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "rest": [{"mode": "server", "resource": list(resources), **rest}],
    }


def probe(outcome: Outcome, about: str = "Patient.searchParam:family", needed: Expectation = "SHALL", name: str = "p",
          why: str = "") -> ProbeResult:  # fmt: skip
    return ProbeResult(name, about, outcome, needed, why, (), (SEEN,))


def table(asked: dict, there: dict, *probes: ProbeResult):
    one = RequirementSet("x", "X", "https://x.example", "1", requirements_of(asked))
    found = actor_table(one, Declared(there), Probed(probes), BASE)
    return {row.id: row for row in found.results}


PATIENT = {"type": "Patient", "searchParam": [FAMILY]}


@pytest.mark.parametrize(
    ("outcomes", "needed", "said"),
    [
        ([], "SHALL", "not-tested"),
        ([("not-tested", "SHALL")], "SHALL", "not-tested"),
        ([("met", "SHALL")], "SHALL", "met"),
        ([("met", "SHALL"), ("not-tested", "SHALL")], "SHALL", "met"),
        ([("met", "SHALL"), ("unmet", "SHALL")], "SHALL", "unmet"),
        ([("unmet", "SHOULD")], "SHALL", "not-tested"),
        ([("unmet", "SHOULD"), ("met", "SHALL")], "SHALL", "met"),
        ([("unmet", "SHOULD")], "SHOULD", "unmet"),
        ([("unmet", "SHALL")], "MAY", "unmet"),
    ],
)
def test_what_several_results_say_together(outcomes, needed: Expectation, said: Outcome) -> None:
    results = [probe(outcome, needed=each) for outcome, each in outcomes]
    assert lane(results, needed)[0].outcome == said


def test_a_demand_on_the_whole_interface_is_as_strong_as_who_demands_it() -> None:
    demand = {"url": DEMAND, "valueString": "SHALL rest.unsupported-accept"}
    asked = {**server(), "extension": [demand]}
    seen = probe("unmet", "rest.unsupported-accept", "SHOULD", why="not-406")
    row = table(asked, server(), seen)["rest.unsupported-accept"]
    assert (row.expectation, row.probed) == ("SHALL", "unmet")


@pytest.mark.parametrize("outcome", ["met", "unmet", "not-tested"])
def test_the_lanes_never_mix(outcome: Outcome) -> None:
    declared = table(server(PATIENT), server(PATIENT), probe(outcome))["Patient.searchParam:family"]
    assert (declared.declared, declared.probed) == ("met", outcome)
    silent = table(server(PATIENT), server({"type": "Patient"}), probe(outcome))["Patient.searchParam:family"]
    assert (silent.declared, silent.probed) == ("unmet", outcome)


def test_a_row_is_told_only_when_every_lane_has_told() -> None:
    row = table(server(PATIENT), server(PATIENT))["Patient.searchParam:family"]
    assert not row.told
    assert not row.unmet
    assert row.why == "not-probed"
    assert table(server(PATIENT), server(PATIENT), probe("met"))["Patient.searchParam:family"].told


def test_what_no_probe_can_try_has_one_lane() -> None:
    rows = table(server(PATIENT), server(PATIENT))
    assert rows["Patient"].lanes == ("declared",)
    assert rows["Patient"].told


def test_what_cannot_be_declared_has_the_other() -> None:
    asked = {"type": "Patient", "searchParam": [{"name": "family:exact", "type": "string"}]}
    row = table(server(asked), server(PATIENT))["Patient.searchParam:family:exact"]
    assert row.lanes == ("probed",)
    assert (row.declared, row.told) == ("not-tested", False)


def test_parts_of_an_optional_type_are_optional_where_it_is_missing() -> None:
    asked = server({**PATIENT, **MAY})
    assert table(asked, server())["Patient.searchParam:family"].expectation == "MAY"
    assert table(asked, server({"type": "Patient"}))["Patient.searchParam:family"].expectation == "SHALL"


def test_evidence_is_of_the_result_that_decided() -> None:
    other = ProbeResult("q", "Patient.searchParam:family", "unmet", "SHALL", "ignored", (), (Evidence("GET /", 500),))
    row = table(server(PATIENT), server(PATIENT), probe("met"), other)["Patient.searchParam:family"]
    assert row.evidence == (Evidence("GET /", 500),)
    assert row.why == "ignored"


def test_the_own_declaration_is_judged_by_probes_alone() -> None:
    found = own_declaration(server(PATIENT), Probed([probe("unmet", why="ignored")]), BASE)
    rows = {row.id: row for row in found.results}
    assert set(rows) == {"Patient.searchParam:family"}
    assert rows["Patient.searchParam:family"].lanes == ("probed",)
    assert rows["Patient.searchParam:family"].unmet


@pytest.mark.parametrize(
    ("change", "unmet"),
    [
        ({}, set()),
        ({"kind": "capability"}, {"capability.kind:instance"}),
        ({"fhirVersion": "5.0.0"}, {"capability.fhirVersion:4.0"}),
        ({"fhirVersion": None}, {"capability.fhirVersion:4.0"}),
    ],
)
def test_rules_for_every_statement(change: dict, unmet: set[str]) -> None:
    found = general({**server(), **change}, (("warning", "x", 2),), Probed([]), set())
    assert {row.id for row in found.results if row.unmet} == unmet


def test_a_statement_with_errors_is_unmet() -> None:
    found = general(server(), (("error", "cardinality-min", 1),), Probed([]), set())
    assert [row.id for row in found.results if row.unmet] == ["capability.valid"]


def test_what_no_table_asks_about_has_a_row_for_each_probe() -> None:
    probes = [probe("met", "rest", name="a"), probe("unmet", "rest", name="b"), probe("met", "Patient.read")]
    found = general(server(), (), Probed(probes), {"Patient.read"})
    rows = {row.id: row.probed for row in found.results[3:]}
    assert rows == {"rest (a)": "met", "rest (b)": "unmet"}


def test_what_only_writing_could_tell_says_so() -> None:
    patient = {"type": "Patient", "interaction": [{"code": "create"}, {"code": "read"}], "conditionalUpdate": True}
    asked = server(patient, interaction=[{"code": "transaction"}])
    why = {name: row.why for name, row in table(asked, asked).items()}
    assert why == {
        "Patient": "", "system.transaction": "needs-writing", "Patient.create": "needs-writing",
        "Patient.read": "not-probed", "Patient.conditionalUpdate": "needs-writing",
    }  # fmt: skip
    tried = table(asked, asked, probe("not-tested", "Patient.create", why="writes-not-allowed"))
    assert tried["Patient.create"].why == "writes-not-allowed"
