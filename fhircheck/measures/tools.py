"""What measures look things up in: the moment of the run, options, terminology, tables."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from fhircheck.measures.tables import Tables
from fhircheck.model.measure_options import DEFAULT_MEASURE_OPTIONS, MeasureOptions
from fhircheck.model.use_case import LabelFacts, StreamFacts
from fhircheck.terminology.code_verdict import CodeVerdict

if TYPE_CHECKING:
    from fhircheck.measures.counted_measure import Merged
    from fhircheck.measures.known_profiles import KnownProfiles
    from fhircheck.measures.seen import Seen


SHAPES = 20_000


class Codes(Protocol):
    """What is known of codes in their own code systems (see KnownCodes)."""

    def verdict(self, system: str, code: str, version: str = "", display: str = "", language: str = "") -> CodeVerdict:
        """All that is known of the code."""

    def compares(self, system: str, code: str, version: str = "") -> bool:
        """Whether there is a text to compare a display of the known code with."""


class UseCases(Protocol):
    """The use cases that were asked for (fhircheck/use_cases)."""

    def collect(self, seen: "Seen") -> None:
        """Add rows for the requirements that one resource meets."""

    def labels(self, merged: "Merged") -> Sequence[LabelFacts]:
        """What became of the labels, a use case each."""

    def streams(self, merged: "Merged") -> Sequence[StreamFacts]:
        """What became of the streams, a use case each."""


class Tools:
    """now: the moment the data is judged at. codes, profiles: None where there are none at hand.

    use_cases: None where none was asked for. sources: what the user named to be read, as given; empty where that is
    not known.
    """

    def __init__(
        self,
        now: datetime | None = None,
        options: MeasureOptions = DEFAULT_MEASURE_OPTIONS,
        codes: Codes | None = None,
        use_cases: UseCases | None = None,
        profiles: "KnownProfiles | None" = None,
        sources: tuple[str, ...] = (),
    ) -> None:
        self.now = now or datetime.now(UTC)
        self.today = self.now.toordinal()
        self.options = options
        self.codes = codes
        self.use_cases = use_cases
        self.profiles = profiles
        self.sources = sources
        self.looks_closer = bool(options.de_identified or options.free_text or options.date_precision)
        """Whether texts and dates of all resources are looked at for what says who somebody is."""
        self.remembered: dict[str, dict[object, object]] = {}
        """By measure: answers that depend on a few values only (a system, a code), so that they are found once."""
        self.by_shape: dict[object, dict[object, object]] = {}
        """The same for what depends on a resource's members too, by a mark of whoever was fitted to them."""

    def shaped(self, mark: object) -> dict[object, object]:
        """The answers of `by_shape`, made where there are none."""
        if len(self.by_shape) > SHAPES:
            self.by_shape.clear()
        return self.by_shape.setdefault(mark, {})

    @cached_property
    def tables(self) -> Tables:
        """Plausibility tables: the user's where there are some, else ours."""
        return Tables(self.options.tables)
