"""Downloads that break off, change, expire or never come."""

import json
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.connection import Connection
from tests.servers.bulk_server import BulkServer, File, ndjson
from tests.unit.fetch.bulk.exporting import PATIENTS, fetch, ids, ids_in, kinds


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
