"""Split: which record goes where, by itself or with its patient; files whole or not at all."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.model.link_facts import key_of
from fhircheck.model.report import SplitSummary
from fhircheck.model.split_line import SplitLine
from fhircheck.resolve import split as splitting
from fhircheck.resolve.patient_keys import patient_keys
from fhircheck.resolve.split import Split

ONE, TWO = key_of("Patient/1"), key_of("Patient/2")
LINES = [
    SplitLine(True, (ONE,), b"a"),
    SplitLine(False, (ONE, TWO), b"b"),
    SplitLine(True, (TWO,), b"c"),
    SplitLine(True, (key_of("Patient/3"),), b"d"),
    SplitLine(True, (), b"e"),
    SplitLine(False, (), b"f"),
]


@pytest.mark.parametrize(
    ("by", "valid", "invalid", "summary"),
    [
        ("record", b"a\nc\nd\ne\n", b"b\nf\n", SplitSummary("record", 4, 2, 0, 7)),
        ("patient", b"d\ne\n", b"a\nb\nc\nf\n", SplitSummary("patient", 2, 4, 2, 7)),
    ],
)
def test_records_go_where_they_belong(
    tmp_path: Path, by: Any, valid: bytes, invalid: bytes, summary: SplitSummary
) -> None:
    split = Split(str(tmp_path / "v"), str(tmp_path / "i"), by)
    for line in LINES:
        split.take([line])
    assert not (tmp_path / "v").exists()
    assert split.finish(7) == summary
    assert ((tmp_path / "v").read_bytes(), (tmp_path / "i").read_bytes()) == (valid, invalid)
    assert len(list(tmp_path.iterdir())) == 2


def test_many_patients_are_kept_as_few_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "_FRESH", 2)
    split = Split(str(tmp_path / "v"), None, "patient")
    split.take(SplitLine(number % 2 == 0, (number // 3,), b"%d" % number) for number in range(30))
    summary = split.finish(0)
    assert (summary.valid, summary.held_back) == (0, 15)


def test_one_file_alone_and_packed(tmp_path: Path) -> None:
    split = Split(None, str(tmp_path / "i.ndjson.gz"), "record")
    split.take(LINES)
    split.finish(0)
    packed = (tmp_path / "i.ndjson.gz").read_bytes()
    assert gzip.decompress(packed) == b"b\nf\n"
    assert packed[4:8] == bytes(4), "no time: the same lines give the same bytes"


def test_what_was_there_stays_when_the_run_fails(tmp_path: Path) -> None:
    (tmp_path / "v").write_bytes(b"before")
    split = Split(str(tmp_path / "v"), str(tmp_path / "i"), "record")
    split.take(LINES)
    split.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["v"]
    assert (tmp_path / "v").read_bytes() == b"before"


def test_files_that_cannot_be_written_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name the same file"):
        Split(str(tmp_path / "v"), str(tmp_path / "v"), "record")
    with pytest.raises(UsageError, match=r"--write-invalid .*cannot write there"):
        Split(str(tmp_path / "v"), str(tmp_path / "none" / "i"), "record")
    with pytest.raises(UsageError, match="is a folder"):
        Split(str(tmp_path), None, "record")
    assert list(tmp_path.iterdir()) == []


URN = "urn:uuid:0b6ae1a6-3d4b-4a0c-9a0e-9d0b4a7ac2ad"


@pytest.mark.parametrize(
    ("node", "texts"),
    [
        ({"resourceType": "Patient", "id": "1"}, ["Patient/1"]),
        ({"resourceType": "Practitioner", "id": "1"}, []),
        ({"subject": {"reference": "Patient/1"}}, ["Patient/1"]),
        ({"subject": {"reference": "https://x.test/fhir/Patient/1/_history/2"}}, ["Patient/1"]),
        ({"subject": {"reference": "OldPatient/1"}}, []),
        ({"subject": {"reference": URN}, "performer": {"reference": "urn:uuid:9"}}, [URN]),
        ({"entry": [{"fullUrl": URN, "resource": {"resourceType": "Patient", "id": "7"}}]}, ["Patient/7", URN]),
        ({"a": [{"b": {"subject": {"reference": "Patient/1"}}}, None, 3]}, ["Patient/1"]),
        ({"subject": {"reference": 3}, "resourceType": "Patient", "id": []}, []),
        (None, []),
    ],
)
def test_patients_of_a_record(node: Any, texts: list[str]) -> None:
    assert patient_keys(node) == tuple(sorted(map(key_of, texts)))
