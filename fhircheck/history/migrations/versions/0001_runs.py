"""Runs with their figures and documents."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Tables of runs."""
    op.create_table(
        "series",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_series"),
    )
    op.create_table(
        "runs",
        sa.Column("id", _ID, nullable=False, autoincrement=True),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("started", _MOMENT, nullable=False),
        sa.Column("finished", _MOMENT, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("exit_code", sa.Integer, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("resources", "errors", "warnings")),
        sa.Column("coverage", sa.Double),
        sa.Column("coverage_exact", sa.Text),
        sa.Column("kept", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("series", "number", name="uq_runs_series_number"),
        sa.ForeignKeyConstraint(["series"], ["series.name"], name="fk_runs_series"),
    )
    op.create_index("ix_runs_series_started", "runs", ["series", "started"])
    _of_run("documents", sa.Column("packed", sa.LargeBinary, nullable=False))
    _of_run("scores", *_named(), sa.Column("value", sa.Double), sa.Column("exact", sa.Text))
    _of_run("measures", *_named(), sa.Column("status", sa.Text, nullable=False), *_counts("passed", "judged"))
    _of_run("issue_counts", _position(), *_texts("severity", "kind"), *_counts("count"))
    op.create_table(
        "sightings",
        *_texts("series", "fingerprint"),
        sa.Column("first_number", sa.Integer, nullable=False),
        sa.Column("first_started", _MOMENT, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.Column("last_started", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("series", "fingerprint", name="pk_sightings"),
        sa.ForeignKeyConstraint(["series"], ["series.name"], name="fk_sightings_series"),
    )


def _of_run(name: str, *columns: "sa.Column[object]") -> None:
    """A table of what belongs to a run and goes with it."""
    key = ["run_id", *(each.name for each in columns if each.name == "position")]
    op.create_table(
        name,
        sa.Column("run_id", _ID, nullable=False, autoincrement=False),
        *columns,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=f"fk_{name}_run_id", ondelete="CASCADE"),
    )


def _position() -> "sa.Column[object]":
    return sa.Column("position", sa.Integer, nullable=False, autoincrement=False)


def _named() -> "tuple[sa.Column[object], ...]":
    return _position(), *_texts("name")


def _texts(*names: str) -> "tuple[sa.Column[object], ...]":
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)


def _counts(*names: str) -> "tuple[sa.Column[object], ...]":
    return tuple(sa.Column(name, sa.BigInteger, nullable=False) for name in names)
