"""Laws of comparing servers: a server meets its own statement, and two equal moments have no changes."""

import copy
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fhircheck.probe.comparison import compare
from fhircheck.probe.declared import Declared
from fhircheck.probe.requirement import requirements_of
from fhircheck.probe.result import ActorResult, RequirementResult
from fhircheck.probe.server_changes import server_changes
from fhircheck.probe.server_score import score_of

NAMES = st.sampled_from(["family", "family:exact", "patient.identifier", "patient", "_lastupdated", "_id", "code"])
CANONICALS = st.sampled_from(["https://a.example/1", "https://a.example/1|2.0", "https://b.example/2"])
TYPES = st.sampled_from(["Patient", "Encounter", "Group"])
PARAMETER = st.fixed_dictionaries(
    {"name": NAMES, "type": st.sampled_from(["string", "token"])}, optional={"definition": CANONICALS}
)
OPERATION = st.fixed_dictionaries(
    {"name": st.sampled_from(["$match", "match", "export"])}, optional={"definition": CANONICALS}
)
SHARED = {
    "interaction": st.lists(st.fixed_dictionaries({"code": st.sampled_from(["read", "search-type", "transaction"])})),
    "searchParam": st.lists(PARAMETER, max_size=4),
    "operation": st.lists(OPERATION, max_size=3),
}
INCLUDES = st.lists(st.sampled_from(["*", "Patient:*", "Patient:link", "Patient:link:Patient"]), max_size=3)
RESOURCE = st.fixed_dictionaries(
    {"type": TYPES},
    optional={
        **SHARED,
        "searchInclude": INCLUDES,
        "searchRevInclude": INCLUDES,
        "supportedProfile": st.lists(CANONICALS, max_size=2),
        "profile": CANONICALS,
        "conditionalUpdate": st.booleans(),
        "conditionalDelete": st.sampled_from(["not-supported", "single", "multiple"]),
        "versioning": st.sampled_from(["no-version", "versioned", "versioned-update"]),
    },
)
REST = st.fixed_dictionaries(
    {"mode": st.sampled_from(["server", "client"])}, optional={**SHARED, "resource": st.lists(RESOURCE, max_size=3)}
)
STATEMENT = st.fixed_dictionaries(
    {"rest": st.lists(REST, max_size=2)},
    optional={"format": st.lists(st.sampled_from(["json", "application/fhir+json", "xml"]), max_size=2),
              "instantiates": st.lists(CANONICALS, max_size=2)},
)  # fmt: skip


@given(STATEMENT)
def test_a_server_meets_its_own_statement(statement: dict[str, Any]) -> None:
    declared = Declared(statement)
    for each in requirements_of(statement):
        assert compare(each, declared).outcome == "met", each


@given(STATEMENT)
def test_ids_are_told_once(statement: dict[str, Any]) -> None:
    ids = [each.id for each in requirements_of(statement)]
    assert len(ids) == len(set(ids))


def saved(statement: dict[str, Any]) -> dict[str, Any]:
    server = {"base": "https://x.example", "software": "x", "fhirVersion": "4.0.1"}
    return {"server": server, "capability": statement, "issues": [], "probes": []}


@given(STATEMENT)
def test_equal_moments_have_no_changes(statement: dict[str, Any]) -> None:
    assert server_changes(saved(statement), saved(copy.deepcopy(statement))) == ()


@given(STATEMENT, STATEMENT)
def test_what_is_gone_one_way_has_come_the_other(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = server_changes(saved(one), saved(other)), server_changes(saved(other), saved(one))
    assert {each.about for each in there if each.how == "removed"} == {e.about for e in back if e.how == "added"}
    assert all(each.breaking for each in there if each.how == "removed")


OUTCOME = st.sampled_from(["met", "unmet", "not-tested"])
ROW = st.builds(
    RequirementResult,
    st.just("x"), st.sampled_from("abcde"), st.sampled_from(["SHALL", "SHOULD", "MAY"]), OUTCOME, OUTCOME,
    lanes=st.sampled_from([("declared",), ("probed",), ("declared", "probed")]),
)  # fmt: skip
ACTORS = st.lists(
    st.builds(lambda rows: ActorResult("x", "x", "", "", tuple(rows)), st.lists(ROW, max_size=4)), max_size=3
)


@given(ACTORS)
def test_a_score_lies_in_its_bounds_and_never_stands_without_coverage(actors: list[ActorResult]) -> None:
    score = score_of(actors)
    assert score.value is None or 0 <= score.value <= 100
    assert score.coverage is None or 0 <= score.coverage <= 1
    assert (score.value is None) == (not score.coverage)


@given(ACTORS)
def test_the_order_of_tables_changes_no_score(actors: list[ActorResult]) -> None:
    assert score_of(actors) == score_of(actors[::-1])


@given(st.lists(OUTCOME, min_size=1, max_size=6), st.data())
def test_testing_more_never_lowers_the_coverage(outcomes: list[str], data: st.DataObject) -> None:
    def scored(found: list[str]) -> Fraction:
        rows = [RequirementResult("x", str(number), "SHALL", "met", each) for number, each in enumerate(found)]  # type: ignore[arg-type]
        return score_of([ActorResult("x", "x", "", "", tuple(rows))]).coverage or Fraction(0)

    number = data.draw(st.integers(0, len(outcomes) - 1))
    tested = [*outcomes]
    tested[number] = "met"
    assert scored(tested) >= scored(outcomes)
