"""Syntax: precedence, escapes, comments, and faults with their place."""

import pytest

from fhircheck.fhirpath import FhirPathError, ast, parse


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a or b and c", "a or (b and c)"),
        ("a implies b or c", "a implies (b or c)"),
        ("a = b in c", "(a = b) in c"),
        ("a | b = c", "(a | b) = c"),
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("a < b is C", "a < (b is C)"),
        ("-a.b", "-(a.b)"),
        ("a.contains(b) contains c", "(a.contains(b)) contains c"),
        ("a // c\n+ b /* d */", "a + b"),
        ("`a`.`div`", "a.`div`"),
        ("@2024-01 + 1 day", "@2024-01+1 day"),
        ("'\\u0041\\''", "'A\\''"),
    ],
)
def test_means_the_same(text: str, same: str) -> None:
    assert parse(text) == parse(same)


def test_a_path_begins_anywhere() -> None:
    assert parse("contains") == ast.Member(None, "contains")
    assert parse("as(code)") == ast.Call(None, "as", (ast.Member(None, "code"),))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("a.", 2),
        ("a b", 2),
        ("(a", 2),
        ("a[1", 3),
        ("'a", 0),
        ("a /* b", 2),
        ("1 + ", 4),
        ("a.1", 2),
        ("'\\q'", 0),
        ("@2024-13-01", 0),
        ("@T25", 0),
        ("@T10:00Z", 7),
        ("a is", 4),
        ("a # b", 2),
        ("$that", 0),
        ("1234567890123456789", 0),
    ],
)
def test_a_fault_has_its_place(text: str, at: int) -> None:
    with pytest.raises(FhirPathError) as fault:
        parse(text)
    assert fault.value.position == at
