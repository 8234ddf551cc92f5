"""What a follower yields: a window with its report, and what is known since the start."""

from dataclasses import dataclass

from fhircheck.model.report import RunReport
from fhircheck.stream.arrivals import ArrivalFacts


@dataclass(frozen=True, slots=True)
class ArrivalFigures:
    """Of the resources that came in a window. delay_half, delay_most: seconds until half and 99 % of them came.

    timed: those that say when they were measured; late, ahead, duplicates, changed, silences, gap: see ArrivalFacts.
    """

    resources: int = 0
    timed: int = 0
    late: int = 0
    ahead: int = 0
    duplicates: int = 0
    changed: int = 0
    silences: int = 0
    gap: float = 0.0
    delay_half: float | None = None
    delay_most: float | None = None


@dataclass(frozen=True, slots=True)
class WindowResult:
    """begin, end: seconds since 1970 of the time in which the data arrived. number: counted from 1, 0 at the end.

    report: of the window. total: of all since the start, None where it is left for a later window (it costs more, the
    more there is). silent: (device or system, since when); an empty name is the whole
    stream. final: following has ended, and `total` is the whole report, with what was half-written then.
    records, bytes: since the start, this run's and those before it.
    """

    number: int
    begin: float
    end: float
    report: RunReport
    arrivals: ArrivalFigures
    silent: tuple[tuple[str, float], ...] = ()
    total: RunReport | None = None
    final: bool = False
    records: int = 0
    bytes: int = 0


def figures(facts: ArrivalFacts) -> ArrivalFigures:
    """The figures of some arrivals."""
    return ArrivalFigures(
        facts.seen, facts.timed, facts.late, facts.ahead, facts.duplicates, facts.changed, facts.silences, facts.gap,
        facts.delays.quantile(0.5), facts.delays.quantile(0.99),
    )  # fmt: skip
