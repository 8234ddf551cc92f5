"""Names that parts of the page are linked by."""

import re

_OTHER = re.compile(r"[^a-z0-9-]+")


def _safe(name: str) -> str:
    return _OTHER.sub("-", name.lower())[:60].strip("-") or "x"


def measure_anchor(name: str) -> str:
    """Where a measure is explained."""
    return f"m-{_safe(name)}"


def kind_anchor(name: str) -> str:
    """Where a type of finding is explained."""
    return f"k-{_safe(name)}"
