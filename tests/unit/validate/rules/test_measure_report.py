"""A MeasureReport against its Measure."""

from typing import Any

import pytest

from fhircheck.model.scope import Resolved, Scope
from fhircheck.validate.measure.score import ALTERNATE
from fhircheck.validate.rules.measure_report import OBSERVED, MeasureReportRule
from tests.unit.validate.rule_bench import Bench, Node

URL = "http://example.org/Measure/m"
POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"
UNIT = {
    "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
    "valueCoding": {"system": "u", "code": "h"},
}


def coded(code: str, system: str = POPULATION, **members: Any) -> Node:
    return {"code": {"coding": [{"system": system, "code": code}]}} | members


def population(code: str = "numerator", count: Any = 1, **members: Any) -> Node:
    return coded(code, **({"count": count} if count is not None else {}), **members)


def group(*populations: Node, **members: Any) -> Node:
    return {"population": list(populations)} | members


def check(defined: list[Node], reported: Any, scoring: str = "cohort", **members: Any) -> list[tuple[str, str]]:
    measure = {"resourceType": "Measure", "url": URL, "group": defined, "scoring": {"coding": [{"code": scoring}]}}
    if members.pop("unit", False):
        measure["extension"] = [UNIT]
    node = {"resourceType": "MeasureReport", "measure": URL, "type": "summary", "group": reported} | members
    return Bench((measure,)).kinds(MeasureReportRule(), node)


ONE = [group(coded("numerator"))]
TWO = [coded("g1", "s") | group(coded("numerator")), coded("g2", "s") | group(coded("numerator"))]
FIRST, SECOND = (coded(code, "s") | group(population()) for code in ("g1", "g2"))
STRATA = [group(coded("numerator"), stratifier=[{"code": {"text": "age"}}])]
PARTS: list[tuple[str, list[Node], Any, list[tuple[str, str]]]] = [
    ("one group, no code", ONE, [group(population())], []),
    ("one group, other codes", [ONE[0] | coded("a", "s")], [group(population()) | coded("b", "s")],
     [("report-part-unknown", "group[0]")]),
    ("one group, no usable code", [ONE[0] | coded("a", "s")], [group(population(), code={"text": "a"})],
     [("report-part-without-code", "group[0]")]),
    ("two groups", TWO, [FIRST, SECOND], []),
    ("a group is missing", TWO, [FIRST], [("report-part-missing", "")]),
    ("a group twice", TWO, [FIRST, FIRST, SECOND], [("report-part-duplicate", "group[1]")]),
    ("a group too many", TWO, [FIRST, SECOND, coded("g3", "s")], [("report-part-unknown", "group[2]")]),
    ("groups without code", ONE, [group(population())] * 2,
     [("report-part-without-code", "group[0]"), ("report-part-without-code", "group[1]"), ("report-part-missing", "")]),
    ("no groups in the measure", [], [group(population("x"))], []),
    ("population unknown", ONE, [group(population(), population("other"))],
     [("report-part-unknown", "group[0].population[1]")]),
    ("population missing", ONE, [group()], [("report-part-missing", "group[0]")]),
    ("population twice", ONE, [group(population(), population())],
     [("report-part-duplicate", "group[0].population[1]")]),
    ("population without code", ONE, [group(population(), {"count": 1})],
     [("report-part-without-code", "group[0].population[1]")]),
    ("observations need not be there", [group(coded("numerator"), coded(OBSERVED[1]))], [group(population())], []),
    ("population by its text", [group({"code": {"text": "a"}})], [group({"code": {"text": "a"}, "count": 1})],
     [("report-part-unknown", "group[0].population[0]"), ("report-part-missing", "group[0]")]),
    ("population that has no code in the measure", [group(coded("numerator"), {})], [group(population())],
     [("report-part-missing", "group[0]")]),
    ("population without count", ONE, [group(population(count=None))],
     [("report-count-missing", "group[0].population[0]")]),
    ("subjects in a summary", ONE, [group(population(subjectResults={"reference": "List/1"}))],
     [("report-subjects-listed", "group[0].population[0]")]),
    ("stratifier by its text", STRATA, [group(population(), stratifier=[{"code": [{"text": "age"}]}])], []),
    ("stratifier missing", STRATA, [group(population())], [("report-part-missing", "group[0]")]),
    ("stratifier unknown", STRATA, [group(population(), stratifier=[{"code": [{"text": "sex"}]}])],
     [("report-part-unknown", "group[0].stratifier[0]"), ("report-part-missing", "group[0]")]),
]  # fmt: skip


@pytest.mark.parametrize(("defined", "reported", "expected"), [case[1:] for case in PARTS], ids=[c[0] for c in PARTS])
def test_parts(defined: list[Node], reported: Any, expected: list[tuple[str, str]]) -> None:
    assert check(defined, reported) == expected


