"""The tables of a store, as they are after the latest migration (a test holds both together)."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from fhircheck.history.columns import Exact, Moment

REVISIONS = ("0001", "0002")
"""All migrations in their order; the last is what this version works with."""
VERSION_TABLE = "fhircheck_version"

# Names of constraints are the same everywhere, so that a later migration can speak of them.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself for INTEGER alone


def _of_run() -> Column[int]:
    return Column("run_id", _ID, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


def _position() -> Column[int]:
    return Column("position", Integer, primary_key=True, autoincrement=False)


# last_number: a number is given once, also when its run was pruned.
SERIES = Table(
    "series",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("last_number", Integer, nullable=False),
)

# kept: why the run is never pruned, empty for no reason.
RUNS = Table(
    "runs",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("series", Text, ForeignKey("series.name"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started", Moment, nullable=False),
    Column("finished", Moment, nullable=False),
    Column("version", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("exit_code", Integer, nullable=False),
    Column("resources", BigInteger, nullable=False),
    Column("errors", BigInteger, nullable=False),
    Column("warnings", BigInteger, nullable=False),
    Column("coverage", Double),
    Column("coverage_exact", Exact),
    Column("kept", Text, nullable=False, server_default=""),
    UniqueConstraint("series", "number"),
    Index(None, "series", "started"),
)

# The report's JSON, compressed (zlib); a table of its own, so that lists never touch it.
DOCUMENTS = Table("documents", METADATA, _of_run(), Column("packed", LargeBinary, nullable=False))

SCORES = Table(
    "scores",
    METADATA,
    _of_run(),
    _position(),
    Column("name", Text, nullable=False),
    Column("value", Double),
    Column("exact", Exact),
)

MEASURES = Table(
    "measures",
    METADATA,
    _of_run(),
    _position(),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("passed", BigInteger, nullable=False),
    Column("judged", BigInteger, nullable=False),
)

ISSUE_COUNTS = Table(
    "issue_counts",
    METADATA,
    _of_run(),
    _position(),
    Column("severity", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
)

# In which runs of a series the findings of a fingerprint were seen first and last; outlives pruned runs.
SIGHTINGS = Table(
    "sightings",
    METADATA,
    Column("series", Text, ForeignKey("series.name"), primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("first_number", Integer, nullable=False),
    Column("first_started", Moment, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("last_started", Moment, nullable=False),
)

# A log: answers are added, never changed.
ANSWERS = Table(
    "answers",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("series", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("origin", Text, nullable=False),
    Index(None, "series", "fingerprint"),
)

# said: when it was last told to somebody, None for never.
ALERT_STATES = Table(
    "alert_states",
    METADATA,
    Column("series", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("said", Moment),
)
