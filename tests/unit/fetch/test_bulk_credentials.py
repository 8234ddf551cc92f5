"""Where our credentials go during a Bulk Data export: to our server, and elsewhere only where that was named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fhircheck.fetch import FetchFolder
from fhircheck.fetch.bulk import BulkFetch, BulkOptions
from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.sources.bulk_export import Patience
from fhircheck.sources.bulk_request import ExportRequest
from tests.servers.bulk_server import BulkServer, File, ndjson

PATIENTS = ndjson("Patient", range(9))


@pytest.fixture
def server() -> Iterator[BulkServer]:
    with BulkServer() as started:
        yield started


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def fetch(server: BulkServer, out: Path, **options: Any) -> dict[str, Any]:
    with FetchFolder(str(out), {}) as folder:
        run = BulkFetch(server.base, ExportRequest(), folder, BulkOptions(patience=Patience(first=0.01), **options))
        return run.run()


def bearer(tmp_path: Path, retries: int = 0) -> Connection:
    """A connection with a token."""
    secret = tmp_path / "token"
    secret.write_text("s3cret")
    secret.chmod(0o600)
    return Connection(sign_in="bearer", secret=f"file:{secret}", retries=retries)


def tokens(server: BulkServer, second: bool) -> set[str]:
    return {each.token for each in server.requests("GET", "/files/") if each.second is second}


@pytest.mark.parametrize(
    ("requires", "own", "other"),
    [(True, "Bearer s3cret", ""), (None, "Bearer s3cret", ""), (False, "", "")],
)
def test_our_token_goes_to_our_server_where_it_asks_for_it(
    server: BulkServer, out: Path, tmp_path: Path, requires: bool | None, own: str, other: str
) -> None:
    server.token, server.requires_token = "s3cret", requires
    server.files = [File("Patient", PATIENTS), File("Observation", b"", elsewhere=True)]
    assert fetch(server, out, connection=bearer(tmp_path))["complete"]
    assert (tokens(server, False), tokens(server, True)) == ({own}, {other})


def test_another_origin_gets_our_token_only_where_it_was_named(server: BulkServer, out: Path, tmp_path: Path) -> None:
    server.token = "s3cret"
    server.files = [File("Patient", PATIENTS, elsewhere=True)]
    assert fetch(server, out, connection=bearer(tmp_path), token_for=(server.other,))["complete"]
    assert tokens(server, True) == {"Bearer s3cret"}


def test_a_file_that_moved_to_another_host_is_fetched_there_without_our_token(
    server: BulkServer, out: Path, tmp_path: Path
) -> None:
    """The server wants the token, and sends us on to storage that must not get it; a break asks it again."""
    server.token = "s3cret"
    server.files = [File("Patient", PATIENTS, moved=True, breaks=[200])]
    assert fetch(server, out, connection=bearer(tmp_path, retries=1))["complete"]
    assert (tokens(server, False), tokens(server, True)) == ({"Bearer s3cret"}, {""})
    assert (out / "Patient.ndjson").read_bytes() == PATIENTS


def test_a_server_that_wants_the_token_against_its_manifest_gets_it(
    server: BulkServer, out: Path, tmp_path: Path
) -> None:
    server.token = "s3cret"
    server.manifest = {"requiresAccessToken": False}
    server.files = [File("Patient", PATIENTS)]
    assert fetch(server, out, connection=bearer(tmp_path))["complete"]
    assert tokens(server, False) == {"", "Bearer s3cret"}


def test_a_token_for_nowhere_is_wrong_use(server: BulkServer, out: Path) -> None:
    with pytest.raises(UsageError):
        fetch(server, out, token_for=("files",))