def test_collected_data_may_leave_groups_out() -> None:
    assert check(TWO, [FIRST], type="data-collection") == []


def score(**members: Any) -> list[Node]:
    return [group(population(), measureScore=members)]


AT = "group[0].measureScore"
SCORES: list[tuple[str, list[Node], dict[str, Any], list[tuple[str, str]]]] = [
    ("cohort", score(value=1), {}, [("report-score-prohibited", AT)]),
    ("proportion", score(value=1), {"type": "data-collection"}, [("report-score-prohibited", AT)]),
    ("proportion", [group(population())], {}, [("report-score-missing", "group[0]")]),
    ("proportion", score(unit="%"), {}, [("report-score-prohibited", AT + ".unit"), ("report-score-missing", AT)]),
    ("proportion", score(value=0), {}, []),
    ("proportion", score(extension=[{"url": ALTERNATE, "valueCodeableConcept": {"text": "x"}}]), {}, []),
    ("proportion", score(extension=[{"url": "http://example.org", "valueString": "x"}]), {},
     [("report-score-missing", AT)]),
    ("proportion", score(value=1), {}, []),
    ("proportion", score(value=1.01), {}, [("report-score-range", AT + ".value")]),
    ("ratio", score(value=5), {}, [("report-score-without-unit", AT)]),
    ("ratio", score(value=5, code="h", system="u"), {"unit": True}, []),
    ("ratio", score(value=5, code="d", system="u"), {"unit": True}, [("report-score-unit", AT + ".code")]),
    ("continuous-variable", score(value=5, code="h"), {"unit": True}, [("report-score-unit", AT)]),
    ("continuous-variable", score(value=5), {"unit": True}, [("report-score-unit", AT)]),
    ("other", score(value=5), {}, [("report-scoring-unknown", "measure")]),
]  # fmt: skip


@pytest.mark.parametrize(("scoring", "reported", "members", "expected"), SCORES)
def test_scores(scoring: str, reported: list[Node], members: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert check(ONE, reported, scoring, **members) == expected


LISTS = {"List/2": {"resourceType": "List", "entry": [{}, {}]}, "Group/1": {"resourceType": "Group"}}
SUBJECTS = [("Patient/1", 1, 0), ("List/2", 2, 0), ("List/9", None, 1), ("Group/1", None, 1), ("urn:x", None, 1)]


@pytest.mark.parametrize(("reference", "number", "undecided"), SUBJECTS)
def test_listed_subjects_are_counted(reference: str, number: int | None, undecided: int) -> None:
    def resolve(literal: str, scope: Scope) -> Resolved | None:
        found = LISTS.get(literal)
        return None if found is None else Resolved(found, scope, False)

    measure = {"resourceType": "Measure", "url": URL, "group": ONE, "scoring": {"coding": [{"code": "cohort"}]}}
    for count in (1, 2):
        bench = Bench((measure,))
        reported = [group(population(count=count, subjectResults={"reference": reference}))]
        node = {"resourceType": "MeasureReport", "measure": URL, "type": "subject-list", "group": reported}
        found = bench.kinds(MeasureReportRule(), node, resolve=resolve)
        wrong = number is not None and number != count
        assert found == ([("report-count-mismatch", "group[0].population[0]")] if wrong else [])
        assert len(bench.undecided) == undecided


@pytest.mark.parametrize(("count", "wrong"), [(0, False), (1, True), (None, False)])
def test_who_lists_no_subjects_counts_none(count: int | None, wrong: bool) -> None:
    found = check(ONE, [group(population(count=count))], type="subject-list")
    assert found == ([("report-count-mismatch", "group[0].population[0]")] if wrong else [])


def test_a_measure_that_is_not_known() -> None:
    bench = Bench()
    for measure, kind in (
        (None, "report-without-measure"),
        (URL, "report-measure-unknown"),
        ("#m", "report-measure-unknown"),
    ):
        node = {"resourceType": "MeasureReport"} | ({"measure": measure} if measure else {})
        assert bench.kinds(MeasureReportRule(), node) == [(kind, "")]
    contained = {"resourceType": "Measure", "id": "m", "scoring": {"coding": [{"code": "cohort"}]}}
    node = {"resourceType": "MeasureReport", "measure": "#m", "contained": [contained]}
    assert bench.kinds(MeasureReportRule(), node) == []


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, [None], [[]], [1], {"coding": 1}])
def test_malformed_ones_never_raise(junk: Any) -> None:
    check(ONE, junk)
    for name in ("code", "population", "measureScore", "stratifier"):
        for scoring in ("ratio", "proportion"):
            check(STRATA, [{name: junk}], scoring)
            check([{name: junk}], [group(population())], scoring, unit=True)
    for name in ("count", "subjectResults", "code"):
        check(ONE, [group({name: junk})], type="subject-list")
    for name in ("type", "measure", "contained"):
        check(ONE, [group(population())], **{name: junk})
