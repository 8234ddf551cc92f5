"""The comparison of two stores as data: counts that add up, differences, what could not be told; no values."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["missing", "extra", "changed", "moved", "missing-copy", "extra-copy"]
"""missing: only in BEFORE. extra: only in AFTER. changed: in both, not the same. moved: the same under another id.
missing-copy, extra-copy: an id is there less or more often on the other side."""
Change = Literal[
    "added", "removed", "value", "precision", "code", "unit", "reference", "attachment", "date", "narrative", "order",
    "unknown",
]  # fmt: skip
"""What a change does to an element; unknown: which element it was could not be told."""
FEW = -1
SMALLEST = 10
"""Resources of a type in a month below which the month is not told: it might be that of one person."""
Outcome = Literal["complete", "not-complete", "could-not-tell"]


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """One store. sources: as they may be shown. digest: over its sorted content, SHA-256 in hexadecimal.

    resources, bytes: what was read. unread: (kind of the finding, how often, first places (source, record number)).
    without_id, several: resources without an id; ids that are there more than once, of them versions: with different
    versionId. kept: resources whose rows an earlier, interrupted comparison had left.
    """

    sources: tuple[str, ...]
    digest: str
    resources: int
    bytes: int = 0
    unread: tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...] = ()
    without_id: int = 0
    several: int = 0
    versions: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Resources of a type, or of a type and month. Totals add up: before = same + changed + missing + fewer copies.

    moved: of `same` and `changed`, those that have another id now. Copies are of ids that are there more than once.
    """

    before: int = 0
    after: int = 0
    same: int = 0
    changed: int = 0
    missing: int = 0
    extra: int = 0
    missing_copies: int = 0
    extra_copies: int = 0
    moved: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """The sum of both."""
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def differences(self) -> int:
        """Resources that are not the same on both sides."""
        return self.changed + self.missing + self.extra + self.missing_copies + self.extra_copies


@dataclass(frozen=True, slots=True)
class References:
    """References of both sides. own: into the own store, of them whole: their target is there.

    outside: to other addresses, to what a search finds, or by urn: out of their Bundle: not followed.
    broken: whole in BEFORE and without target in AFTER, by (type, path). kept: whole in both.
    """

    own_before: int = 0
    own_after: int = 0
    whole_before: int = 0
    whole_after: int = 0
    outside_before: int = 0
    outside_after: int = 0
    kept: int = 0
    broken: tuple[tuple[str, int], ...] = ()

    @property
    def lost(self) -> int:
        """References that lead nowhere now."""
        return sum(count for _, count in self.broken)


@dataclass(frozen=True, slots=True)
class Attachments:
    """Attachments of resources that are on both sides. same: equal bytes, or equal by declared SHA-1.

    by_address: both sides name an address only: their bytes were not looked at. unsound_before, unsound_after: what
    `hash` or `size` say is not true of the bytes. inline_*: number and bytes of all that are in resources.
    """

    before: int = 0
    after: int = 0
    inline_before: tuple[int, int] = (0, 0)
    inline_after: tuple[int, int] = (0, 0)
    same: int = 0
    changed: int = 0
    missing: int = 0
    extra: int = 0
    by_address: int = 0
    unsound_before: int = 0
    unsound_after: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """How often a code system or a unit is used at an element: path, system, unit (empty for codes)."""

    path: str
    system: str
    unit: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ElementChange:
    """A change of one type at one element: in how many resources, and the first few of them."""

    path: str
    change: Change
    resources: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One resource that is not the same. before, after: ``Type/id`` as it may be shown, or the place of one without an
    id; empty where it is not there. elements: (path, change)."""

    status: Status
    type: str
    before: str
    after: str
    elements: tuple[tuple[str, Change], ...] = ()


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """By what was compared. fingerprint: hash over all of it. renamed: kinds of names and how many."""

    identity: str
    decimals: str
    ignored: tuple[str, ...]
    renamed: tuple[tuple[str, int], ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ComparisonVerdict:
    """What follows. reasons: names with a count. exit_code: 0 complete, 1 differences that count, 3 could not tell."""

    outcome: Outcome
    exit_code: int
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PublicShare:
    """How much of both stores is of owners who publish for everybody, and whose the rest is.

    measure: ``public-code`` or ``public-extension``. before, after: (public items, items judged). own: (code system or
    host of extensions, uses before, uses after) of each house or vendor; few uses count together.
    """

    measure: str
    before: tuple[int, int]
    after: tuple[int, int]
    own: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """Two stores compared. types: counts by type. months: counts by (type, month), month as a known_month, 0
    without a date, FEW for all months that have fewer than SMALLEST of the type.

    examples: the first differences of each status and type, all of them go to the sink. matched: pairs by id, by
    business identifier, by content. elements: changes by element.
    """

    version: str
    started: str
    seconds: float
    engine: str
    rules: ComparisonRules
    before: ComparedSide
    after: ComparedSide
    types: tuple[tuple[str, Counts], ...]
    months: tuple[tuple[str, int, Counts], ...]
    matched: tuple[int, int, int]
    references: References
    attachments: Attachments
    codes: tuple[Use, ...]
    elements: tuple[ElementChange, ...]
    examples: tuple[Difference, ...]
    verdict: ComparisonVerdict
    notes: tuple[tuple[str, int], ...] = ()
    portability: tuple[PublicShare, ...] = ()

    @property
    def counts(self) -> Counts:
        """The sum over all types."""
        total = Counts()
        for _, each in self.types:
            total += each
        return total
