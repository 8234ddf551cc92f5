"""What people answered to findings, and which alerts were said."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXTS = ("series", "fingerprint", "state", "reason", "owner", "expires", "comment", "author")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Tables of answers and alerts."""
    op.create_table(
        "answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False, autoincrement=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
    )
    op.create_index("ix_answers_series_fingerprint", "answers", ["series", "fingerprint"])
    op.create_table(
        "alert_states",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("series", "key", "state")),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("said", _MOMENT),
        sa.PrimaryKeyConstraint("series", "key", name="pk_alert_states"),
    )
