"""Expressions made to hang, to fill the memory or to run code end with a clear error, and soon."""

import time

import pytest

from fhircheck.fhirpath import FhirPathError
from tests.unit.fhirpath.engine import result

HOSTILE = {
    "deep parentheses": "(" * 5_000 + "1" + ")" * 5_000,
    "deep calls": "iif(true, " * 500 + "1" + ")" * 500,
    "long chain": "1" + " + 1" * 10_000,
    "long path": "a" + ".a" * 10_000,
    "many signs": "-" * 5_000 + "1",
    "too long": "1 " * 60_000,
    "exploding pattern": "'" + "a" * 40 + "!'.matches('^(a|aa)+$')",
    "exploding replacement": "'" + "a" * 40 + "!'.replaceMatches('^(a|aa)+$', 'x')",
    "endless repeat": "1.repeat($this + 1).count()",
    "growing text": "(" + " | ".join(map(str, range(60))) + ").aggregate($total & $total, 'x')",
    "growing collection": "(" + " | ".join(map(str, range(60))) + ").aggregate($total.combine($total), 1).count()",
    "nested lambdas": "("
    + " | ".join(map(str, range(90)))
    + ")"
    + "".join(f".select({'%context.descendants().count()'} | $this)" for _ in range(3))
    + ".select((1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).repeat($this + 1)))",
    "no regular expression": "'a'.matches('[')",
    "no such group": "'a'.replaceMatches('a', '$9')",
}


@pytest.mark.parametrize("expression", HOSTILE.values(), ids=HOSTILE.keys())
def test_ends_with_an_error(expression: str) -> None:
    began = time.monotonic()
    with pytest.raises(FhirPathError) as fault:
        result(expression, steps=200_000)
    assert time.monotonic() - began < 30
    assert len(str(fault.value)) < 300


@pytest.mark.parametrize("expression", ["__class__", "name.__class__", "`__import__('os')`", "'{0.__class__}' & 'x'"])
def test_names_never_become_code(expression: str) -> None:
    assert result(expression) in ([], ["{0.__class__}x"])


def test_numbers_stay_bounded() -> None:
    squares = "(" + " | ".join(map(str, range(2, 200))) + ").aggregate($total * $total, 9)"
    assert result(squares) == []
