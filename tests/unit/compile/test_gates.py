"""The pieces that gates are put together of."""

import re
from typing import Any

import pytest

from fhircheck.compile.gates import (
    NEVER,
    Members,
    aligned_values,
    all_of,
    any_of,
    list_of,
    object_gate,
    passes,
    without_null,
)
from fhircheck.model.protocols import Gate

WORD = re.compile("[a-z]+").fullmatch
BLOCK: Gate = lambda value: value.__class__ is dict and bool(value)  # noqa: E731 - a gate is a function


def yes(value: Any) -> bool:
    return True


def no(value: Any) -> bool:
    return False


def members(**gates: Gate) -> Members:
    return Members(gates.get)


def test_a_member_is_built_once_when_it_is_first_met() -> None:
    built: list[str] = []

    def build(name: str) -> Gate:
        built.append(name)
        return yes

    found = Members(build)
    assert built == []
    assert found["a"] is found["a"] is yes
    assert built == ["a"]


def test_unknown_names_never_pass_and_are_never_kept() -> None:
    found = members(a=yes)
    for number in range(1000):
        assert found[f"hostile{number}"] is NEVER
    assert found["a"] is yes
    assert list(found) == ["a"]
    assert not any(passes(NEVER, value) for value in (None, "", "a", 0, True, {}, []))


@pytest.mark.parametrize("value", [1, None, [], {}, True], ids=repr)
def test_a_type_that_a_built_in_refuses_does_not_pass(value: Any) -> None:
    assert not passes(WORD, value)  # type: ignore[arg-type]
    assert passes(WORD, "a")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fault", [ValueError, KeyError, AttributeError, ZeroDivisionError, RecursionError, MemoryError]
)
def test_other_faults_are_not_swallowed(fault: type[Exception]) -> None:
    def broken(value: Any) -> bool:
        raise fault("a bug")

    with pytest.raises(fault):
        passes(broken, "a")


def test_passes_answers_true_or_false() -> None:
    assert passes(str.__len__, "a") is True  # type: ignore[arg-type]
    assert passes(str.__len__, "") is False  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gates", "all_pass", "any_passes"),
    [
        ([yes], True, True),
        ([no], False, False),
        ([yes, yes], True, True),
        ([yes, no], False, True),
        ([no, yes], False, True),
        ([yes, yes, no], False, True),
        ([yes, yes, yes], True, True),
        ([no, no, no], False, False),
    ],
)
def test_all_and_any(gates: list[Gate], all_pass: bool, any_passes: bool) -> None:
    assert passes(all_of(gates), "a") is all_pass
    assert passes(any_of(gates), "a") is any_passes


def test_any_goes_on_where_one_refuses_the_type_and_all_stops_at_the_first_no() -> None:
    assert passes(any_of([WORD, yes]), 1)  # type: ignore[list-item]
    asked: list[str] = []

    def counted(value: Any) -> bool:
        asked.append(value)
        return True

    assert not passes(all_of([no, counted]), "a")
    assert not passes(all_of([no, counted, counted]), "a")
    assert asked == []


@pytest.mark.parametrize(
    ("bounds", "lengths"),
    [((0, None), [1, 2, 3, 4]), ((1, None), [1, 2, 3, 4]), ((2, None), [2, 3, 4]), ((0, 2), [1, 2]), ((2, 3), [2, 3])],
)
def test_lists_within_bounds_and_never_empty(bounds: tuple[int, int | None], lengths: list[int]) -> None:
    gate = list_of(WORD, *bounds)  # type: ignore[arg-type]
    assert [length for length in range(5) if passes(gate, ["a"] * length)] == lengths


@pytest.mark.parametrize("bounds", [(0, None), (1, 3)])
@pytest.mark.parametrize("value", [None, "a", {"a": 1}, {}, ["a", "1"], ["1", "a"], ["a", 1], ["a", None], ("a",)])
def test_what_is_no_list_or_holds_something_wrong(bounds: tuple[int, int | None], value: Any) -> None:
    assert not passes(list_of(WORD, *bounds), value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "good"),
    [(["a"], True), (["a", None], False), ([None], False), (["1"], False), (None, False), ({}, False)],
)
def test_arrays_with_null_are_left_to_the_other_check(value: Any, good: bool) -> None:
    gate = without_null(list_of(WORD, 0, None))  # type: ignore[arg-type]
    assert passes(gate, value) is good
    assert gate(["a", None]) is False, "an answer, no TypeError: the other check is asked next"


