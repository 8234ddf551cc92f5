"""Broken JSON: what is said, where, and what is read all the same."""

import json
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.issue import Place
from fhircheck.transport.json_recovery import LISTED, recover
from fhircheck.transport.reading_fault import JSON5, broken_json

CASES = tomllib.loads((Path(__file__).parents[2] / "cases/reading/json-syntax.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["faults"][0][0])
def test_a_fault_is_named_at_its_place_and_the_rest_is_read(case: dict[str, Any]) -> None:
    value, whole, found = broken_json(case["text"], Place("s", line=1, column=1), max_depth=100)
    seen = [[dict(issue.params)["fault"], issue.place.line, issue.place.column] for issue, _ in found]
    assert seen == case["faults"]
    assert whole == ("read" in case)
    if whole:
        assert value == json.loads(case["read"], strict=False)
    for issue, _ in found:
        relaxed = dict(issue.params)["fault"] in JSON5
        assert (issue.kind, issue.severity) == (("json5-syntax", "error") if relaxed else ("json-syntax", "fatal"))


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ('// x\n{"a": 1}', ()),
        ('{"a": 1, // x\n "b": 2}', ("b",)),
        ('{"a": [{"b": 1 // x\n}], "c": 2}', ("a", 0, "b")),
        ('{"a": [{"b": 1} // x\n], "c": 2}', ("c",)),
        ('{"a": {"b": 1}, "c": 2 // x\n}', ("c",)),
        ('{"a": [1, // x\n 2]}', ("a",)),
        ('{"a": [1, 2 // x\n]}', ("a",)),
        ('{"a": [{"b": 1}, // x\n {"b": 2}]}', ("a", 1)),
        ('{"a": {"b": // x\n [1]}}', ("a",)),
        ('{"a": [1, 2,]}', ("a",)),
        ('{"a": {"b": 1,}}', ("a",)),
        ('{"a": {"b": 1 "c": 2}}', ("a",)),
        ('{"a": [{"b": 1} {"c": 2}]}', ("a", 1)),
        ('{"a": {b: 1}}', ("a",)),
        ('{"a": {"b": c}}', ("a",)),
        ('{"a": [b]}', ("a", 0)),
        ('{"a": {"b": c-d.e}}', ("a",)),
        ('{"a": {"b": 2020-01-31}}', ("a", "b")),
    ],
)
def test_what_relaxed_json_allows_is_said_at_the_element(text: str, steps: tuple[str | int, ...]) -> None:
    ((issue, found),) = broken_json(text, Place(), 100)[2]
    assert (issue.kind, found) == ("json5-syntax", steps)


def test_of_two_members_of_one_name_the_last_is_read_and_the_place_is_its_name() -> None:
    (fault,) = recover('{"a": {"b": 1, "c": 2, "b": 3}}').faults
    assert (fault.what, fault.at, fault.steps) == ("duplicate-key", 23, ("a", "b"))
    assert recover('{"a": 1, "a": 2}').value == {"a": 2}


@pytest.mark.parametrize(
    "number", ["NaN", "-Infinity", "1e309", "-1E+400", "1e-400", "9" * 5000, "1e99999999999999999999"]
)
def test_a_number_nobody_can_hold_is_said_and_left_out(number: str) -> None:
    found = recover(f'{{"a": 1, "b": {number}, "c": [{number}, 2]}}')
    assert found.value == {"a": 1, "c": [2]}
    assert [(fault.what, fault.steps) for fault in found.faults] == [
        ("number-out-of-range", ("b",)),
        ("number-out-of-range", ("c", 0)),
    ]


def test_what_is_nested_too_deep_is_left_out_with_the_containers_that_would_be_empty() -> None:
    found = recover('{"a": {"b": {"c": [1]}}, "d": [[[1]], 2]}', max_depth=3)
    assert found.value == {"d": [2]}
    assert [(fault.what, fault.steps) for fault in found.faults] == [("nesting-too-deep", ("a", "b", "c"))]
    assert recover('{"a": {"b": {"c": 1}}}', max_depth=3).faults == []


def test_a_text_full_of_faults_lists_a_bounded_number_of_them() -> None:
    found = recover("[" + ",".join(["'a'"] * 1000) + "]")
    assert len(found.faults) == LISTED
    assert found.more == 1000 - LISTED
    assert found.value == ["a"] * 1000
    *_, (last, _) = broken_json("[" + "'a'," * 1000 + "]", Place(), 100)[2]
    assert dict(last.params)["count"] == 1001 - LISTED


@pytest.mark.parametrize(
    "unit", ["[", '{"a":', '"', "\\", "'", "/*", "//", '"\\u', "a", "-", ",", '{"a" ', '"\n', "1e"]
)
def test_time_grows_with_the_length_alone(unit: str) -> None:
    def seconds(count: int) -> float:
        started = time.process_time()
        recover('{"a": "' + unit * count)
        recover("[" + unit * count)
        return time.process_time() - started

    assert min(seconds(40_000) for _ in range(3)) < 40 * max(min(seconds(4_000) for _ in range(3)), 0.001)
