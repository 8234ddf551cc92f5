"""Expression constraints of SNOMED CT are read without knowing any concept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.terminology.expression_constraint import is_expression_constraint

A, B, C = "73211009", "404684003", "363698007"
CASES: list[tuple[str, bool | None]] = [
    (A, True),
    (f"<< {A}", True),
    (f"<<{A} |Diabetes mellitus|", True),
    (f"< {A} OR << {B}", True),
    (f"(<{A} MINUS <<{B}) AND {C}", True),
    (f"<{A}, <{B}", True),
    ("*", True),
    (f"^ {A}", True),
    (f"<! {A} /* children */", True),
    (f"!!> (<< {A} OR {B})", True),
    (f"< {A} : {C} = << {B}", True),
    (f"< {A} : {{ {C} = << {B}, {B} != * }}, [0..1] {C} >= #5.5", True),
    (f"< {A} : [1..*] R {C} = {B}", True),
    (f"< {A} : ({C} OR {B}) = {A}", True),
    (f"< {A} : ({C} = {A} OR {B} = {A}) AND {C} = true", True),
    (f"< {A} . {C} . {B}", True),
    (f'< {A} {{{{ term = "heart" }}}}', True),
    (f"{A} << {A}", False),
    (f"<< {A} {B}", False),
    ("", False),
    ("<<", False),
    (f"(<< {A}", False),
    (f"<< {A})", False),
    (f"< {A} OR", False),
    (f"< {A} OR {B} AND {C}", False),
    (f"< {A} :", False),
    (f"< {A} : {C}", False),
    ("|Diabetes|", False),
    ("<< 234235", False),
    (f"<< {A} § {B}", False),
    (f"< {A} {{{{ term = x", False),
    (f"descendantOf {A}", None),
    (f"^ [targetComponentId] {A}", None),
    ("(" * 100 + A + ")" * 100, None),
    (" " * 30_000, None),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_cases(text: str, expected: bool | None) -> None:
    assert is_expression_constraint(text) is expected


@given(st.text('<>!=^*:.,(){}[]|"#0123456789 ANDORMIUSR/', max_size=60))
def test_any_text_is_answered(text: str) -> None:
    assert is_expression_constraint(text) in (True, False, None)
