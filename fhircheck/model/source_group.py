"""Sources measured apart and against each other: plain results, as a report holds them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fhircheck.model.small_cells import Cell

if TYPE_CHECKING:
    from fhircheck.model.report import MeasureResult, Score

BarrierKind = Literal[
    "no-identifiers",
    "no-common-identifier",
    "no-common-patient",
    "same-ids-other-patients",
    "other-code-systems",
    "other-units",
    "other-profiles",
    "other-versions",
]


@dataclass(frozen=True, slots=True)
class Use:
    """How often something is used: what (an element, a code, a type), which (a code system, a unit, a profile)."""

    what: str
    which: str
    count: int


@dataclass(frozen=True, slots=True)
class IdentifierSystem:
    """A system of Patient.identifier and how many patients have one of it; an empty system: none is said."""

    system: str
    patients: Cell


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """One source. name: empty for resources that do not say theirs. patients: those it is about, estimated where
    not patients_exact. measures, scores: as if it were all the data there is."""

    name: str
    resources: tuple[tuple[str, int], ...]
    patients: Cell
    patients_exact: bool
    identifiers: tuple[IdentifierSystem, ...]
    measures: "tuple[MeasureResult, ...]"
    scores: "tuple[Score, ...]"
    systems: tuple[Use, ...]
    units: tuple[Use, ...]
    profiles: tuple[Use, ...]
    versions: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class CommonIdentifier:
    """A system that both sources identify patients by, and how many patients they share by it."""

    system: str
    shared: Cell


@dataclass(frozen=True, slots=True)
class Barrier:
    """What stands in the way of joining two sources. what: where (an element, a type, a system), empty for all.

    first, second: what either of them has there. more: how many further places are alike.
    """

    kind: BarrierKind
    what: str = ""
    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class SourcePair:
    """Two sources beside each other. shared: patients found in both by an identifier; common: by system."""

    first: str
    second: str
    shared: Cell
    common: tuple[CommonIdentifier, ...]
    barriers: tuple[Barrier, ...]
