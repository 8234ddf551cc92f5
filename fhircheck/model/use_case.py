"""What became of a use case: who is eligible, who is usable, and what is lost at each step between the two."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from fhircheck.model.facts import Tally
from fhircheck.model.quantiles import Quantiles
from fhircheck.model.report import Detail, MeasureResult

if TYPE_CHECKING:
    from fhircheck.model.use_case_cells import CaseCells

Role = Literal["cohort", "exclusion", "index", "feature", "label", "optional"]
Texts = tuple[tuple[str, str], ...]
"""(language, text); English is always there."""


def text_in(texts: Texts, language: str) -> str:
    """The text in `language`, else the English one, else the first."""
    by_language = dict(texts)
    return by_language.get(language) or by_language.get("en") or (texts[0][1] if texts else "")


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One requirement and the patients it costs, after all before it.

    met: patients that meet it, of those who came to this step. lost: those who do not. left: met, or all who came
    where the requirement costs nobody (optional, or it could not be told). reasons: why patients were lost, in
    kebab-case, with their numbers; each patient once. resources: what matched the requirement's filters.
    told: False where it could not be judged (a value set that is not there); `note` says why.
    """

    name: str
    title: Texts
    role: Role
    resources: int
    met: int
    lost: int
    left: int
    reasons: tuple[tuple[str, int], ...] = ()
    told: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Eligible, usable and labelled patients of one group. dimension: ``age`` (years at the index event) or ``sex``."""

    dimension: Literal["age", "sex"]
    group: str
    eligible: int
    usable: int
    labelled: int


@dataclass(frozen=True, slots=True)
class LabelClass:
    """A class of the label and the eligible patients in it."""

    name: str
    patients: int


@dataclass(frozen=True, slots=True)
class Leak:
    """Features dated after the moment that is to be predicted: named, and counted for nobody."""

    requirement: str
    resources: int
    patients: int


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """What the measures of labels are judged by, of one use case.

    available: eligible patients with a label of all eligible ones, with places. classes: eligible patients by class,
    declared classes without any too. by_class: places and patients of each class's labels.
    """

    case: str
    available: Tally
    classes: tuple[LabelClass, ...] = ()
    by_class: tuple[tuple[str, Tally], ...] = ()


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What the measures of streams are judged by, of one use case.

    sampled: samples there of those expected. clock: samples whose time fits that of their record. unique: samples that
    repeat no other. unit: quantities with a UCUM code. same_unit: those in the most frequent unit of their stream.
    counts: ``streams``, ``below`` the share asked for, ``gaps``, samples ``ahead``, ``late``, ahead by whole hours
    (``zone``), ``conflicting`` with another of the same moment; streams of ``mixed`` units. longest: seconds of the
    longest gap. delay: hours from event to record.
    """

    case: str
    sampled: Tally
    clock: Tally
    unique: Tally
    unit: Tally
    same_unit: Tally
    counts: dict[str, int]
    longest: int
    delay: Quantiles


@dataclass(frozen=True, slots=True)
class UseCaseResult:
    """How far the data serves one use case.

    name: of the shipped use case, or the file's. origin: ``fhircheck`` or the file. patients: all that the data tells
    about. eligible: those in the cohort and not excluded. usable: eligible ones that lose nothing at any step.
    measures: usable patients, labels, their balance, and months covered by requirement, over this use case's patients
    only; names as in MEASURES. Subgroups and drift between the halves of its months stand in subgroups and details.
    undecided: (requirement, what could not be told). smallest_cell: numbers of people below it are not shown.
    cells: its counts as they may be shown, of a result read from a stored report: nothing else is known there, and the
    numbers here are the least each count can be.
    """

    name: str
    title: Texts
    url: str
    version: str
    origin: str
    patients: int
    eligible: int
    usable: int
    steps: tuple[FunnelStep, ...] = ()
    measures: tuple[MeasureResult, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    classes: tuple[LabelClass, ...] = ()
    leaks: tuple[Leak, ...] = ()
    details: tuple[Detail, ...] = ()
    undecided: tuple[tuple[str, str], ...] = ()
    smallest_cell: int = 10
    written: int | None = None
    notes: tuple[str, ...] = field(default=())
    cells: "CaseCells | None" = None

    @property
    def share(self) -> Fraction | None:
        """Usable patients of the eligible ones, None where nobody is eligible."""
        return Fraction(self.usable, self.eligible) if self.eligible else None
