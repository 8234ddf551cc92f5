"""Time zones of the IANA database, by the standard library's zoneinfo (package tzdata where the system has none)."""

from functools import cache


@cache
def _names() -> frozenset[str]:
    from zoneinfo import available_timezones

    return frozenset(available_timezones())


def judge(code: str) -> bool | None:
    """Whether `code` names a zone or a link; None where no database is installed."""
    names = _names()
    return code in names if names else None
