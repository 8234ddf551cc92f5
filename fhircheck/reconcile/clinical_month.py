"""The month of what a resource tells about, out of the first of its date elements (measures/moments.py)."""

from typing import Any

from fhircheck.measures.moments import STEPS
from fhircheck.model.months import known_month


def month_of(node: dict[str, Any], kind: str) -> int:
    """A known_month (month 0 where only the year is known); 0 for a resource without a date."""
    for steps in STEPS.get(kind, ()):
        value: Any = node
        for step in steps:
            value = value.get(step) if value.__class__ is dict else None
        if value.__class__ is dict:
            value = value.get("start") or value.get("end")
        if value.__class__ is str and value:
            month = _month(value)
            if month:
                return month
    return 0


def _month(text: str) -> int:
    year, month = text[:4], text[5:7]
    if not (year.isdecimal() and year.isascii() and len(year) == 4):
        return 0
    if text[4:5] == "-" and month.isdecimal() and month.isascii() and 1 <= int(month) <= 12:
        return known_month(int(year), int(month))
    return known_month(int(year)) if len(text) == 4 else 0
