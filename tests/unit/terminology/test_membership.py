"""Answers of a Membership, and that it is the same after it was kept."""

import itertools
import json
from typing import Any

import pytest

from fhircheck.compile.compile_cache import CompileCache
from fhircheck.terminology.membership import Answer, Membership
from fhircheck.terminology.package_terminology import PackageTerminology
from tests.unit.terminology.definitions_double import Definitions

S, T, FOLDED, OPEN = "http://s", "http://t", "http://folded", "http://open"
YES, NO, OPEN_ANSWER = Answer.MEMBER, Answer.NOT_MEMBER, Answer.CANNOT_TELL


def membership(open_systems: dict[str, str] | None = None) -> Membership:
    systems = {S: frozenset({"a", "b"}), T: frozenset({"c"}), FOLDED: frozenset({"Mg"})}
    return Membership.build("http://v", systems, {FOLDED}, open_systems or {})


@pytest.mark.parametrize(
    ("system", "code", "closed", "open_one", "open_any"),
    [
        (S, "a", YES, YES, YES),
        (S, "A", NO, NO, OPEN_ANSWER),
        (S, "c", NO, NO, OPEN_ANSWER),
        (OPEN, "a", NO, OPEN_ANSWER, OPEN_ANSWER),
        ("", "a", NO, NO, OPEN_ANSWER),
        (FOLDED, "mG", YES, YES, YES),
        (FOLDED, "g", NO, NO, OPEN_ANSWER),
        (None, "a", YES, YES, YES),  # the element implies the system
        (None, "c", YES, YES, YES),
        (None, "MG", YES, YES, YES),
        (None, "A", NO, OPEN_ANSWER, OPEN_ANSWER),
        (S, None, NO, NO, NO),
        (S, ["a"], NO, NO, NO),
        (["http://s"], "a", NO, NO, NO),
        ({}, "a", NO, NO, NO),
        (1, "a", NO, NO, NO),
    ],
)
def test_answers(system: Any, code: Any, closed: Answer, open_one: Answer, open_any: Answer) -> None:
    assert membership().answer(system, code) is closed
    assert membership({OPEN: "why"}).answer(system, code) is open_one
    assert membership({"*": "why"}).answer(system, code) is open_any


def test_closed_is_only_what_is_known_as_it_is_written() -> None:
    exact = {S: frozenset({"a"})}
    assert Membership.build("v", exact, set(), {}).closed
    assert Membership.build("v", {}, set(), {}).closed
    assert not Membership.build("v", exact, {S}, {}).closed
    assert not Membership.build("v", exact, set(), {OPEN: "why"}).closed


def test_a_closed_membership_has_all_codes_of_all_systems() -> None:
    assert membership().codes == {"a", "b", "c", "Mg"}


def test_undecided_names_the_system_or_the_value_set() -> None:
    assert membership({OPEN: "why", "http://p": "other"}).undecided == ("why", OPEN)
    assert membership({"*": "missing", OPEN: "why"}).undecided == ("missing", "http://v")


@pytest.mark.parametrize("open_systems", [{}, {OPEN: "why"}, {"*": "missing", OPEN: "why"}])
def test_what_was_kept_answers_the_same(open_systems: dict[str, str]) -> None:
    before = membership(open_systems)
    after = Membership.from_json(json.loads(json.dumps(before.to_json())))
    assert after == before
    for system, code in itertools.product((S, T, FOLDED, OPEN, "", None), ("a", "A", "c", "mg", "none")):
        assert after.answer(system, code) is before.answer(system, code)


def test_the_kept_form_does_not_depend_on_order() -> None:
    one = Membership.build("v", {S: frozenset("ab"), T: frozenset("c")}, {S, T}, {"p": "1", "o": "2"})
    two = Membership.build("v", {T: frozenset("c"), S: frozenset("ba")}, {T, S}, {"o": "2", "p": "1"})
    assert json.dumps(one.to_json()) == json.dumps(two.to_json())
    codes = [str(number) for number in range(100)]
    many = Membership.build("v", {S: frozenset(codes)}, set(), {})
    assert many.to_json()["systems"] == {S: sorted(codes)}


def test_a_value_set_is_put_together_once_and_kept(tmp_path) -> None:
    system = {"resourceType": "CodeSystem", "url": S, "content": "complete", "concept": [{"code": "a"}]}
    sets = {"resourceType": "ValueSet", "url": "http://v", "compose": {"include": [{"system": S}]}}
    definitions = Definitions(system, sets)
    first = PackageTerminology(definitions, CompileCache(tmp_path).get)
    assert first.membership("http://v") is first.membership("http://v")
    assert first.membership("http://v").answer(S, "A") is YES
    looked = len(definitions.asked)
    second = PackageTerminology(definitions, CompileCache(tmp_path).get)
    assert second.membership("http://v") == first.membership("http://v")
    assert len(definitions.asked) == looked, "it was read from the cache"
