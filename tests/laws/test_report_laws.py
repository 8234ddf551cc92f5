"""Laws of rendering: no text steers a terminal, no number claims more than it knows."""

import json
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fhircheck.report.ndjson import encoded
from fhircheck.report.numbers import percent, points, rounded
from fhircheck.report.shown import Disguise, clean

SHARES = st.fractions(0, 1)
TEXTS = st.text(st.characters(codec=None, categories=None))


@given(TEXTS, st.integers(10, 100))
def test_clean_text_is_one_harmless_line(text: str, longest: int) -> None:
    shown = clean(text, longest)
    shown.encode()
    assert all(each.isprintable() or ord(each) >= 0xA0 for each in shown)
    assert len(shown.splitlines()) <= 1


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=100))
def test_clean_leaves_harmless_text_alone(text: str) -> None:
    assert clean(text) == text


@given(SHARES)
def test_hundred_and_zero_percent_are_exact(share: Fraction) -> None:
    assert (percent(share) == "100%") == (share == 1)
    assert (percent(share) == "0%") == (share == 0)
    assert (points(share * 100, "de") == "100") == (share == 1)


@given(SHARES, SHARES)
def test_different_shares_look_different_where_that_decides(share: Fraction, needed: Fraction) -> None:
    assert (percent(share, apart_from=needed) == percent(needed)) == (share == needed)


@given(st.fractions(0, 100))
def test_rounded_is_near_and_whole_only_where_exact(value: Fraction) -> None:
    near = rounded(value)
    assert abs(Fraction(near) - value) < Fraction(2, 10**6)
    assert near.is_integer() == (value.denominator == 1)


@given(TEXTS)
def test_encoded_text_is_utf_8_json_a_terminal_can_show(text: str) -> None:
    line = encoded(text)
    line.encode()
    assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in line)
    assert json.loads(line) == "".join("\ufffd" if 0xD800 <= ord(each) < 0xE000 else each for each in text)


@given(st.binary(min_size=1, max_size=64), st.text(min_size=1), st.text(min_size=1))
def test_hashes_tell_names_apart_as_the_names_do(key: bytes, one: str, two: str) -> None:
    names = Disguise(key)
    assert (names.source(one) == names.source(two)) == (one == two)
