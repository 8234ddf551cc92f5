"""Connections to a store: SQLite that many processes share, PostgreSQL that never waits without end."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from fhircheck.history.place import StorePlace
from fhircheck.model.errors import StoreUnusable

BUSY = 30.0
"""Seconds a writer waits for another one."""
_CONNECT = 10
_STATEMENT = 60


def engine_of(place: StorePlace) -> Engine:
    """An engine for `place`; nothing is asked of it yet."""
    if place.path is not None:
        return _sqlite(place.url)
    engine = create_engine(place.url, pool_pre_ping=True, connect_args={"connect_timeout": _CONNECT},
                           hide_parameters=True)  # fmt: skip

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # by statements and not as start options, which connection poolers refuse; the name is checked to be plain
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = '{_STATEMENT}s'")
            cursor.execute(f"SET lock_timeout = '{BUSY:.0f}s'")
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{2 * _STATEMENT}s'")
            cursor.execute(f"SET search_path = {place.schema}")
            cursor.execute("SET application_name = 'fhircheck'")
        connection.commit()

    return engine


def _sqlite(url: URL, read_only: bool = False) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, so that DDL is part of them too
        connection.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def read_only_engine(place: StorePlace) -> Engine:
    """An engine for a file in a folder that cannot be written, where SQLite's own locks have no place.

    Where the last writer did not come to its end, what it left beside the file (``-wal``) is part of the store.
    """
    path = place.path
    assert path is not None
    left = path.with_name(f"{path.name}-wal")
    whole = not left.exists() or not left.stat().st_size
    query = {"immutable": "1", "uri": "true"} if whole else {"mode": "ro", "uri": "true"}
    return _sqlite(URL.create("sqlite", database=Path(os.path.abspath(path)).as_uri(), query=query), read_only=True)


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the store."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is all there or not at all."""
    with engine.connect() as connection, connection.execution_options(writes=True).begin():
        yield connection


def prepare_file(path: Path) -> None:
    """Make the file, which only its owner may read, and its folder. Raises StoreUnusable, OSError."""
    if path.is_dir():
        raise StoreUnusable(f"history {path}: is a folder")
    if not path.parent.exists():
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def share(engine: Engine) -> None:
    """Let one write while others read (WAL), where the file system can do that; the file keeps it."""
    deadline = time.monotonic() + BUSY
    while True:
        try:
            outside_transactions(engine, "PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:  # SQLite does not wait here when two processes make the same store
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def outside_transactions(engine: Engine, statement: str) -> int:
    """What SQLite does in no transaction; gives the first number of its answer. Raises sqlite3.Error."""
    connection = engine.raw_connection()
    try:
        row = connection.cursor().execute(statement).fetchone()
        return row[0] if row and isinstance(row[0], int) else 0
    finally:
        connection.close()
