"""A use case for examples: every Patient is eligible, a Condition is the label, its code the class."""

from collections.abc import Sequence
from datetime import UTC, datetime

from fhircheck.measures.counted_measure import CountedMeasure, Merged
from fhircheck.measures.seen import Seen
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Tally
from fhircheck.model.issue import Place
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.use_case import LabelClass, LabelFacts, StreamFacts
from fhircheck.use_cases.asked import AskedUseCases, nothing_known
from fhircheck.use_cases.shipped import shipped
from tests.unit.measures.known import known_tools


class Labelled:
    def __init__(self) -> None:
        self.patients: dict[int, Place] = {}
        self.classes: dict[str, dict[int, Place]] = {"I10.90": {}, "A41.9": {}}

    def collect(self, seen: Seen) -> None:
        if seen.kind == "Patient":
            self.patients[seen.patient] = seen.place("Patient")
        elif seen.kind == "Condition":
            self.classes[seen.node["code"]["coding"][0]["code"]][seen.patient] = seen.place("Condition")

    def labels(self, merged: Merged) -> Sequence[LabelFacts]:
        available, by_class = Tally(), []
        for patient, place in self.patients.items():
            labelled = any(patient in each for each in self.classes.values())
            available.count("example", labelled, place)
            if not labelled:
                available.resources_failed += 1
                available.patients_failed.add(patient)
        for name, places in self.classes.items():
            behind = Tally(resources_failed=len(places))
            behind.keep(list(places.values()))
            by_class.append((name, behind))
        classes = tuple(LabelClass(name, len(places)) for name, places in self.classes.items())
        return [LabelFacts("example", available, classes, tuple(by_class))] if self.patients else []

    def streams(self, merged: Merged) -> Sequence[StreamFacts]:
        return []


def tools_of(entry: CountedMeasure) -> Tools | None:
    """What the examples of an entry are judged with."""
    if entry.code.startswith("LABEL"):
        return Tools(options=MeasureOptions(smallest_cell=1), use_cases=Labelled())
    if entry.code.startswith("STREAM"):
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return Tools(now, use_cases=AskedUseCases([shipped("telemedicine-vital-signs")], nothing_known, now))
    return known_tools() if entry.code in ("COMP-1", "COMP-2", "CODE-3", "CODE-4") else None
