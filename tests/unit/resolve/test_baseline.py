"""Baseline: so many findings of each fingerprint are known, whatever form the earlier run was kept in."""

import json
from pathlib import Path

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.model.facts import Partial
from fhircheck.model.issue import Issue, Place
from fhircheck.model.report import BaselineSummary
from fhircheck.resolve.baseline import load_baseline

A = Issue("max-length", "error", Place("f", 0, "Patient/1", "Patient.name[0]"))
A2 = A._replace(place=Place("f", 1, "Patient/2", "Patient.name[3]"))
B = Issue("unknown-element", "warning", Place("f", 0, "Patient/1", "Patient"))


def kept(tmp_path: Path, text: str) -> str:
    path = tmp_path / "base"
    path.write_text(text, encoding="utf-8")
    return str(path)


def report(*issues: Issue, complete: bool = True) -> str:
    names = [issue.fingerprint for issue in issues]
    counts = [{"fingerprint": name, "count": names.count(name)} for name in sorted(set(names))]
    return json.dumps({"format": "fhircheck-report", "fingerprints": {"complete": complete, "counts": counts}})


def lines(*issues: Issue) -> str:
    return "".join(json.dumps({"fingerprint": issue.fingerprint}) + "\n" for issue in issues)


@pytest.mark.parametrize("form", [report, lines])
def test_only_what_is_new_is_left(tmp_path: Path, form: object) -> None:
    baseline = load_baseline(kept(tmp_path, form(A, B, B)))  # type: ignore[operator]
    partial = Partial()
    partial.issues = [A, A2, B]
    partial.groups.add(partial.issues)
    baseline.reduce(partial)
    assert partial.issues == [A2]
    assert dict(partial.groups.totals) == {("error", "max-length"): 1}
    assert baseline.summary() == BaselineSummary(kept(tmp_path, ""), 2, 1)
    assert baseline.errors == 1


def test_findings_alike_but_for_indexes_have_one_fingerprint() -> None:
    assert A.fingerprint == A2.fingerprint != B.fingerprint


def test_an_empty_list_of_findings_knows_nothing(tmp_path: Path) -> None:
    assert load_baseline(kept(tmp_path, "")).new([A]) == [A]


def test_one_finding_alone_is_no_report(tmp_path: Path) -> None:
    assert load_baseline(kept(tmp_path, lines(A).strip())).new([A, A2]) == [A2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "no report"),
        ('{"fingerprints": {"complete": true, "counts": {}}}', "no report"),
        ('{"fingerprints": {"complete": true, "counts": [{"count": 1}]}}', "not as fhircheck writes them"),
        (report(A, complete=False), "too many different findings"),
        ("[]", "line 1"),
        ('{"fingerprint": "a"}\n{"x": 1}\n', "line 2"),
        ("hello", "line 1"),
    ],
)
def test_other_files_are_refused_with_a_reason(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_baseline(kept(tmp_path, text))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load_baseline(str(tmp_path / "none"))
