"""An interrupt ends an export on the server, unless it is to be kept."""

import threading
from pathlib import Path
from typing import Any

import pytest

from fhircheck.fetch import FetchFolder
from fhircheck.fetch.bulk import BulkFetch, BulkOptions
from fhircheck.sources.bulk_request import ExportRequest
from tests.servers.bulk_server import BulkServer, File
from tests.unit.fetch.bulk.exporting import PATIENTS, QUICK, fetch


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
