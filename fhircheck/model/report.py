"""RunReport: all that a run has to say, counts and bounded examples; every renderer reads only this."""

from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from fhircheck.model.action import Action
from fhircheck.model.issue import Issue, Place, Severity

if TYPE_CHECKING:
    from fhircheck.model.census import Census
    from fhircheck.model.feedback import FindingState
    from fhircheck.model.run_history import RunHistory
    from fhircheck.model.source_group import SourceGroup, SourcePair
    from fhircheck.model.use_case import UseCaseResult

Status = Literal["passed", "failed", "informational", "not-applicable", "cannot-tell", "error"]


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What differs between two runs over the same data; left out when reports are compared.

    started: ISO 8601 with offset. duration: seconds. jobs: number of processes.
    """

    version: str
    started: str
    duration: float
    jobs: int
    python: str = ""


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """What was read. names: the sources as asked for by the user. bytes: uncompressed bytes.

    since: only what was changed from this moment on, empty for all; until: all that was written before this moment was
    read, by the sources' own clocks (ISO 8601); empty where that is not known or not so.
    """

    names: tuple[str, ...]
    files: int
    records: int
    unreadable: int
    bytes: int
    sampled: int | None = None
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class PackageSummary:
    """A package definitions were taken from; origin: where it was found; sha256 of the package."""

    name: str
    version: str
    origin: str
    sha256: str
    definitions: int


@dataclass(frozen=True, slots=True)
class ProfileUse:
    """A profile resources were checked against.

    how: ``base`` (the resource type itself), ``meta`` (meta.profile), ``dated`` (meta.profile without a
    version: the one in force on the instance's day), ``asked`` (--profile), ``mapped`` (by a mapping).
    found: whether it could be loaded. decided: number of checks of the profile's own definition.
    """

    url: str
    how: str
    found: bool
    resources: int
    valid: int
    decided: int


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Findings of one kind at one definition, with the smallest few as examples."""

    severity: Severity
    kind: str
    definition: str
    profile: str
    count: int
    resources: int
    examples: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """What could not be told: reason in kebab-case, detail (a URL, a facet), how often."""

    reason: str
    detail: str
    count: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """Largest share of items that may fail, with the source it was published in.

    rubric: name of the rubric that set it; empty for the measure's own.
    """

    maximum_failing: Fraction
    source: str
    published: bool
    rubric: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """A number that a share does not say. name: kebab-case. of: what it is about (a code, a month), empty for all.

    unit: ``days``, ``%``, ``patients``..., empty for a bare number. error: relative error where it is an estimate.
    least, most: of a count of people that is not shown (value None), what is said of it instead; see model/small_cells.
    """

    name: str
    value: Fraction | int | float | None
    unit: str = ""
    of: str = ""
    error: float = 0.0
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """One counted statement. The value is numerator / denominator: the share that passes.

    code: its place in the catalogue. coverage: decided / (decided + cannot tell). by: element path -> (passed, judged).
    resources_failed, patients_failed: those with an item that does not pass; patients_exact: no estimate.
    interval: 95 % Wilson score interval, where the share was estimated from a sample.
    """

    name: str
    category: str
    subcategory: str
    context: str
    dimension: str
    status: Status
    numerator: int
    denominator: int
    cannot_tell: int
    threshold: Threshold | None
    by: tuple[tuple[str, int, int], ...] = ()
    examples: tuple[Place, ...] = ()
    resources_failed: int = 0
    interval: tuple[float, float] | None = None
    reason: str = ""
    code: str = ""
    patients_failed: int = 0
    patients_exact: bool = True
    details: tuple[Detail, ...] = ()

    @property
    def share(self) -> Fraction | None:
        """Share that passes, None where nothing was judged."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def coverage(self) -> Fraction | None:
        """Share of applicable items that could be judged, None where nothing applied."""
        applicable = self.denominator + self.cannot_tell
        return Fraction(self.denominator, applicable) if applicable else None


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One criterion of a score: its weight with the reason, what it earned, and why not more.

    prerequisite: the measure whose failing cost it something; booked: how much of its weight; failing_before: items
    that fail it, where it judges the same ones (0: it failed as a whole).
    """

    measure: str
    weight: Fraction
    earned: Fraction
    counted: bool
    reason: str
    note: str = ""
    prerequisite: str = ""
    booked: Fraction = Fraction(0)
    failing_before: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """Weights passed / weights performed x 100 (HL7 PIQI evaluation), None where nothing was performed.

    coverage: weights performed / weights applicable. critical: names of critical criteria that failed.
    lost: points by Kahn's category; what a prerequisite cost stands with the prerequisite's category.
    band, band_source: what a rubric calls such a value, and where that was published; empty where nothing was.
    """

    name: str
    rubric: str
    value: Fraction | None
    coverage: Fraction
    parts: tuple[ScorePart, ...]
    critical: tuple[str, ...] = ()
    lost: tuple[tuple[str, Fraction], ...] = ()
    band: str = ""
    band_source: str = ""


@dataclass(frozen=True, slots=True)
class DecisionUse:
    """A decision about findings and how often it was used.

    what: the pattern of the findings it is about. severity: the one they get, empty for accepted ones.
    owner, expires: of accepted ones only. expired: it does not count any more; its findings have returned.
    """

    what: str
    severity: str
    reason: str
    count: int
    owner: str = ""
    expires: str = ""
    expired: bool = False


@dataclass(frozen=True, slots=True)
class BaselineSummary:
    """Findings known from an earlier run, which are not shown. gone: known ones that are not there any more."""

    name: str
    known: int
    gone: int


@dataclass(frozen=True, slots=True)
class SplitSummary:
    """Records that went to the file for the valid and for the invalid.

    by: ``record`` or ``patient``. held_back: records without errors among the invalid, since another of
    their patient has one. unwritten: records that could not be read and are in neither file.
    """

    by: str
    valid: int
    invalid: int
    held_back: int
    unwritten: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the run ended: exit code (0 clean, 1 findings, 2 wrong use, 3 could not check) and why."""

    exit_code: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunReport:
    """A whole run.

    coverage: share of the checks asked for that could be decided; each pair of resource and profile
    weighs the same, a profile that was not found counts as nothing decided.
    totals: findings by (severity, kind), exact even where `issues` had to be bounded.
    overrides, accepted: decisions about findings and their use. borne: errors that were accepted, made
    less severe or known from the baseline. fingerprints: findings by fingerprint (also those known from
    the baseline), all of them where fingerprints_complete. use_cases: those that were asked for.
    actions: what to fix first.
    groups, pairs: sources measured apart, and every two of them compared.
    census: what the data is made of. history: the series it belongs to, where it is remembered; states: where its
    findings stand there. servers: the servers the data is from, where a scheduled check judges them, as plain JSON
    (probe/server_report.schema.json).
    """

    header: RunHeader
    sources: SourceSummary
    packages: tuple[PackageSummary, ...]
    notes: tuple[str, ...]
    resources: tuple[tuple[str, int, int], ...]
    profiles: tuple[ProfileUse, ...]
    totals: tuple[tuple[Severity, str, int], ...]
    issues: tuple[IssueGroup, ...]
    undecided: tuple[Undecided, ...]
    coverage: Fraction | None
    measures: tuple[MeasureResult, ...]
    scores: tuple[Score, ...]
    verdict: Verdict = field(default_factory=lambda: Verdict(0, ()))
    overrides: tuple[DecisionUse, ...] = ()
    accepted: tuple[DecisionUse, ...] = ()
    borne: int = 0
    baseline: BaselineSummary | None = None
    split: SplitSummary | None = None
    fingerprints: tuple[tuple[str, int], ...] = ()
    fingerprints_complete: bool = True
    use_cases: "tuple[UseCaseResult, ...]" = ()
    actions: tuple[Action, ...] = ()
    groups: "tuple[SourceGroup, ...]" = ()
    pairs: "tuple[SourcePair, ...]" = ()
    census: "Census | None" = None
    history: "RunHistory | None" = None
    states: "tuple[FindingState, ...]" = ()
    servers: tuple[dict[str, Any], ...] = ()

    def count(self, severity: Severity) -> int:
        """Number of findings of `severity`."""
        return sum(number for each, _, number in self.totals if each == severity)

    # What is shown is made by the report stage, which stands above this one: it is looked up by name when asked for.

    def _repr_html_(self) -> str:
        """The report as a notebook shows it; in German where FHIRCHECK_LANGUAGE is ``de``."""
        return str(import_module("fhircheck.report.notebook").fragment(self))

    def findings_table(self, language: str = "en") -> Any:
        """The examples kept of each kind of finding, as a pyarrow.Table (all findings: fhircheck.findings).

        Raises UsageError where pyarrow is not installed.
        """
        return self._table("findings_table", language)

    def measures_table(self) -> Any:
        """All measures, as a pyarrow.Table. Raises UsageError where pyarrow is not installed."""
        return self._table("measures_table")

    def scores_table(self) -> Any:
        """The criteria of all scores, as a pyarrow.Table. Raises UsageError where pyarrow is not installed."""
        return self._table("scores_table")

    def _table(self, name: str, language: str = "en") -> Any:
        view = import_module("fhircheck.report.shown").View(language=language)
        return getattr(import_module("fhircheck.report.arrow_tables"), name)(self, view)
