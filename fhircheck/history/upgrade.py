"""The version of a store: a new one is made by the migrations, an old one upgraded, a newer one refused."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from fhircheck.history.engine import share, writing
from fhircheck.history.place import StorePlace
from fhircheck.history.tables import REVISIONS, VERSION_TABLE
from fhircheck.model.errors import StoreUnusable

_LOCK = 7_205_759_403_792_794  # any number, the same in all versions: PostgreSQL's advisory lock is known by it


def revision(engine: Engine) -> str | None:
    """The store's migration, None where there is no store yet."""
    with engine.connect() as connection:
        try:
            found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state in ("42P01", "3F000") or "no such table" in str(error.orig):
                return None
            raise
    return str(found) if found is not None else None


def bring_up_to_date(engine: Engine, place: StorePlace) -> None:
    """Make the tables, or upgrade them. One process does it while others wait; it is done whole or not at all.

    Raises StoreUnusable for a store of a newer version, and for a database that is something else's.
    """
    found = revision(engine)
    if found == REVISIONS[-1]:
        return
    if place.path is not None and found is None:
        _refuse_foreign(engine, place)
        share(engine)
    with writing(engine) as connection:
        if place.path is None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            _make_schema(connection, place.schema)
        _migrate(connection, place)


def _make_schema(connection: Connection, schema: str) -> None:
    """Make the schema unless it is there: whoever may not make one can be given one."""
    if connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema}).first() is None:
        connection.execute(text(f"CREATE SCHEMA {schema}"))


def _migrate(connection: Connection, place: StorePlace) -> None:
    there = set(inspect(connection).get_table_names())
    found = (
        connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
        if VERSION_TABLE in there
        else None
    )
    if found is None and there - {VERSION_TABLE}:
        raise StoreUnusable(f"history {place.shown}: holds tables of something else; name a place of its own")
    if found == REVISIONS[-1]:  # another process was faster
        return
    if found is not None and found not in REVISIONS:
        raise StoreUnusable(
            f"history {place.shown}: was made by a newer fhircheck (its version {found}, known here up to"
            f" {REVISIONS[-1]}): upgrade fhircheck"
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, REVISIONS[-1])


def _refuse_foreign(engine: Engine, place: StorePlace) -> None:
    """Say so before anything is written into a database of something else."""
    there = inspect(engine).get_table_names()
    if there and VERSION_TABLE not in there:
        raise StoreUnusable(f"history {place.shown}: holds tables of something else; name a place of its own")