ID = {"id": "x"}


@pytest.mark.parametrize(
    ("node", "good"),
    [
        ({"a": ["x"]}, True),
        ({"a": ["x", "y"], "_a": [None, ID]}, True),
        ({"a": ["x", None], "_a": [None, ID]}, True),
        ({"a": [None], "_a": [ID]}, True),
        ({"_a": [ID]}, True),
        ({"a": ["x", None], "_a": [ID, None]}, False),
        ({"a": ["x", None]}, False),
        ({"a": ["x"], "_a": [None, ID]}, False),
        ({"a": ["x", "y"], "_a": [ID]}, False),
        ({"a": ["1"], "_a": [ID]}, False),
        ({"a": ["x"], "_a": [{}]}, False),
        ({"a": ["x"], "_a": ["y"]}, False),
        ({"_a": [None]}, False),
        ({"a": [], "_a": []}, False),
        ({"a": "x", "_a": [ID]}, False),
        ({"a": ["x"], "_a": ID}, False),
    ],
)
def test_arrays_of_primitives_fit_their_siblings(node: dict[str, Any], good: bool) -> None:
    assert passes(aligned_values(WORD, BLOCK, "a"), node) is good  # type: ignore[arg-type]


def exactly(minimum: int) -> Any:
    """What a shape makes for the choice c: its JSON names, and the exact check."""
    plain = {"cA": "cA", "cB": "cB", "_cA": "cA"}

    def check(node: dict[str, Any]) -> bool:
        return minimum <= len({plain[name] for name in plain.keys() & node.keys()}) <= 1

    return minimum, frozenset(plain), check


KNOWN = dict.fromkeys(("a", "_a", "b", "_b", "cA", "_cA", "cB", "d"), yes) | {"word": WORD}


@pytest.mark.parametrize(
    ("required", "choice", "node", "good"),
    [
        ([], None, {"d": 1}, True),
        ([], None, {}, False),
        ([], None, None, False),
        ([], None, [], False),
        ([], None, "d", False),
        ([], None, {"x": 1}, False),
        ([], None, {"d": 1, "x": 1}, False),
        ([], None, {"word": "1"}, False),
        ([], None, {"word": 1}, False),
        (["a"], None, {"a": 1}, True),
        (["a"], None, {"_a": 1}, True),
        (["a"], None, {"d": 1}, False),
        (["a", "b"], None, {"a": 1, "b": 1}, True),
        (["a", "b"], None, {"a": 1, "_b": 1}, True),
        (["a", "b"], None, {"a": 1}, False),
        ([], 0, {"d": 1}, True),
        ([], 0, {"cA": 1}, True),
        ([], 0, {"_cA": 1, "cA": 1}, True),
        ([], 0, {"cA": 1, "cB": 1}, False),
        ([], 0, {"_cA": 1, "cB": 1}, False),
        ([], 0, {"x": 1}, False),
        ([], 1, {"d": 1}, False),
        ([], 1, {"cB": 1}, True),
        ([], 1, {"_cA": 1}, True),
        ([], 1, {"_cA": 1, "cA": 1}, True),
        ([], 1, {"cA": 1, "cB": 1}, False),
        (["a"], 1, {"cB": 1}, False),
        (["a"], 1, {"cB": 1, "a": 1}, True),
    ],
)
def test_objects(required: list[str], choice: int | None, node: Any, good: bool) -> None:
    choices = () if choice is None else (exactly(choice),)
    gate = object_gate(members(**KNOWN), frozenset(required), choices, {})  # type: ignore[arg-type]
    assert passes(gate, node) is good


@pytest.mark.parametrize("required", [frozenset[str](), frozenset({"a", "d"})])
def test_an_array_that_does_not_pass_alone_is_asked_with_its_sibling(required: frozenset[str]) -> None:
    gates = members(a=no, _a=yes, d=yes, e=no)
    gate = object_gate(gates, required, (), {"a": lambda node: "_a" in node})
    assert passes(gate, {"a": 1, "_a": 1, "d": 1})
    assert not passes(gate, {"a": 1, "d": 1})
    assert not passes(gate, {"a": 1, "_a": 1, "d": 1, "e": 1})
