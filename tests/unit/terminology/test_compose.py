"""Value sets put together: what is a member, what is none, and what stays open and never looks closed."""

from typing import Any

import pytest

from fhircheck.terminology.compose import Composer
from fhircheck.terminology.membership import Answer
from tests.unit.terminology.composing import (
    FLAT,
    FOLD,
    GONE,
    PART,
    SYSTEMS,
    TREE,
    VS,
    code_system,
    compose,
    concept,
    filtered,
    imported,
    listed,
    told,
    value_set,
)
from tests.unit.terminology.definitions_double import Definitions


@pytest.mark.parametrize(
    ("includes", "tree", "flat"),
    [
        ([{"system": FLAT}], "", "x y z"),
        ([listed(FLAT, "x", "y")], "", "x y"),
        ([listed(FLAT, "x"), listed(FLAT, "z"), listed(TREE, "b")], "b", "x z"),
        ([{"system": FLAT, "version": "1.0"}], "", "x y z"),
        ([listed(FLAT, "x"), {"system": GONE}], "", "x"),
    ],
)
def test_includes_are_joined(includes: list[dict[str, Any]], tree: str, flat: str) -> None:
    found = compose(value_set("v", *includes))
    assert (told(found, TREE), told(found, FLAT)) == (tree, flat)


def test_codes_of_another_system_are_no_members() -> None:
    found = compose(value_set("v", {"system": FLAT}))
    assert found.closed
    assert found.answer(TREE, "x") is found.answer("", "x") is Answer.NOT_MEMBER


def test_imports_are_met_within_an_include_and_joined_between() -> None:
    one, two = value_set("one", listed(FLAT, "x", "y")), value_set("two", listed(FLAT, "y", "z"), listed(TREE, "a"))
    assert told(compose(value_set("v", imported("one", "two")), one, two), FLAT) == "y"
    assert told(compose(value_set("v", imported("one"), imported("two")), one, two), FLAT) == "x y z"
    assert told(compose(value_set("v", {"system": FLAT} | imported("two")), one, two), FLAT) == "y z"
    assert told(compose(value_set("v", {"system": FLAT} | imported("two")), one, two), TREE) == ""
    nested = compose(value_set("v", imported("mid")), value_set("mid", imported("one")), one)
    assert told(nested, FLAT) == "x y"
    assert nested.closed


def test_composing_changes_nothing_that_is_composed_again() -> None:
    one = value_set("one", listed(FLAT, "x", "y"))
    both = value_set("both", imported("one"), exclude=(listed(FLAT, "x"),))
    composer = Composer(Definitions(*SYSTEMS, value_set("v", imported("both"), imported("one")), one, both))
    assert [told(composer.compose(VS + name), FLAT) for name in ("both", "one", "v", "both")] == [
        "y",
        "x y",
        "x y",
        "y",
    ]


@pytest.mark.parametrize(
    "value_sets",
    [
        [value_set("v", imported("v"))],
        [value_set("v", imported("w")), value_set("w", imported("v"))],
        [value_set("v", imported("w")), value_set("w", imported("w"), listed(FLAT, "x"))],
        [value_set("v", imported("missing"))],
        [value_set("v", listed(FLAT, "x"), imported("w"), imported("v"))],
    ],
)
def test_loops_and_missing_imports_stay_open(value_sets: list[dict[str, Any]]) -> None:
    definitions = Definitions(*SYSTEMS, *value_sets)
    found = Composer(definitions).compose(VS + "v")
    assert len(definitions.asked) < 5, "a loop ends where it closes"
    assert not found.closed
    assert found.answer(FLAT, "y") is found.answer("", "y") is found.answer(None, "y") is Answer.CANNOT_TELL
    assert found.undecided == ("value-set-missing", VS + "v")


def test_a_missing_value_set_is_open() -> None:
    found = Composer(Definitions()).compose(VS + "none")
    assert found.answer(FLAT, "x") is Answer.CANNOT_TELL


def test_long_chains_end_open_and_wide_ones_end_soon() -> None:
    chain = [value_set(str(number), imported(str(number + 1))) for number in range(60)]
    assert compose(*chain, value_set("60", listed(FLAT, "x"))).answer(FLAT, "x") is Answer.CANNOT_TELL
    wide = [value_set(str(number), imported(str(number + 1)), imported(str(number + 1))) for number in range(28)]
    assert told(compose(*wide, value_set("28", listed(FLAT, "x"))), FLAT) == "x"


def test_the_importing_value_set_says_which_version_is_meant() -> None:
    definitions = Definitions(*SYSTEMS, value_set("v", imported("w")), value_set("w", listed(FLAT, "x")))
    Composer(definitions).compose(VS + "v")
    assert (VS + "w", "ValueSet", VS + "v") in definitions.asked


