from fractions import Fraction
from types import SimpleNamespace

from fhircheck.measures import MEASURES
from fhircheck.model.issue import Severity
from fhircheck.model.report import IssueGroup, MeasureResult
from fhircheck.score import Criterion, Rubric, score, what_to_fix
from fhircheck.score.action_table import action_table
from fhircheck.score.defects import defects
from fhircheck.score.outside import OUTSIDE
from tests.unit.score.results import result


def rubric(*criteria: Criterion) -> Rubric:
    return Rubric("mine", "Of my own.", criteria)


def criterion(measure: str, weight: int = 1, score: str = "one", **more: object) -> Criterion:
    return Criterion(score, measure, Fraction(weight), "why", **more)  # type: ignore[arg-type]


def group(kind: str, resources: int, severity: Severity = "error") -> IssueGroup:
    return IssueGroup(severity, kind, "Patient", "", resources, resources, ())


def test_every_measure_has_an_action_and_every_action_a_measure() -> None:
    known = set(MEASURES.names) | set(OUTSIDE.names)
    for each in action_table():
        assert {each.measure, *each.opens, *each.also, *each.reveals} <= known, each.name
        assert each.measure not in {*each.opens, *each.also}
        assert not each.opens.keys() & each.also.keys() or all(each.opens[name] >= 1 for name in each.opens)
        assert all(words.english and words.german for words in (each.title, each.clinic, each.it, each.reason))
    assert set(MEASURES.names) <= {each.measure for each in action_table()}
    assert len({each.name for each in action_table()}) == len(action_table())


def test_each_measure_has_one_entry_for_the_rest() -> None:
    for name in {each.measure for each in action_table()}:
        entries = [each for each in action_table() if each.measure == name]
        assert sum(not each.paths and not each.kinds for each in entries) == 1


def test_nothing_to_fix_where_nothing_fails() -> None:
    assert what_to_fix([result("ucum-unit", 10, 0)], rubric(criterion("ucum-unit"))) == ()
    assert what_to_fix([result("ucum-unit", 9, 1)], rubric(criterion("date-precision"))) == ()


def test_a_gain_is_the_score_without_the_defect() -> None:
    both = rubric(criterion("ucum-unit", 3), criterion("date-precision", 1))
    (action,) = what_to_fix([result("ucum-unit", 9, 1), result("date-precision", 1, 0)], both)
    assert (action.name, action.count) == ("units-as-ucum", 1)
    (gain,) = action.gains
    assert gain.low == gain.high == Fraction(75, 10)
    assert action.worth == gain.low / 2, "days are the second class"


def test_repaired_values_that_are_judged_anew_make_an_interval() -> None:
    criteria = rubric(criterion("coded-concept"), criterion("reference-resolves"), criterion("profile-valid"))
    results = [result("coded-concept", 10, 0), result("reference-resolves", 8, 2), result("profile-valid", 6, 4)]
    (mend,) = [each for each in what_to_fix(results, criteria) if each.measure == "reference-resolves"]
    (gain,) = mend.gains
    assert gain.low == Fraction(20, 3)
    assert gain.high == Fraction(20, 3) + Fraction(20, 3), "two of the four invalid resources may be mended too"


def test_items_that_failed_a_prerequisite_are_judged_once_it_is_repaired() -> None:
    waiting = criterion("date-precision", prerequisite="ucum-unit", same_items=True)
    results = [result("ucum-unit", 8, 2), result("date-precision", 8, 0)]
    before = score(results, rubric(waiting))[0].value
    assert before == 80
    (action,) = what_to_fix(results, rubric(waiting))
    assert [(each.low, each.high) for each in action.gains] == [(0, 20)]


def test_failing_paths_go_to_the_action_that_is_about_them() -> None:
    by = (
        ("Condition.code", 5, 10),
        ("MedicationRequest.medicationCodeableConcept", 9, 10),
        ("Observation.code", 10, 10),
    )
    found = {each.entry.name: each for each in defects(result("coded-concept", 24, 6, by=by), ())}
    assert {name: each.most for name, each in found.items()} == {"code-medication": 1, "code-diagnoses": 5}
    assert found["code-diagnoses"].where == (("Condition.code", 5),)
    actions = what_to_fix([result("coded-concept", 24, 6, by=by)], rubric(criterion("coded-concept")))
    assert [each.name for each in actions] == ["code-diagnoses", "code-medication"]


