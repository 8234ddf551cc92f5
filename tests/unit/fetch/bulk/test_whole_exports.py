"""Whole Bulk Data exports into a folder: what is written, in which order, by which manifest."""

import json
from pathlib import Path

import pytest

from fhircheck.model.errors import SourceUnusable
from fhircheck.sources.bulk_request import ExportRequest
from tests.servers.bulk_server import BulkServer, File, ndjson, outcome
from tests.unit.fetch.bulk.exporting import PATIENTS, fetch, ids, kinds


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