@pytest.mark.parametrize(
    ("include", "exclude", "flat"),
    [
        ({"system": FLAT}, listed(FLAT, "x"), "y z"),
        ({"system": FLAT}, {"system": FLAT}, ""),
        ({"system": FLAT}, listed(TREE, "x"), "x y z"),
        ({"system": FLAT}, {"system": GONE}, "x y z"),
        (listed(FLAT, "x"), {"system": FLAT, "filter": [{"property": "p", "op": "regex", "value": ".*"}]}, "?x"),
        ({"system": FLAT}, imported("missing"), "?x ?y ?z"),
    ],
)
def test_excludes_are_taken_away(include: dict[str, Any], exclude: dict[str, Any], flat: str) -> None:
    assert told(compose(value_set("v", include, exclude=(exclude,))), FLAT) == flat


@pytest.mark.parametrize(
    ("filter_", "tree"),
    [
        (("concept", "is-a", "a"), "a a1 a2 a11"),
        (("code", "is-a", "a11"), "a11"),
        (("concept", "descendent-of", "a"), "a1 a2 a11"),
        (("concept", "descendent-of", "b"), ""),
        (("concept", "is-not-a", "a"), "b loop pool"),
        (("concept", "is-a", "loop"), "loop pool"),
        (("concept", "descendent-of", "loop"), "pool"),
        (("concept", "=", "a1"), "a1"),
        (("concept", "in", "a1, b,none"), "a1 b"),
        (("code", "not-in", "a,a1,a2,a11"), "b loop pool"),
        (("parent", "=", "a"), "a1 a2"),
        (("parent", "exists", "false"), "a b"),
        (("status", "=", "old"), "a2"),
        (("status", "in", "old,new"), "a2 b"),
        (("status", "exists", "true"), "a2 b"),
        (("status", "exists", "false"), "a a1 a11 loop pool"),
        (("unit", "=", "kg"), "b"),
        (("selectable", "=", "true"), "b"),
        (("status", "=", "never"), ""),
        (("code", "regex", "a.*"), "a a1 a2 a11"),
        (("code", "regex", "a"), "a"),
        (("concept", "generalizes", "a11"), "a a1 a11"),
        (("concept", "generalizes", "loop"), "loop pool"),
        (("concept", "child-of", "a"), "a1 a2"),
        (("concept", "descendent-leaf", "a"), "a2 a11"),
        (("child", "exists", "true"), "a a1 b loop pool"),
        # what these packages cannot decide
        (("concept", "is-a", "none"), " ?"),
        (("code", "regex", "a("), " ?"),
        (("code", "regex", "(a+)+$" * 2_000), " ?"),
        (("code", "in", "http://v.org/gone"), " ?"),
        (("colour", "=", "red"), " ?"),
        (("colour", "exists", "false"), " ?"),
        (("", "", ""), " ?"),
    ],
)
def test_filters(filter_: tuple[str, str, str], tree: str) -> None:
    assert told(compose(value_set("v", filtered(*filter_))), TREE) == tree


def test_a_parent_that_is_stated_counts_as_one_that_is_nested() -> None:
    found = compose(value_set("v", filtered("concept", "is-a", "a1")))
    assert found.answer(TREE, "other") is Answer.MEMBER


def test_several_filters_must_all_hold() -> None:
    include = filtered("concept", "is-a", "a")
    include["filter"] += filtered("status", "exists", "true")["filter"]
    assert told(compose(value_set("v", include)), TREE) == "a2"
    include["filter"] += filtered("code", "regex", "(")["filter"]
    assert told(compose(value_set("v", include)), TREE) == " ?"


def test_a_filter_may_name_another_value_set() -> None:
    other = value_set("w", listed(TREE, "a1", "b"))
    found = compose(value_set("v", filtered("concept", "in", VS + "w")), other)
    assert told(found, TREE) == "a1 b"


def test_inactive_codes_are_left_out_where_the_value_set_says_so() -> None:
    resource = value_set("v", {"system": TREE})
    assert told(compose(resource), TREE).split() == ["a", "a1", "a2", "a11", "b", "loop", "pool"]
    resource["compose"]["inactive"] = False
    system = code_system(TREE, concept("a", inactive=True), concept("a1", status="retired"), concept("b"))
    found = Composer(Definitions(system, resource)).compose(resource["url"])
    assert told(found, TREE) == "b"


def test_a_ready_expansion_answers_where_the_compose_cannot() -> None:
    resource = value_set("v", {"system": GONE}) | {"expansion": {"contains": [{"system": GONE, "code": "g"}]}}
    assert told(compose(resource), GONE) == "g"


