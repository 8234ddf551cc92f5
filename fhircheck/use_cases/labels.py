"""The labels of one use case: who has one, and in which class."""

from collections import Counter
from collections.abc import Sequence

from fhircheck.model.facts import EXAMPLES, Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.use_case import LabelClass, LabelFacts
from fhircheck.resolve.failed_places import FailedPlaces, SourceNames, place_of
from fhircheck.use_cases.patient import PatientView, Row
from fhircheck.use_cases.requirement import REST, UseCase

_PLACES = 64


class Labels:
    """Takes eligible patients in any order; merges. names: LinkFacts.known_sources."""

    def __init__(self, case: UseCase, faults: dict[int, str], names: SourceNames) -> None:
        self.numbers = [number for number, each in enumerate(case.requirements) if each.role == "label"]
        self.asked = bool(self.numbers)
        self._case = case
        self._untold = all(number in faults for number in self.numbers)
        self._failed = FailedPlaces(names)
        self._tally = Tally()
        self._classed = _same_classes(case, self.numbers)
        self._sizes: Counter[int] = Counter()
        self._behind: dict[int, Tally] = {}
        self._places: dict[int, list[tuple[int, int]]] = {}

    def see(self, key: int, view: PatientView, person: tuple[int, ...] | None, labelled: bool) -> int:
        """Take one eligible patient; the class of his label, 0 for none.

        person: their row of the table ``patients`` without its key.
        """
        if not self.asked:
            return 0
        if self._untold:
            self._tally.cannot_tell += 1
            return 0
        self._tally.count(self._case.name, labelled)
        if not labelled:
            self._tally.patients_failed.add(key)
            if person is not None:
                self._failed.add("Patient", person[-2], person[-1])
        elif self._classed:
            met = [view.met(number) for number in self._classed]
            return self._class(key, [row for each in met if not each.reason for row in each.rows])
        return 0

    def _class(self, key: int, rows: Sequence[Row]) -> int:
        """Count the patient in the first declared class that one of the labels is in, else in the class of the rest."""
        if not rows:
            return 0
        declared = [(row.kind, row) for row in rows if row.kind > REST]
        kind, row = min(declared) if declared else (REST, min(rows))
        self._sizes[kind] += 1
        behind = self._behind.setdefault(kind, Tally())
        behind.resources_failed += 1
        behind.patients_failed.add(key)
        self._keep(kind, [(row.source, row.place)])
        return kind

    def _keep(self, kind: int, more: list[tuple[int, int]]) -> None:
        places = self._places.setdefault(kind, [])
        places += more
        if len(places) > _PLACES:
            places.sort()
            del places[EXAMPLES:]

    def merge(self, other: "Labels") -> None:
        """Add other patients."""
        self._failed.merge(other._failed)
        self._tally.merge(other._tally)
        self._sizes.update(other._sizes)
        for kind, behind in other._behind.items():
            self._behind.setdefault(kind, Tally()).merge(behind)
        for kind, places in other._places.items():
            self._keep(kind, places)

    def facts(self, links: LinkFacts) -> LabelFacts:
        """All that was seen; called once. links: names sources."""
        self._failed.into(self._tally, links)
        if not self._classed:
            return LabelFacts(self._case.name, self._tally)
        asked = self._case.requirements[self._classed[0]]
        names = {number: rule.name for number, rule in enumerate(asked.classes, REST + 1) if not rule.rest}
        rest = next((rule.name for rule in asked.classes if rule.rest), "")
        if rest or self._sizes[REST]:
            names[REST] = rest or "other"
        classes = tuple(LabelClass(name, self._sizes[number]) for number, name in sorted(names.items()))
        by_class = tuple((name, self._tally_of(number, asked.type, links)) for number, name in sorted(names.items()))
        return LabelFacts(self._case.name, self._tally, classes, by_class)

    def _tally_of(self, number: int, kind: str, links: LinkFacts) -> Tally:
        tally = self._behind.get(number, Tally())
        places = sorted(self._places.get(number, ()))[:EXAMPLES]
        sources = links.source_names(source for source, _ in places)
        tally.keep([place_of(sources.get(source, ""), place, kind) for source, place in places])
        return tally


def _same_classes(case: UseCase, numbers: list[int]) -> list[int]:
    """The first label with classes and those that tell the same ones: alternatives of each other."""
    found = [number for number in numbers if case.requirements[number].classes]
    names = [tuple(rule.name for rule in case.requirements[number].classes) for number in found]
    return [number for number, each in zip(found, names, strict=True) if each == names[0]]