def test_failing_items_without_a_path_are_not_lost() -> None:
    (only,) = defects(result("coded-concept", 4, 6), ())
    assert (only.entry.name, only.most, only.where) == ("code-diagnoses", 6, ())


def test_how_many_resources_a_type_of_error_frees_is_an_interval() -> None:
    groups = [group("cardinality-min", 6), group("required-binding", 3), group("invariant", 50, "warning")]
    found = {each.entry.name: each for each in defects(result("profile-valid", 10, 8), groups)}
    assert {name: (each.fewest, each.most) for name, each in found.items()} == {
        "fill-mandatory-elements": (5, 6),
        "use-bound-codes": (2, 3),
    }
    (rest,) = defects(result("profile-valid", 10, 8), [])
    assert (rest.entry.name, rest.fewest, rest.most) == ("mend-profile-errors", 8, 8)


def test_less_work_goes_before_more_points() -> None:
    criteria = rubric(criterion("ucum-unit"), criterion("date-precision"))
    actions = what_to_fix([result("ucum-unit", 8, 2), result("date-precision", 75, 25)], criteria)
    assert [(each.name, each.effort) for each in actions] == [("units-as-ucum", "days"), ("give-full-dates", "weeks")]
    actions = what_to_fix([result("ucum-unit", 8, 2), result("date-precision", 1, 1)], criteria)
    assert [each.name for each in actions] == ["give-full-dates", "units-as-ucum"]


def test_ending_a_critical_failure_is_said_even_without_points() -> None:
    both = rubric(criterion("profile-valid", critical=True), criterion("ucum-unit"))
    (action,) = what_to_fix([result("profile-valid", 9, 1), result("ucum-unit", 1, 0)], both)
    assert action.critical == ("one",)


def test_an_unscored_run_has_no_gain() -> None:
    unknown: MeasureResult = result("ucum-unit", 0, 0, 5)
    assert what_to_fix([unknown], rubric(criterion("ucum-unit"))) == ()


def test_only_what_could_not_be_told_is_revealed() -> None:
    criteria = rubric(criterion("profile-valid"), criterion("date-precision"))
    groups = [group("primitive-format", 4)]
    results = [result("profile-valid", 6, 4), result("date-precision", 3, 0, 1)]
    (action,) = what_to_fix(results, criteria, groups)
    assert action.name == "send-valid-formats"
    assert [(each.low, each.high) for each in action.gains] == [(Fraction(1, 5) * 50 * 2 - Fraction(25, 2), 20)]


def test_use_cases_win_too() -> None:
    case = SimpleNamespace(name="sepsis", measures=(result("ucum-unit", 1, 1),))
    scored = rubric(criterion("ucum-unit", score="use-case"), criterion("ucum-unit"))
    (action,) = what_to_fix([result("ucum-unit", 9, 1)], scored, use_cases=[case])
    assert [(each.score, each.low, each.high) for each in action.gains] == [
        ("one", 10, 10),
        ("ai-readiness: sepsis", 0, 50),
    ]


def test_what_only_use_cases_count_is_mended_where_it_fails() -> None:
    """The data as a whole has no such defect; one of two use cases has, and mending it may make patients usable."""
    usable = result("patients-usable", 3, 1)
    cases = [
        SimpleNamespace(name="sepsis", measures=(result("subgroup-completeness", 1, 1), usable)),
        SimpleNamespace(name="images", measures=(result("subgroup-completeness", 2, 0), usable)),
    ]
    scored = rubric(
        criterion("subgroup-completeness", score="use-case"),
        criterion("patients-usable", score="use-case"),
        criterion("ucum-unit"),
    )
    measures = [result("subgroup-completeness", 4, 0), result("ucum-unit", 1, 0)]
    (action,) = [each for each in what_to_fix(measures, scored, use_cases=cases) if each.measure != "patients-usable"]
    assert (action.name, action.count) == ("document-all-groups-alike", 1)
    assert [(each.score, each.low, each.high) for each in action.gains] == [
        ("ai-readiness: sepsis", 25, Fraction(75, 2)),
    ]
    assert action.worth == Fraction(25, 3), "weeks are the third class"