def test_a_version_that_is_not_there_leaves_its_system_open() -> None:
    assert told(compose(value_set("v", {"system": FLAT, "version": "9"})), FLAT) == " ?"


def test_well_known_systems_decide_by_their_rules() -> None:
    units, currencies = "http://unitsofmeasure.org", "urn:iso:std:iso:4217"
    judge = {("mg", units): True, ("mgg", units): False, ("EUR", currencies): True}
    found = compose(value_set("v", {"system": units}, {"system": currencies, "filter": [{"property": "a"}]}))
    found.judge = lambda system, code: judge.get((code, system))
    assert found.answer(units, "mg") is Answer.MEMBER
    assert found.answer(units, "mgg") is Answer.NOT_MEMBER
    assert found.answer(units, "other") is Answer.CANNOT_TELL
    assert found.answer(currencies, "EUR") is Answer.CANNOT_TELL
    met = compose(value_set("v", {"system": units} | imported("w")), value_set("w", listed(units, "kg")))
    assert (met.answer(units, "kg"), met.answer(units, "mg")) == (Answer.MEMBER, Answer.NOT_MEMBER)
    less = compose(value_set("v", {"system": units}, exclude=(listed(units, "kg"),)))
    less.judge = found.judge
    assert less.answer(units, "mg") is Answer.CANNOT_TELL


@pytest.mark.parametrize("content", ["fragment", "example", "not-present", "supplement", None])
def test_a_system_without_all_its_codes_is_open_but_for_those_listed(content: str | None) -> None:
    system = code_system(PART, concept("p"), content=content)
    whole = Answer.MEMBER if content == "fragment" else Answer.CANNOT_TELL
    for include, answer in (({"system": PART}, whole), (listed(PART, "q"), Answer.NOT_MEMBER)):
        found = Composer(Definitions(system, value_set("v", include))).compose(VS + "v")
        assert found.answer(PART, "p") is answer
        assert found.answer(PART, "q") is (Answer.MEMBER if include.get("concept") else Answer.CANNOT_TELL)


def test_an_unknown_system_is_open_but_others_are_told() -> None:
    found = compose(value_set("v", {"system": GONE}, listed(GONE, "g"), listed(FLAT, "x")))
    assert (told(found, GONE), told(found, FLAT)) == ("g ?", "x")
    assert found.undecided == ("code-system-content", GONE)


def test_systems_that_are_not_case_sensitive() -> None:
    found = compose(value_set("v", {"system": FOLD}, {"system": FLAT}))
    assert [found.answer(FOLD, code) for code in ("mg", "MG", "kg", "g")] == [*[Answer.MEMBER] * 3, Answer.NOT_MEMBER]
    assert found.answer(FLAT, "X") is Answer.NOT_MEMBER
    assert not found.closed  # not by the codes as they are written
    some = compose(value_set("v", listed(FOLD, "mG")))
    assert some.answer(FOLD, "Mg") is Answer.MEMBER
    assert some.answer(FOLD, "kg") is Answer.NOT_MEMBER


def expanded(**expansion: Any) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "url": VS + "v", "expansion": expansion}


CONTAINS = [
    {"system": FLAT, "code": "x", "contains": [{"system": FLAT, "code": "y"}]},
    {"system": FLAT, "code": "z", "abstract": True, "contains": [{"system": FOLD, "code": "KG"}]},
    {"display": "a heading"},
]


def test_an_expansion_alone_is_read_with_all_that_is_nested() -> None:
    found = compose(expanded(contains=CONTAINS, total=4))
    assert told(found, FLAT) == "x y"
    assert found.answer(FOLD, "kg") is Answer.MEMBER
    assert compose(expanded(contains=CONTAINS[:1])).closed


@pytest.mark.parametrize(
    "more",
    [
        {"total": 6},
        {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/valueset-unclosed", "valueBoolean": True}]},
        {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/valueset-toocostly", "valueBoolean": True}]},
    ],
)
def test_an_expansion_that_is_not_whole_is_open(more: dict[str, Any]) -> None:
    found = compose(expanded(contains=CONTAINS, **more))
    assert told(found, FLAT) == "x y ?"
    assert found.answer(GONE, "g") is Answer.CANNOT_TELL


def test_neither_compose_nor_expansion_is_open() -> None:
    found = compose({"resourceType": "ValueSet", "url": VS + "v"})
    assert found.answer(FLAT, "x") is Answer.CANNOT_TELL


def test_compose_is_read_where_there_is_an_expansion_too() -> None:
    both = value_set("v", listed(FLAT, "x")) | {"expansion": {"contains": CONTAINS}}
    assert told(compose(both), FLAT) == "x"
