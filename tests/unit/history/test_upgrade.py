"""A new store is made by the migrations, an old one upgraded, a newer or a foreign one left alone."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from fhircheck.history import upgrade
from fhircheck.history.engine import engine_of, outside_transactions, reading, writing
from fhircheck.history.place import store_place
from fhircheck.history.store import Store
from fhircheck.history.tables import METADATA, REVISIONS, VERSION_TABLE
from fhircheck.model.errors import StoreUnusable
from tests.unit.history.stores import report

MIGRATIONS = Path(upgrade.__file__).with_name("migrations")


def test_tables_are_what_the_migrations_make(store: Store) -> None:
    with reading(store._engine) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_the_migrations_are_those_that_are_known() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    found = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def test_an_old_store_is_upgraded_with_its_runs(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as then:
        then.setattr(upgrade, "REVISIONS", REVISIONS[:1])
        with Store.open(place) as store:
            store.add_run("a", report(fingerprints={"f": 1}))
            with pytest.raises(StoreUnusable):
                store.answers("a")
    with Store.open(place) as store:
        assert [each.name for each in store.runs()] == ["a@1"]
        assert store.answers("a") == ()
        assert upgrade.revision(store._engine) == REVISIONS[-1]


def test_a_newer_store_is_refused(place: str) -> None:
    with Store.open(place) as store, writing(store._engine) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreUnusable, match=r"newer fhircheck .*9999.*upgrade fhircheck"):
        Store.open(place)


def test_a_database_of_something_else_is_left_alone(place: str) -> None:
    found = store_place(place)
    if found.path is not None:
        found.path.parent.mkdir()
    engine = engine_of(found)
    with writing(engine) as connection:
        if found.path is None:
            connection.execute(text(f"CREATE SCHEMA {found.schema}"))
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
    engine.dispose()
    before = found.path.read_bytes() if found.path is not None else b""
    with pytest.raises(StoreUnusable, match="tables of something else"):
        Store.open(place)
    assert found.path is None or found.path.read_bytes() == before


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "history.sqlite"
    with Store.open(str(file)) as store:
        store.add_run("a", report())
        made = [file.parent, *sorted(file.parent.iterdir())]
        assert [stat.S_IMODE(each.stat().st_mode) for each in made] == [0o700] + [0o600] * (len(made) - 1)
        assert len(made) == 4  # the file, what is being written, and what is shared


def test_one_writes_while_others_read(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "history.sqlite")) as store:
        assert sqlite3.connect(tmp_path / "history.sqlite").execute("PRAGMA journal_mode").fetchone() == ("wal",)
        with writing(store._engine):
            assert store.runs() == ()
        with reading(store._engine):
            store.add_run("a", report())


def test_pruned_room_is_given_back(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    with Store.open(str(file)) as store:
        for _ in range(20):
            store.add_run("a", {**report(), "notes": [os.urandom(50_000).hex()]})
        outside_transactions(store._engine, "PRAGMA wal_checkpoint(TRUNCATE)")
        before = file.stat().st_size
        store.prune("a", keep=1)
        outside_transactions(store._engine, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert file.stat().st_size < before / 2


def test_a_place_without_a_store_is_not_made_by_looking(place: str) -> None:
    for _ in range(2):
        with pytest.raises(StoreUnusable, match="there is none yet"):
            Store.open(place, make=False)
    with Store.open(place), Store.open(place, make=False) as store:
        assert store.runs() == ()
