"""Mapping, severities, accepted issues, baseline and split through the whole run, with one process and two."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import fhircheck
from fhircheck.model.errors import UsageError
from fhircheck.model.issue import Issue
from fhircheck.report.json import document
from fhircheck.report.shown import View

NOW = datetime(2026, 1, 15, tzinfo=UTC)
GOOD = {"resourceType": "Basic", "id": "good", "code": {"text": "x"}, "subject": {"reference": "Patient/1"}}
BAD = {"resourceType": "Basic", "id": "bad", "subject": {"reference": "Patient/2"}}
ODD = {"resourceType": "Basic", "id": "odd", "code": {"text": "x"}, "author": {"reference": "Patient/2"}}
ROWS = [GOOD, BAD, ODD] * 40


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for number in range(3):
        text = "".join(json.dumps(row) + "\n" for row in ROWS)
        (folder / f"{number}.ndjson").write_text(text, encoding="utf-8")
    return folder


def toml(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def entry(expires: str, path: str = "Basic") -> str:
    return f"""[[accepted]]
kind = "cardinality-min"
path = "{path}"
reason = "old system"
owner = "IT"
expires = {expires}
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_accepted_issues_are_counted_apart_until_they_expire(data: Path, tmp_path: Path, jobs: int) -> None:
    plain = fhircheck.validate(data, now=NOW, jobs=jobs)
    assert (plain.count("error"), plain.verdict.exit_code) == (120, 1)
    unused = toml(tmp_path / "u.toml", entry("2026-12-31", "Patient.none"))
    borne = fhircheck.validate(
        data, now=NOW, jobs=jobs, accept=[str(toml(tmp_path / "a.toml", entry("2026-01-15"))), str(unused)]
    )
    assert (borne.count("error"), borne.verdict.exit_code, borne.borne) == (0, 0, 120)
    assert [(use.count, use.expired) for use in borne.accepted] == [(120, False), (0, False)]
    assert document(borne, View())["verdict"]["outcome"] == "no-errors-found"
    back = fhircheck.validate(data, now=NOW, jobs=jobs, accept=toml(tmp_path / "e.toml", entry("2026-01-14")))
    assert (back.count("error"), back.verdict.exit_code, back.borne) == (120, 1, 0)
    assert [(use.count, use.expired) for use in back.accepted] == [(120, True)]


def test_accepting_raises_no_score(data: Path, tmp_path: Path) -> None:
    plain = fhircheck.check(data, now=NOW)
    borne = fhircheck.check(data, now=NOW, accept=toml(tmp_path / "a.toml", entry("2026-12-31")))
    assert [score.value for score in borne.scores] == [score.value for score in plain.scores]


def test_severities_by_kind_and_path(data: Path, tmp_path: Path) -> None:
    rules = '[[severity]]\nkind = "cardinality-min"\npath = "Basic"\nseverity = "warning"\nreason = "agreed"\n'
    report = fhircheck.validate(data, now=NOW, settings=toml(tmp_path / "s.toml", rules))
    assert (report.count("error"), report.count("warning"), report.borne) == (0, 120, 120)
    assert [(use.severity, use.count, use.reason) for use in report.overrides] == [("warning", 120, "agreed")]
    assert report.resources == (("Basic", 360, 0),)


def test_a_mapping_is_checked_and_listed(data: Path, tmp_path: Path) -> None:
    mapping = '[[mapping]]\ntype = "Basic"\nprofiles = ["http://hl7.org/fhir/StructureDefinition/Basic"]\n'
    report = fhircheck.validate(data, now=NOW, settings=toml(tmp_path / "s.toml", mapping))
    assert [(use.how, use.resources, use.valid) for use in report.profiles] == [
        ("base", 360, 240),
        ("mapped", 360, 240),
    ]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_a_baseline_leaves_what_is_new(data: Path, tmp_path: Path, form: str, jobs: int) -> None:
    found: list[Issue] = []
    before = fhircheck.validate(data, now=NOW, jobs=jobs, sink=found.extend)
    kept = tmp_path / "before"
    lines = [json.dumps({"fingerprint": issue.fingerprint}) for issue in found]
    kept.write_text(json.dumps(document(before, View())) if form == "json" else "\n".join(lines), encoding="utf-8")
    same = fhircheck.validate(data, now=NOW, jobs=jobs, baseline=kept)
    assert (same.count("error"), same.verdict.exit_code, same.borne) == (0, 0, 120)
    assert same.baseline is not None
    assert (same.baseline.known, same.baseline.gone) == (120, 0)
    with (data / "2.ndjson").open("a", encoding="utf-8") as file:
        file.write(json.dumps({**BAD, "id": "new"}) + "\n")
    found.clear()
    after = fhircheck.validate(data, now=NOW, jobs=jobs, baseline=kept, sink=found.extend)
    assert (after.count("error"), after.verdict.exit_code) == (1, 1)
    assert [issue.place.resource for issue in found] == ["Basic/new"]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("by", "valid", "invalid"), [("record", {"good", "odd"}, {"bad"}), ("patient", {"good"}, {"bad", "odd"})]
)
def test_a_split_sends_each_line_as_it_is(
    data: Path, tmp_path: Path, by: str, jobs: int, valid: set[str], invalid: set[str]
) -> None:
    good, rest = tmp_path / "good.ndjson", tmp_path / "rest.ndjson"
    report = fhircheck.validate(data, now=NOW, jobs=jobs, write_valid=good, write_invalid=rest, split_by=by)  # type: ignore[arg-type]
    assert report.split is not None
    everything = [json.dumps(row) for row in ROWS * 3]
    assert good.read_text().splitlines() == [each for each in everything if json.loads(each)["id"] in valid]
    assert rest.read_text().splitlines() == [each for each in everything if json.loads(each)["id"] in invalid]
    assert (report.split.valid, report.split.invalid) == (120 * len(valid), 120 * len(invalid))


def test_a_failed_run_leaves_the_files_alone(data: Path, tmp_path: Path) -> None:
    good = toml(tmp_path / "good.ndjson", "before")

    def broken(_: list[Issue]) -> None:
        raise UsageError("full")

    with pytest.raises(UsageError):
        fhircheck.validate(data, now=NOW, write_valid=good, sink=broken)
    assert good.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "good.ndjson"]


def test_what_is_read_is_not_overwritten(data: Path) -> None:
    source = data / "0.ndjson"
    before = source.read_bytes()
    with pytest.raises(UsageError, match="cannot be written in the same run"):
        fhircheck.validate(source, now=NOW, write_invalid=source)
    assert source.read_bytes() == before
