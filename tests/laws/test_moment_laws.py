"""Moments that may be compared as text are told apart as the parts of a moment tell them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.fhirpath.temporal import compare, ordered_as_text, parse_temporal

NUMBER = st.integers(0, 32).map("{:02}".format)
YEAR = st.sampled_from(["0000", "0001", "0999", "1000", "1900", "2000", "2023", "2024", "9999"])
DAY = st.builds("{}-{}-{}".format, YEAR, st.integers(0, 13).map("{:02}".format), NUMBER)
SECOND = st.builds("{:02}{}".format, st.integers(57, 61), st.sampled_from(["", ".0", ".5", ".123", ".50"]))
CLOCK = st.builds(
    "T{:02}:{:02}:{}{}".format,
    st.integers(0, 24),
    st.integers(57, 60),
    SECOND,
    st.sampled_from(["", "Z", "+00:00", "+02:00", "-12:00", "+14:00"]),
)
MOMENT = st.builds("{}{}".format, DAY, st.one_of(st.just(""), CLOCK))


@settings(max_examples=400)
@given(
    st.one_of(
        st.tuples(MOMENT, MOMENT), st.tuples(DAY, DAY, CLOCK).map(lambda each: (each[0] + each[2], each[1] + each[2]))
    )
)
def test_text_order_is_the_order_of_moments(pair: tuple[str, str]) -> None:
    one, two = pair
    if ordered_as_text(one, two):
        first, second = parse_temporal(one), parse_temporal(two)
        assert first is not None
        assert second is not None
        assert compare(first, second) == (one > two) - (one < two)


def test_which_are_compared_as_text() -> None:
    for one, two, alike in [
        ("2020-02-28", "2020-02-28", True),
        ("2020-01-30", "2020-12-31", True),
        ("2020-01-02T10:00:00Z", "2020-01-02T09:59:59Z", True),
        ("2020-01-02T10:00:00.123+01:00", "2020-01-02T10:00:00.456+01:00", True),
        ("2020-02-29", "2020-02-28", False),  # whether there is such a day, the parts tell
        ("2020-01-02", "2020-01", False),
        ("2020-01-02T10:00:00.12Z", "2020-01-02T10:00:00.1Z", False),
        ("2020-01-02T10:00:00+01:00", "2020-01-02T10:00:00+02:00", False),
        ("2020-01-02T10:00:00", "2020-01-02T10:00:00", False),
        ("2020-01-02\n", "2020-01-02\n", False),
    ]:
        assert ordered_as_text(one, two) is alike, (one, two)
