"""How much of a report goes onto the page, so that it stays under a megabyte whatever the data is."""

from dataclasses import dataclass

LIMIT = 1_000_000
"""Largest size of a page in bytes."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """rows: of a table. examples: of a finding or measure. longest: characters of a text of the data. cases: use cases.

    figures: whether plots are drawn.
    """

    rows: int
    examples: int
    longest: int
    cases: int
    figures: bool = True


STEPS = (
    Bounds(rows=100, examples=3, longest=160, cases=12),
    Bounds(rows=50, examples=2, longest=120, cases=8),
    Bounds(rows=20, examples=1, longest=80, cases=4),
    Bounds(rows=8, examples=1, longest=50, cases=2),
    Bounds(rows=4, examples=0, longest=30, cases=1, figures=False),
)
"""Tried in turn until the page fits; nearly all reports fit the first."""
