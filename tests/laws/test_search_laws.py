"""Laws of prefixes: what R4 says of them holds for all dates."""

from hypothesis import example, given
from hypothesis import strategies as st

from fhircheck.fhirpath import Item
from fhircheck.probe.search_kinds.date import PREFIXES, holds

DATES = st.one_of(
    st.dates().map(lambda day: day.isoformat()),
    st.dates().map(lambda day: day.isoformat()[:7]),
    st.integers(2, 9998).map(lambda year: f"{year:04d}"),
    st.datetimes().map(lambda at: at.isoformat(timespec="seconds") + "Z"),
    st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "+02:00"),
)
PERIODS = st.tuples(DATES, DATES).map(lambda ends: {"start": min(ends), "end": max(ends)})
VALUES = st.one_of(DATES, PERIODS)


def told(text: str, value: object) -> dict[str, bool | None]:
    item = Item(value, "Period" if isinstance(value, dict) else "dateTime")
    return {prefix: holds(text, prefix, [item]) for prefix in PREFIXES}


@given(DATES, VALUES)
@example("2000-01-01", {"start": "2000-01-01", "end": "2000-01-01T00:00:00.000+02:00"})
def test_prefixes_fit_together(text: str, value: object) -> None:
    found = told(text, value)
    if found["eq"] is not None:
        assert found["ne"] is not found["eq"]
    if found["eq"]:
        assert found["le"] is not False
        assert found["ge"] is not False
        assert (found["sa"], found["eb"]) == (False, False)
    if found["lt"]:
        assert found["le"] is not False
    if found["gt"]:
        assert found["ge"] is not False
    if found["sa"]:
        assert found["gt"] is not False
        assert found["lt"] is not True
    if found["eb"]:
        assert found["lt"] is not False
        assert found["gt"] is not True


@given(DATES)
def test_a_date_is_found_by_itself(text: str) -> None:
    found = told(text, text)
    assert found["eq"] in (True, None)
    assert (found["lt"], found["gt"]) in ((False, False), (None, None))
