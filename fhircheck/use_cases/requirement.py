"""A use case as plain data: what a Library's DataRequirements ask for; picklable, so that it reaches every process."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from fhircheck.model.use_case import Role, Texts

REST = 1
"""Class of labels that fall into none of the declared classes; declared ones count from 2, 0 is no class."""


@dataclass(frozen=True, slots=True)
class CodeFilter:
    """A value at `path` that is one of `codes` or in `value_set` (R4 DataRequirement.codeFilter); with neither, any.

    codes: (system, code); an empty system stands for any, an empty code for every code of the system.
    """

    path: str
    codes: tuple[tuple[str, str], ...] = ()
    value_set: str = ""


@dataclass(frozen=True, slots=True)
class DateFilter:
    """A date at `path` that lies within seconds since day 0 (date.toordinal); None for an open end.

    within: seconds before the moment of the run, where that is asked instead.
    """

    path: str
    first: int | None = None
    last: int | None = None
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds from the index event on, None for an open end; negative ones are before it."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Density:
    """In at least `share` of the intervals of `every` seconds there has to be something."""

    every: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Sampling:
    """Streams of samples, one expected every `every` seconds; at least `share` of them have to be there.

    gap: seconds between two samples above which there is a gap. by: paths whose values tell streams apart.
    """

    every: int
    share: Fraction
    gap: int
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """The most seconds by which an event may be dated after its record (`ahead`), or before it (`late`, None: any).

    against: paths of when it was recorded or received; the first that is there counts.
    """

    ahead: int
    late: int | None
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """What the reference at `path` leads to has to meet the requirement `to`."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class LabelClassRule:
    """A class of the label: codes at the label's path in `value_set`, or a Quantity from `least` to below `most`.

    With neither it is the class of all other labels. unit: UCUM code the quantity must have.
    """

    name: str
    value_set: str = ""
    least: Decimal | None = None
    below: Decimal | None = None
    unit: str = ""

    @property
    def rest(self) -> bool:
        """Whether it takes what no other class does."""
        return not self.value_set and self.least is None and self.below is None


@dataclass(frozen=True, slots=True)
class Requirement:
    """One DataRequirement with what our extensions add to it.

    name: its element id, or made of its type. group: requirements of one group are alternatives. minimum: resources
    a patient needs. paths: elements that must be there. label_path: where classes are read. fault: why it cannot be
    judged, empty where it can.
    """

    name: str
    title: Texts
    role: Role
    type: str
    profiles: tuple[str, ...] = ()
    codes: tuple[CodeFilter, ...] = ()
    dates: tuple[DateFilter, ...] = ()
    paths: tuple[str, ...] = ()
    minimum: int = 1
    window: Window | None = None
    density: Density | None = None
    sampling: Sampling | None = None
    clock: Clock | None = None
    link: Link | None = None
    group: str = ""
    anchor: Literal["start", "end"] = "start"
    label_path: str = ""
    classes: tuple[LabelClassRule, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class UseCase:
    """A Library of type module-definition. declared: it uses our roles; else every requirement is optional.

    value_sets: those that came with it, by canonical URL or ``#id``: plain data. origin: ``fhircheck`` or the file.
    """

    name: str
    title: Texts
    description: Texts
    url: str
    version: str
    origin: str
    requirements: tuple[Requirement, ...]
    value_sets: dict[str, dict[str, object]] = field(default_factory=dict)
    declared: bool = True
    notes: tuple[str, ...] = ()
