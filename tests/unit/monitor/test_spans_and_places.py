"""Spans of time, lines of keys in TOML, and where outputs go."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.model.errors import UsageError
from fhircheck.monitor.output_path import check_path, filled
from fhircheck.monitor.spans import said, seconds_of
from fhircheck.monitor.toml_places import nearest, places
from fhircheck.report.endings import form_of


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("45m", 2700), ("1h30m", 5400), ("7d", 604800), ("1.5h", 5400)]
)
def test_spans(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "45", "m", "-1h", "1y", "1h ", "99999w"])
def test_no_spans(text: str) -> None:
    with pytest.raises(UsageError, match="deadline"):
        seconds_of(text, "deadline")


@given(st.integers(1, 10**8))
def test_spans_are_said_as_they_are_read(seconds: int) -> None:
    assert seconds_of(said(seconds)) == seconds


TOML = '''# comment = 1
name = "a" # = x
"quoted key" = 'it''s'
sources = [
  "one", # ]
  'two]', """
three
""",
  { file = "x", b = [1, 2] },
]
a.b = 1979-05-27T07:32:00Z
[t."k.x"]
z = "\\"]"

[[al]]
q = 1
[[al]]
q = { x = 1, y = { z = [] } }
[al.sub]
w = true
'''.replace("'it''s'", "'its'")


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path} if path else set()
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found.union(*(paths(each, (*path, key)) for key, each in items))


def test_every_key_has_the_line_it_stands_in() -> None:
    found = places(TOML)
    assert paths(tomllib.loads(TOML)) - found.keys() == {("t",)}
    lines = TOML.split("\n")
    assert lines[found["sources", 1] - 1] == '  \'two]\', """'
    assert lines[found["sources", 3, "b", 1] - 1].startswith("  { file")
    assert lines[found["al", 1, "q", "y", "z"] - 1].startswith("q = { x")
    assert lines[found["al", 1, "sub", "w"] - 1] == "w = true"
    assert nearest(found, ("al", 1, "nothing", "here")) == found["al", 1]
    assert nearest(found, ("nothing",)) == 0


@given(st.recursive(st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_values_of_any_form_are_passed_over(value: Any) -> None:
    text = f"first = {toml(value)}\nsecond = 1\n"
    tomllib.loads(text)
    found = places(text)
    assert found["second",] == text.count("\n")


def toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, int):
        return str(value)
    return '"' + "".join(f"\\U{ord(sign):08x}" if not 0xD800 <= ord(sign) < 0xE000 else "" for sign in value) + '"'


NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_outputs_are_below_the_folder_of_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    local = NOW.astimezone()
    assert filled("out/{name}-%Y-%m-%d.json", "lab", NOW, "jobs") == Path(f"jobs/out/lab-{local:%Y-%m-%d}.json")
    assert filled("100%%/%V.json", "lab", NOW, "") == Path(f"100%/{local:%V}.json")
    assert filled("/srv/x.json", "lab", NOW, "jobs") == Path("/srv/x.json")


@pytest.mark.parametrize("path", ["%c.json", "%s.json", "%", "{series}.json", "{}"])
def test_other_placeholders_are_refused(path: str) -> None:
    with pytest.raises(UsageError, match="is not filled in"):
        check_path(path)


@pytest.mark.parametrize(
    ("path", "form"),
    [("a.html", "html"), ("a.json", "json"), ("a.junit.xml", "junit"), ("A.SARIF", "sarif"), ("a", ""),
     ("a.measure-report.json", "measure-report"), ("a.operation-outcome.json", "operation-outcome")],
)  # fmt: skip
def test_the_ending_says_the_form(path: str, form: str) -> None:
    assert form_of(path) == form
