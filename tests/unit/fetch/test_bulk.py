"""Whole Bulk Data exports into a folder, from a server that behaves and from ones that do not."""

import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fhircheck.fetch import FetchFolder
from fhircheck.fetch.bulk import BulkFetch, BulkOptions
from fhircheck.fetch.bulk_file import DownloadLimits
from fhircheck.model.connection import Connection
from fhircheck.model.errors import CouldNotCheck, SourceUnusable
from fhircheck.sources.bulk_export import Patience
from fhircheck.sources.bulk_request import ExportRequest
from tests.servers.bulk_server import BulkServer, File, ndjson, outcome

PATIENTS = ndjson("Patient", range(900))
ALL = ExportRequest()
WRAPPED = b'{"resourceType": "Binary", "id": "a", "contentType": "application/fhir+ndjson", "data": "AAAA"}'
QUICK = Patience(first=0.001)


@pytest.fixture
def server() -> Iterator[BulkServer]:
    with BulkServer() as started:
        yield started


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow one another at once."""
    monkeypatch.setattr("fhircheck.fetch.bulk_downloads.Downloads._pause", lambda *_: None)
    monkeypatch.setattr("fhircheck.transport.retry.PAUSE", 0.001)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def fetch(
    server: BulkServer, out: Path, request: ExportRequest = ALL, restart: bool = False, **options: Any
) -> dict[str, Any]:
    given = {"connection": Connection(retries=2), "patience": QUICK, **options}
    with FetchFolder(str(out), request.fingerprint(), restart) as folder:
        return BulkFetch(server.base, request, folder, BulkOptions(**given)).run()


def kinds(manifest: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in manifest["findings"]]


def ids(path: Path) -> list[str]:
    return ids_in(path.read_bytes())


def ids_in(data: bytes) -> list[str]:
    """The ids in all whole lines."""
    return [json.loads(line)["id"] for line in data.splitlines(True) if line.endswith(b"\n")]


def test_a_whole_export(server: BulkServer, out: Path) -> None:
    deleted = {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {"url": "Patient/x"}}]}
    server.files = [
        File("Patient", PATIENTS, count=900),
        File("Observation", ndjson("Observation", range(10))),
        File("Patient", ndjson("Patient", range(900, 1000)), count=100),
        File("Bundle", json.dumps(deleted).encode(), group="deleted"),
    ]
    server.manifest = {"extension": {"a": 1}}
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, [])
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS + server.files[2].data
    assert (out / "deleted" / "Bundle.ndjson").read_bytes() == server.files[3].data + b"\n"
    assert manifest["transactionTime"] == "2026-01-02T03:04:05.678+01:00"
    assert manifest["export"]["other"] == {"extension": {"a": 1}}
    assert manifest["export"]["files"] == {"output": 3, "deleted": 1, "error": 0}
    assert [(each["type"], each["count"]) for each in manifest["output"]] == [("Observation", 10), ("Patient", 1000)]
    assert server.asked[-1].method == "DELETE"
    assert all(each.headers["accept"] == "application/fhir+ndjson" for each in server.requests("GET", "/files/"))


def test_the_server_is_not_told_where_the_export_is_to_be_kept(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", PATIENTS)]
    assert fetch(server, out, keep_export=True)["complete"]
    assert not server.requests("DELETE")


def test_the_order_is_that_of_the_manifest(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", ndjson("Patient", [each]), pause=0.02 * (8 - each)) for each in range(8)]
    assert fetch(server, out)["complete"]
    assert ids(out / "Patient.ndjson") == [f"pat{each}" for each in range(8)]


def test_an_export_of_nothing(server: BulkServer, out: Path) -> None:
    manifest = fetch(server, out)
    assert (manifest["complete"], manifest["output"], kinds(manifest)) == (True, [], [])


# -- downloads that break off ----------------------------------------------------------------------


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("length", [True, False])
def test_a_broken_download_goes_on(server: BulkServer, out: Path, ranges: bool, packed: bool, length: bool) -> None:
    cuts = [300, 700, 1500] if packed else [5000, 9999, 20001]
    server.files = [File("Patient", PATIENTS, count=900, breaks=list(cuts), packed=packed, length=length)]
    server.ranges = ranges
    manifest = fetch(server, out, connection=Connection(retries=5))
    assert (manifest["complete"], kinds(manifest)) == (True, [])
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS
    asked = [each.headers.get("range") for each in server.requests("GET", "/files/")]
    assert len(asked) == 4
    assert asked[0] is None
    if not packed and not ranges:
        ends = [PATIENTS.rfind(b"\n", 0, cut) + 1 for cut in cuts]
        assert asked[1:] == [f"bytes={end}-" for end in ends]
    assert None not in asked[1:]


def test_the_end_of_a_file_that_was_reached_just_before_the_break(server: BulkServer, out: Path) -> None:
    """All bytes came, but not the end of a chunked or packed transfer: the server says that there is nothing more."""
    server.files = [File("Patient", PATIENTS)]
    start(server, out, PATIENTS, len(PATIENTS))
    assert fetch(server, out)["complete"]
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS


def start(server: BulkServer, out: Path, data: bytes, size: int) -> None:
    """Leave a fetch unfinished behind that has the first `size` bytes of `data`."""
    file = server.files[0]
    file.data, file.breaks = data + b" " * (len(data) <= size), [size] * 3
    assert not fetch(server, out, connection=Connection(retries=0))["complete"]
    file.data, file.breaks = data, []


@pytest.mark.parametrize("data", [ndjson("Patient", range(5, 905)), b"".join(reversed(PATIENTS.splitlines(True)))])
@pytest.mark.parametrize(
    ("ranges", "before", "after"), [(True, '"one"', '"two"'), (True, '"one"', ""), (False, "", "")]
)
def test_a_file_that_is_another_one_is_read_from_its_beginning(
    server: BulkServer, out: Path, data: bytes, ranges: bool, before: str, after: str
) -> None:
    """Other data, or the same in another order, so that not even the size tells."""
    server.files, server.ranges, server.etag = [File("Patient", b"")], ranges, before
    start(server, out, PATIENTS, 20_000)
    server.files[0].data, server.etag = data, after
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, ["bulk-file-changed"])
    assert sorted(ids(out / "Patient.ndjson")) == sorted({*ids_in(PATIENTS[:20_000]), *ids_in(data)})


def test_a_file_that_shrank(server: BulkServer, out: Path) -> None:
    server.files, server.ranges = [File("Patient", b"")], False
    start(server, out, PATIENTS, 20_000)
    server.files[0].data = ndjson("Patient", range(3))
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, ["bulk-file-changed"])


def test_a_file_that_is_another_one_each_time_is_given_up(
    server: BulkServer, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files, server.ranges = [File("Patient", PATIENTS)], False
    sent = iter(range(10_000))

    def data(handler: Any, asked: Any, file: File) -> None:
        number = next(sent)
        file.data = ndjson("Patient", range(number, number + 900))
        file.breaks = [20_000]
        real(handler, asked, file)

    real = server._data
    monkeypatch.setattr(server, "_data", data)
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (False, ["bulk-file-missing"]) or kinds(manifest) == [
        "bulk-file-short"
    ]
    assert next(sent) < 20


def test_what_never_comes_whole_is_given_up_and_gone_on_with(server: BulkServer, out: Path) -> None:
    server.files = [
        File("Patient", PATIENTS, breaks=[30_000] + [0] * 9),
        File("Observation", ndjson("Observation", range(10))),
    ]
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (False, ["bulk-file-short"])
    (finding,) = manifest["findings"]
    assert finding["gaveUp"]
    assert finding["params"]["count"] == PATIENTS[:30_000].count(b"\n")
    assert not out.exists()
    assert not server.requests("DELETE")
    server.files[0].breaks = []
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, [])
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS
    assert server.exports == 1
    assert len(server.requests("GET", "/files/1")) == 1


# -- links -----------------------------------------------------------------------------------------


def test_expired_links_are_asked_for_anew(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", PATIENTS, signed=True, breaks=[40_000], elsewhere=True), File("Observation", b"")]
    real = server._data

    def expiring(handler: Any, asked: Any, file: File) -> None:
        server.generation += bool(file.breaks)
        real(handler, asked, file)

    server._data = expiring  # type: ignore[method-assign]
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, [])
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS
    assert len(server.requests("GET", "/status/")) == 2
    text = json.dumps(manifest)
    assert "signature" not in text
    assert "secret" not in text


def test_signatures_are_not_kept_while_the_fetch_is_unfinished(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", PATIENTS, signed=True, elsewhere=True, breaks=[40_000, 0, 0, 0])]
    assert not fetch(server, out)["complete"]
    kept = [each for each in out.parent.rglob("*") if each.is_file()]
    assert kept
    assert all(b"secret-" not in each.read_bytes() for each in kept)


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_a_file_that_cannot_be_had(server: BulkServer, out: Path, status: int) -> None:
    server.files = [File("Patient", PATIENTS, statuses=[status] * 20), File("Observation", ndjson("Observation", [1]))]
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (False, ["bulk-file-missing"])
    assert manifest["findings"][0]["params"] == {"type": "Patient", "reason": f"server-refused, HTTP {status}"}
    assert [each["count"] for each in manifest["output"]] == [1]


@pytest.mark.parametrize(
    ("url", "reason"),
    [("ftp://files.example.org/1", "not-a-url"), ("http://[::1/1", "not-a-url"), ("file:///etc/passwd", "not-a-url")],
)
def test_addresses_that_are_not_gone_to(server: BulkServer, out: Path, url: str, reason: str) -> None:
    server.manifest = {"output": [{"type": "Patient", "url": url}]}
    manifest = fetch(server, out)
    assert [each["params"]["reason"] for each in manifest["findings"]] == [reason]


def test_a_file_without_an_address_is_missing_for_ever(server: BulkServer, out: Path) -> None:
    server.manifest = {"output": [{"type": "Patient"}]}
    for _ in range(2):
        manifest = fetch(server, out)
        assert not manifest["complete"]
        assert "bulk-file-missing" in kinds(manifest)


# -- what is wrong with the data -------------------------------------------------------------------


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


def test_an_incomplete_manifest(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", PATIENTS)]
    server.manifest = {"transactionTime": None, "error": None}
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, ["bulk-manifest-incomplete"])
    assert manifest["findings"][0]["params"] == {"members": "error, transactionTime"}
    assert "transactionTime" not in manifest


# -- exports that do not come to an end ------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "kind", "given"),
    [
        (b"<html></html>", "bulk-manifest-unreadable", {"form": "html"}),
        (outcome("processing"), "bulk-export-failed", {"reason": "export-failed, HTTP 200, processing"}),
    ],
)
def test_no_manifest(server: BulkServer, out: Path, raw: bytes, kind: str, given: dict[str, str]) -> None:
    server.raw = raw
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (False, [kind])
    assert manifest["findings"][0]["params"] == given
    server.raw = None
    server.files = [File("Patient", PATIENTS)]
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, [])
    assert server.exports == 1


def test_an_export_that_is_gone_needs_a_new_start(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", PATIENTS, breaks=[40_000, 0, 0, 0])]
    assert not fetch(server, out)["complete"]
    server.gone = True
    manifest = fetch(server, out)
    assert [each["params"]["reason"] for each in manifest["findings"]] == ["export-gone, HTTP 404, not-found"]
    server.gone, server.files[0].breaks = False, []
    assert fetch(server, out, restart=True)["complete"]
    assert server.exports == 2


def test_a_refused_kick_off_is_one_line(server: BulkServer, out: Path) -> None:
    server.token = "s3cret"
    with pytest.raises(SourceUnusable) as caught:
        fetch(server, out, ExportRequest("group", "g", type_filters=("Patient?name=Meyer",)))
    assert str(caught.value) == (
        f"{server.base}/Group/g/$export?_typeFilter=***: the server started no export (server-refused, HTTP 401, login)"
    )


def test_a_manifest_with_another_time_is_said(server: BulkServer, out: Path) -> None:
    server.files = [File("Patient", PATIENTS, breaks=[40_000, 0, 0, 0])]
    assert not fetch(server, out)["complete"]
    server.files[0].breaks = []
    server.manifest = {"transactionTime": "2027-01-01T00:00:00Z"}
    manifest = fetch(server, out)
    assert (manifest["complete"], kinds(manifest)) == (True, ["bulk-manifest-changed"])
    assert manifest["transactionTime"] == "2026-01-02T03:04:05.678+01:00"


# -- interrupts ------------------------------------------------------------------------------------


def interrupted(server: BulkServer, out: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> BulkFetch:
    """A fetch that Ctrl-C ends while files arrive."""

    def tick() -> None:
        if server.requests("GET", "/files/"):
            raise KeyboardInterrupt

    server.files = [File("Patient", PATIENTS * 40, pause=0.05), File("Observation", b"")]
    with FetchFolder(str(out), ExportRequest().fingerprint()) as folder:
        run = BulkFetch(server.base, ExportRequest(), folder, BulkOptions(patience=QUICK, **options), tick=tick)
        with pytest.raises(KeyboardInterrupt):
            run.run()
    return run


def test_an_interrupt_ends_the_export_on_the_server(
    server: BulkServer, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert interrupted(server, out, monkeypatch).cancelled
    assert [each.path for each in server.requests("DELETE")] == ["/fhir/status/1"]
    assert list(out.parent.iterdir()) == []
    assert threading.active_count() < 20


def test_an_export_that_is_to_be_kept_goes_on_after_an_interrupt(
    server: BulkServer, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not interrupted(server, out, monkeypatch, keep_export=True).cancelled
    assert not server.requests("DELETE")
    server.files[0].data = PATIENTS
    assert fetch(server, out)["complete"]
    assert server.exports == 1


def test_what_cannot_be_cancelled_is_kept(server: BulkServer, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fhircheck.sources.bulk_export.BulkExport.cancel", lambda *_: False)
    assert not interrupted(server, out, monkeypatch).cancelled
    assert list(out.parent.iterdir()) != []
