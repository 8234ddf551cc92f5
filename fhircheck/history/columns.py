"""Types of columns that mean the same in SQLite and PostgreSQL: moments in UTC, exact fractions."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[str]):
    """ISO 8601 with offset in Python, kept in UTC: ``timestamp with time zone``, or SQLite's text that sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> datetime | None:
        """The moment of `value`; one without offset is taken for UTC."""
        return utc(value) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> str:
        """ISO 8601 in UTC, empty for none."""
        return utc(value).isoformat() if value is not None else ""


class Exact(TypeDecorator[Fraction]):
    """A fraction as ``numerator/denominator``: no database has a number for it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """``1/3``."""
        return f"{value.numerator}/{value.denominator}" if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> Fraction | None:
        """The fraction, None for none."""
        return Fraction(value) if value is not None else None


def utc(value: str | datetime) -> datetime:
    """`value` (ISO 8601) in UTC; without an offset it is UTC already. Raises ValueError."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
