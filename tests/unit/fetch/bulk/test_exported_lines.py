"""What is in the files of an export: broken lines, other types, duplicates, outcomes, other forms."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from fhircheck.fetch import FetchFolder
from fhircheck.fetch.bulk_file import DownloadLimits
from fhircheck.model.errors import CouldNotCheck
from fhircheck.sources.bulk_request import ExportRequest
from tests.servers.bulk_server import BulkServer, File, ndjson, outcome
from tests.unit.fetch.bulk.exporting import PATIENTS, WRAPPED, fetch, ids, kinds


def test_counts_that_differ(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", PATIENTS, count=901)]
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, ["bulk-count-differs"])
    assert manifest["findings"][0]["params"] == {"type": "Patient", "arrived": 900, "stated": 901}


def test_broken_lines_are_kept_apart(server: BulkServer, out: Path) -> None:
    lines = PATIENTS.splitlines(keepends=True)
    broken = [b'{"resourceType": "Patient",\n', b"[1]\n", b'{"id": "x"}\n']
    data = b"".join([*lines[:5], broken[0], *lines[5:7], b"\n", *broken[1:], *lines[7:]])
    server.files = [File("Patient", data, breaks=[200, 250, 330, 5000])]
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, ["bulk-line-broken"])
    assert manifest["findings"][0]["params"] == {"type": "Patient", "count": 3, "line": 6}
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS
    assert (out / "unreadable" / "Patient.ndjson").read_bytes() == b"".join(broken)
    assert [each["file"] for each in manifest["unreadable"]] == ["unreadable/Patient.ndjson"]


def test_broken_lines_are_kept_once_when_the_disk_fails_between_them_and_the_data(
    server: BulkServer, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = PATIENTS.splitlines(keepends=True)
    server.files = [File("Patient", b"".join([*lines[:5], b"x\n", *lines[5:], b"y\n"]))]
    append = FetchFolder.append

    def failing(self: FetchFolder, part: str, *args: Any, **more: Any) -> int:
        if part == "output-00000":
            raise CouldNotCheck("disk full")
        return append(self, part, *args, **more)

    with monkeypatch.context() as broken:
        broken.setattr(FetchFolder, "append", failing)
        with pytest.raises(CouldNotCheck):
            fetch(server, out)
    assert fetch(server, out)["complete"]
    assert (out / "unreadable" / "Patient.ndjson").read_bytes() == b"x\ny\n"
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS
    assert server.exports == 1


def test_a_line_of_any_length_is_left_out(server: BulkServer, out: Path) -> None:
    lines = PATIENTS.splitlines(keepends=True)
    server.files = [File("Patient", b"".join([*lines[:9], b"x" * 300_000 + b"\n", *lines[9:]]), count=901)]
    manifest = fetch(server, out, limits=DownloadLimits(longest=1000))
    assert (manifest["complete"], kinds(manifest)) == (True, ["bulk-line-too-long"])
    assert manifest["findings"][0]["params"] == {"type": "Patient", "count": 1, "limit": 1000}
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS


def test_other_types_go_to_their_own_file(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", PATIENTS + ndjson("Encounter", range(2)))]
    manifest = fetch(server, out)
    assert kinds(manifest) == ["bulk-other-type"]
    assert manifest["findings"][0]["params"] == {"type": "Patient", "count": 2, "types": "Encounter"}
    assert ids(out / "Encounter.ndjson") == ["enc0", "enc1"]


def test_duplicates_are_written_once(server: BulkServer, out: Path) -> None:
    server.files = [
        File("Patient", ndjson("Patient", [1, 2, 1])),
        File("Patient", ndjson("Patient", [2, 3])),
    ]
    manifest = fetch(server, out)
    assert kinds(manifest) == ["bulk-duplicate"]
    assert manifest["findings"][0]["params"] == {"count": 2}
    assert ids(out / "Patient.ndjson") == ["pat1", "pat2", "pat3"]


def test_types_that_were_not_asked_for(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", PATIENTS), File("Encounter", b"")]
    manifest = fetch(server, out, ExportRequest(types=("Patient",)))
    assert kinds(manifest) == ["bulk-type-not-asked"]


def test_outcomes_of_any_form_are_kept(server: BulkServer, out: Path) -> None:
    odd = [{"issue": {}}, {"issue": [{"severity": []}, 3]}, {"issue": [{"severity": "odd", "code": {}}]}]
    lines = [json.dumps({"resourceType": "OperationOutcome", **each}) for each in odd]
    server.files = [File("OperationOutcome", "\n".join(lines).encode(), group="error")]
    manifest = fetch(server, out)
    assert manifest["findings"][0]["params"] == {"count": 3, "codes": "-"}
    assert (out / "error" / "OperationOutcome.ndjson").read_text().splitlines() == lines


@pytest.mark.parametrize(("severity", "shown"), [("fatal", "error"), ("warning", "warning"), ("information",) * 2])
def test_errors_of_the_server_are_counted(server: BulkServer, out: Path, severity: str, shown: str) -> None:
    """The worst of them counts, also when it came before a break."""
    lines = []
    for each in (severity, "information", "information"):
        node = json.loads(outcome("exception", "Meyer"))
        node["issue"][0]["severity"] = each
        lines.append(json.dumps(node).encode() + b"\n")
    server.files = [
        File("Patient", PATIENTS),
        File("OperationOutcome", b"".join(lines), group="error", breaks=[len(lines[0]) + 3]),
    ]
    manifest = fetch(server, out)
    assert manifest["complete"]
    assert [(each["kind"], each["severity"]) for each in manifest["findings"]] == [("bulk-server-errors", shown)]
    assert manifest["findings"][0]["params"] == {"count": 3, "codes": "exception"}
    assert "Meyer" not in json.dumps(manifest)
    assert (out / "error" / "OperationOutcome.ndjson").read_bytes().count(b"Meyer") == 3


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"<!doctype html><html>Sign in</html>", "html"),
        (b"%PDF-1.7 x", "pdf"),
        (b"PK\x03\x04x", "zip"),
        (b"<Binary/>", "xml"),
        (WRAPPED, "binary-resource"),
    ],
)
def test_something_else_than_lines(server: BulkServer, out: Path, data: bytes, form: str) -> None:
    server.files = [File("Patient", data)]
    manifest = fetch(server, out)
    assert kinds(manifest) == ["bulk-file-missing"]
    assert manifest["findings"][0]["params"]["reason"] == f"not-ndjson, {form}"


@pytest.mark.parametrize("cut", [False, True])
def test_files_packed_by_gzip(server: BulkServer, out: Path, cut: bool) -> None:
    packed = gzip.compress(PATIENTS)
    server.files = [File("Patient", packed, count=900, breaks=[len(packed) // 2] if cut else [])]
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, [])
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS
