"""The use cases of a run: they collect in the first pass and are judged once, after everything was merged."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.seen import Seen
from fhircheck.model.protocols import ValueSetAnswers
from fhircheck.model.row_facts import RowFacts
from fhircheck.model.use_case import LabelFacts, StreamFacts, UseCaseResult
from fhircheck.terminology.membership import Answer, Membership
from fhircheck.use_cases.collecting import Collector, place_key
from fhircheck.use_cases.funnel import Funnel
from fhircheck.use_cases.judging import judge_cases
from fhircheck.use_cases.predicates import Answers
from fhircheck.use_cases.requirement import UseCase
from fhircheck.use_cases.results import result_of_case
from fhircheck.use_cases.streams import asks_for_streams

if TYPE_CHECKING:
    from fhircheck.use_cases.usable import UsableFile

_TOLD = {Answer.MEMBER: True, Answer.NOT_MEMBER: False, Answer.CANNOT_TELL: None}


def nothing_known(canonical: str) -> str:
    """Answers where no terminology is at hand."""
    return f"value set {canonical} is not loaded"


def answers_of(membership: Callable[[str], Membership]) -> Answers:
    """What the loaded packages, and a terminology server where one is named, know of value sets."""

    def answers(canonical: str) -> ValueSetAnswers | str:
        found = membership(canonical)
        if not (found.systems or found.folded) and "*" in found.open_systems:
            return f"value set {canonical} is not loaded"
        return lambda system, code: _TOLD[found.answer(system, code)]

    return answers


class AskedUseCases:
    """measures.tools.UseCases over some use cases. keep: the usable resources of the first are to be written.

    met, place, about_patient: of the resource seen last, whether it meets a requirement (or is a Patient), the key of
    its place, and whether it is about a patient.
    """

    def __init__(self, cases: Sequence[UseCase], answers: Answers, now: datetime, keep: bool = False) -> None:
        self.cases = tuple(cases)
        self._collector = Collector(cases, answers, now)
        self._keep = keep
        self._judged: tuple[RowFacts, list[Funnel], list[LabelFacts]] | None = None
        self._streams: list[StreamFacts] = []
        self.met = self.about_patient = False
        self.place = 0

    def collect(self, seen: Seen) -> None:
        """Add rows for the requirements that one resource meets."""
        self.met = self._collector.collect(seen)
        if self._keep and (self.met or seen.kind == "Patient"):
            self.met, self.about_patient, self.place = True, bool(seen.patient), place_key(*seen.at)

    def judged(self, merged: Merged) -> tuple[list[Funnel], list[LabelFacts]]:
        """Funnels and labels, a use case each; worked out once. Raises CouldNotCheck where temporary files fail."""
        if self._judged is None or self._judged[0] is not merged.rows:
            faults = {number: each.fault for number, each in self._collector.predicates.items() if each.fault}
            funnels = judge_cases(self.cases, faults, merged, self._keep)
            self._judged = merged.rows, funnels, [each.labels.facts(merged.links) for each in funnels]
            self._streams = [each.streams.facts(merged.links) for each in funnels]
        return self._judged[1:]

    def labels(self, merged: Merged) -> Sequence[LabelFacts]:
        """What became of the labels of use cases that have some."""
        funnels, facts = self.judged(merged)
        return [each for funnel, each in zip(funnels, facts, strict=True) if funnel.labels.asked]

    def streams(self, merged: Merged) -> Sequence[StreamFacts]:
        """What became of the streams of use cases that ask for some."""
        self.judged(merged)
        return [each for case, each in zip(self.cases, self._streams, strict=True) if asks_for_streams(case)]

    def results(self, merged: Merged, usable: "UsableFile | None" = None) -> tuple[UseCaseResult, ...]:
        """What became of each use case; `usable` is finished by the first one."""
        funnels, facts = self.judged(merged)
        written = usable.finish(funnels[0]) if usable is not None else None
        both = zip(facts, self._streams, strict=True)
        results = [result_of_case(funnel, each, merged) for funnel, each in zip(funnels, both, strict=True)]
        return (replace(results[0], written=written), *results[1:])
