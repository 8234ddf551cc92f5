"""A history goes out as lines and comes in the same, whatever the database; a wrong line brings nothing in."""

import json
from pathlib import Path

import pytest

from fhircheck.history.answers import AlertState
from fhircheck.history.store import Store
from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import Answer
from tests.unit.history.stores import report

AT = "2026-11-01T06:00:00+00:00"


def filled(store: Store) -> list[str]:
    for number in range(4):
        store.add_run("a", report(AT, fingerprints={"f": 1, f"f{number}": 2}))
    store.add_run("b", report(AT))
    store.keep("a", 2, "baseline")
    store.prune("a", keep=1)
    store.add_answers("a", [Answer("f", "fixed", comment="ü\u2028", at=AT), Answer("f", "open", at=AT)])
    store.set_alert_states("only alerts", [AlertState("k", "alarm", AT)])
    return lines(store)


def lines(store: Store) -> list[str]:
    with store.exported() as (found, _):
        return list(found)


def test_what_goes_out_comes_in_the_same(store: Store, tmp_path: Path) -> None:
    gone_out = filled(store)
    with Store.open(str(tmp_path / "copy.sqlite")) as copy:
        moved = copy.take_in(gone_out)
        assert (moved.series, moved.runs, moved.answers, moved.alert_states) == (3, 3, 2, 1)
        assert lines(copy) == gone_out
        assert copy.points("a") == store.points("a")
        assert copy.add_run("a", report()) == 5
        with pytest.raises(UsageError, match="line 2: the series a is there already"):
            copy.take_in(gone_out)
    for each in store.runs():
        store.document(each.series, each.number)


def test_the_same_comes_into_this_database(store: Store, tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "first.sqlite")) as first:
        gone_out = filled(first)
    store.take_in(gone_out)
    assert lines(store) == gone_out


WRONG = [
    [],
    ["{}"],
    ["no json"],
    ['{"format": "fhircheck-history", "format_version": "2.0"}'],
    ["HEAD", '{"series": "c", "last_number": 1}', '{"series": "c", "other": 1}'],
    ["HEAD", '{"series": "c@", "last_number": 1}'],
    ["HEAD", '{"series": "c", "last_number": 1}', '{"series": "c", "run": {"number": 1, "kept": "", "document": {}}}'],
    ["HEAD", '{"series": "c", "last_number": 1}', '{"series": "c", "answer": {"fingerprint": "f"}}'],
    ["HEAD", '{"series": "c", "last_number": 1}', "[]"],
]


@pytest.mark.parametrize("wrong", WRONG)
def test_of_a_wrong_file_nothing_comes_in(store: Store, wrong: list[str]) -> None:
    head = json.dumps({"format": "fhircheck-history", "format_version": "1.0"})
    with pytest.raises(UsageError):
        store.take_in([head if each == "HEAD" else each for each in wrong])
    assert lines(store) == lines(store)[:1]
