"""Events: one a line, known by name, without anything that moves a terminal."""

import json
from pathlib import Path

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.monitor.log import EVENTS, EventLog, opened_log


def lines(form: str, **given: str | int | None) -> list[str]:
    found: list[str] = []
    EventLog(found.append, form, "lab", "r1").event("output-written", **given)  # type: ignore[arg-type]
    return found


def test_an_event_is_a_line_of_json() -> None:
    (line,) = lines("json", file="a b\n\x1b[31m.json", format="json", bytes=3)
    assert line.endswith("}\n")
    found = json.loads(line)
    assert list(found) == ["time", "level", "event", "job", "run", "file", "format", "bytes"]
    assert (found["level"], found["event"], found["job"], found["run"]) == ("info", "output-written", "lab", "r1")
    assert found["file"] == "a b\\x0a\\x1b[31m.json"


def test_an_event_as_text() -> None:
    (line,) = lines("text", file="a b.json", format="json", bytes=None)
    assert line[20:].partition("INFO")[2] == '    output-written job=lab run=r1 file="a b.json" format=json\n'


def test_no_field_that_is_not_declared() -> None:
    with pytest.raises(ValueError, match="no fields"):
        lines("json", value="Muster")


def test_without_a_log_nothing_is_made() -> None:
    EventLog(None, "none", "lab", "r1").event("run-failed", error="x", exit_code=3)


def test_lines_are_added_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for number in range(2):
        with opened_log("json", str(path)) as write:
            assert write is not None
            write(f"{number}\n")
    assert path.read_text() == "0\n1\n"
    assert path.stat().st_mode & 0o007 == 0
    with pytest.raises(UsageError, match="--log-file"), opened_log("json", str(tmp_path / "no" / "log")):
        pytest.fail("opened")


def test_every_event_is_described() -> None:
    assert all(each.summary.endswith(".") for each in EVENTS)
    assert all(field not in ("time", "level", "event", "job", "run") for each in EVENTS for field in each.fields)
