"""``--history`` takes a value only where one follows that names a store; a series has the source's name."""

import pytest

from fhircheck.cli.history_options import decided, series_of
from fhircheck.model.errors import UsageError

DECIDED = [
    (["--history"], ["--history="]),
    (["--history", "data"], ["--history=", "data"]),
    (["--history", "--series", "a", "data"], ["--history=", "--series", "a", "data"]),
    (["data", "--history", "runs.sqlite"], ["data", "--history=runs.sqlite"]),
    (["--history", "postgresql://me@h/db", "data"], ["--history=postgresql://me@h/db", "data"]),
    (["--history", "https://h/fhir/Patient"], ["--history=", "https://h/fhir/Patient"]),
    (["--history=x", "data.db"], ["--history=x", "data.db"]),
    (["--", "--history", "a.db"], ["--", "--history", "a.db"]),
]


@pytest.mark.parametrize(("given", "expected"), DECIDED)
def test_the_value_is_decided(given: list[str], expected: list[str]) -> None:
    assert decided(given) == expected


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/data/mii/", "mii"),
        ("ward 7.ndjson.gz", "ward 7"),
        ("https://user:secret@fhir.example.org/r4/Patient?name=x", "fhir.example.org"),
        ("ab/@x(1)", "x-1"),
    ],
)
def test_a_series_has_the_name_of_its_source(source: str, name: str) -> None:
    assert series_of([source], hidden=False) == name


@pytest.mark.parametrize(("sources", "hidden"), [(["-"], False), (["a", "b"], False), (["a"], True), (["..."], False)])
def test_a_series_without_a_name_must_be_given_one(sources: list[str], hidden: bool) -> None:
    with pytest.raises(UsageError, match="--series"):
        series_of(sources, hidden)
