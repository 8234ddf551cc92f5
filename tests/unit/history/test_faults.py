"""What a database cannot do is told in one line, that names the store and holds no secret."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from fhircheck.history import engine
from fhircheck.history.engine import writing
from fhircheck.history.store import Store
from fhircheck.model.errors import StoreUnusable
from tests.servers.postgres import Postgres
from tests.unit.history.stores import report


def told(place: str) -> str:
    with pytest.raises(StoreUnusable) as fault:
        Store.open(place)
    assert "\n" not in str(fault.value)
    return str(fault.value)


def test_files_that_are_no_store(tmp_path: Path) -> None:
    text = tmp_path / "text.sqlite"
    text.write_text("some text that is no database of any kind")
    assert told(str(text)) == f"history {text}: this is no database of SQLite"
    assert told(str(tmp_path)) == f"history {tmp_path}: is a folder"
    assert told(str(text / "x.sqlite")) == f"history {text / 'x.sqlite'}: not a directory"


def test_a_damaged_file(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    with Store.open(str(file)) as store:
        for _ in range(20):
            store.add_run("a", report())
    data = bytearray(file.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    file.write_bytes(data)
    with pytest.raises(StoreUnusable, match="damaged"):
        read_all(file)


def read_all(file: Path) -> None:
    with Store.open(str(file)) as store:
        for each in store.runs():
            store.document(each.series, each.number)


def test_a_full_disk_leaves_no_half_run(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "history.sqlite")) as store:
        store.add_run("a", report())
        event.listen(store._engine, "begin", lambda each: each.exec_driver_sql("PRAGMA max_page_count = 1"))
        with pytest.raises(StoreUnusable, match="the disk is full"):
            store.add_run("a", {**report(), "notes": [os.urandom(9).hex() for _ in range(20_000)]})
        assert [each.number for each in store.runs("a")] == [1]
    with Store.open(str(tmp_path / "history.sqlite")) as store:
        assert store.add_run("a", report()) == 2


def test_a_store_that_can_only_be_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a %?#.sqlite"
    with Store.open(str(file)) as store:
        store.add_run("a", report())
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with Store.open(str(file)) as store:
        assert store.document("a", 1) == report()
        with pytest.raises(StoreUnusable, match="it can only be read"):
            store.add_run("a", report())
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


def test_what_a_killed_writer_left_beside_a_file_is_read_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, left = tmp_path / "history.sqlite", tmp_path / "left"
    left.mkdir()
    with Store.open(str(file)) as store:
        store.add_run("a", report())
        for each in (file, file.with_name("history.sqlite-wal")):
            shutil.copy(each, left)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with Store.open(str(left / "history.sqlite")) as store:
        assert store.document("a", 1) == report()


def test_a_store_that_somebody_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY", 0.1)
    file = str(tmp_path / "history.sqlite")
    with Store.open(file) as holding, Store.open(file) as store:
        with writing(holding._engine), pytest.raises(StoreUnusable, match="holds it"):
            store.add_run("a", report())
        assert store.add_run("a", report()) == 1


def test_postgresql_that_cannot_be_used(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    assert told(postgres.url()).endswith("the database asks for a password: ~/.pgpass, PGPASSWORD or a reference to it")
    monkeypatch.setenv("PGPASSWORD", "wr0ng")
    said = told(postgres.url())
    assert (
        said == f"history postgresql://127.0.0.1:{postgres.port}/postgres: the database refuses this user or password"
    )
    monkeypatch.setenv("PGPASSWORD", postgres.password)
    assert told(postgres.url("nowhere")).endswith("there is no such database")
    assert told("postgresql://me@127.0.0.1:1/db").endswith("nobody answers there")


def test_the_certificate_of_postgresql_is_verified(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", postgres.password)
    url, authority = f"{postgres.url()}?schema=tls&sslmode=verify-full&sslrootcert=", str(postgres.authority)
    refused = "its certificate could not be verified (sslmode, sslrootcert)"
    assert told(url + authority).endswith(refused)  # it is localhost's, not 127.0.0.1's
    url = url.replace("127.0.0.1", "localhost")
    assert told(url + "system").endswith(refused)
    with Store.open(url + authority) as store:
        assert store.add_run("a", report()) == 1


def test_postgresql_that_may_not_be_written(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", postgres.password)
    url = postgres.make("reading")
    with Store.open(url) as store:
        store.add_run("a", report())
    postgres.do("ALTER DATABASE reading SET default_transaction_read_only = on")
    with Store.open(url) as store:
        assert store.document("a", 1) == report()
        with pytest.raises(StoreUnusable, match="it can only be read"):
            store.add_run("a", report())


def test_a_role_that_may_not_make_schemas_is_given_one(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "team")
    postgres.make("team")
    postgres.do("CREATE ROLE team LOGIN PASSWORD 'team'")
    assert told(postgres.url("team", user="team")).endswith("this user may not do that there")
    postgres.do("CREATE SCHEMA fhircheck AUTHORIZATION team", "team")
    with Store.open(postgres.url("team", user="team")) as store:
        assert store.add_run("a", report()) == 1


def write_while(store: Store, happens: Callable[[], None]) -> None:
    with store._writing() as connection:
        happens()
        connection.exec_driver_sql("SELECT 1")


def test_a_connection_that_breaks_is_told_and_the_next_one_works(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", postgres.password)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fhircheck'"
    with Store.open(f"{postgres.url()}?schema=broken") as store:
        with pytest.raises(StoreUnusable, match=r"being stopped|connection was lost"):
            write_while(store, lambda: postgres.do(end))
        assert store.add_run("a", report()) == 1
        postgres.do(end)  # while nobody works with it: nothing is noticed
        assert store.add_run("a", report()) == 2
