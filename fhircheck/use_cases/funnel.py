"""From patients to a funnel: each step's losses with their reasons, counted patient by patient."""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from fhircheck.model.months import month_of
from fhircheck.model.quantiles import Quantiles
from fhircheck.model.use_case import FunnelStep
from fhircheck.use_cases.characteristics import MET, UNMET, Characteristics, Patient
from fhircheck.use_cases.collecting import place_key
from fhircheck.use_cases.labels import Labels
from fhircheck.use_cases.patient import PatientView, Row
from fhircheck.use_cases.requirement import Requirement, UseCase
from fhircheck.use_cases.streams import Streams

DAY = 86_400
_FIRST = ("cohort", "index", "exclusion")


@dataclass(slots=True)
class Step:
    """Requirements that stand for each other, and what they cost."""

    numbers: tuple[int, ...]
    asked: Requirement
    fault: str = ""
    resources: int = 0
    met: int = 0
    lost: int = 0
    left: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> bool:
        """Whether it can be judged."""
        return not self.fault

    def merge(self, other: "Step") -> None:
        """Add what it cost among other patients."""
        self.resources += other.resources
        self.met += other.met
        self.lost += other.lost
        self.left += other.left
        self.reasons.update(other.reasons)

    def shown(self) -> FunnelStep:
        """As it stands in the report."""
        asked = self.asked
        reasons = tuple(sorted(self.reasons.items(), key=lambda each: (-each[1], each[0])))
        return FunnelStep(
            asked.group or asked.name, asked.title, asked.role, self.resources, self.met, self.lost, self.left, reasons,
            self.told, self.fault,
        )  # fmt: skip


def steps_of(case: UseCase, faults: dict[int, str]) -> list[Step]:
    """The steps in their order: who is meant first, then what is needed of them, each in the Library's order."""
    groups: dict[str, list[int]] = {}
    for number, asked in enumerate(case.requirements):
        groups.setdefault("role index" if asked.role == "index" else asked.group or f"# {number}", []).append(number)
    steps = []
    for numbers in groups.values():
        told = [number for number in numbers if number not in faults]
        fault = "" if told else faults[numbers[0]]
        steps.append(Step(tuple(told or numbers), case.requirements[numbers[0]], fault))
    return sorted(steps, key=lambda each: each.asked.role not in _FIRST)


class Funnel:
    """Takes patients in any order. Memory is bounded, but for 8 bytes a usable resource where these are to be written.

    groups: (dimension, group, 0 eligible 1 usable 2 labelled) -> patients. months: (month, requirement) -> resources.
    late: features after the moment to be predicted, resources and patients. density: values an hour. characteristics:
    of eligible patients.
    """

    def __init__(self, case: UseCase, steps: list[Step], across: tuple[Labels, Streams], keep: bool) -> None:
        self.case, self.steps = case, steps
        self.labels, self.streams = across
        self.patients = self.eligible = self.usable = 0
        self.groups: Counter[tuple[str, str, int]] = Counter()
        self.months: Counter[tuple[int, int]] = Counter()
        self.late: dict[int, list[int]] = {}
        self.density: dict[int, Quantiles] = {}
        self.characteristics = Characteristics()
        self.kept: array[int] | None = array("Q") if keep else None

    def merge(self, other: "Funnel") -> None:
        """Add other patients."""
        for mine, theirs in zip(self.steps, other.steps, strict=True):
            mine.merge(theirs)
        self.patients += other.patients
        self.eligible += other.eligible
        self.usable += other.usable
        self.groups.update(other.groups)
        self.months.update(other.months)
        for number, (resources, patients) in other.late.items():
            pair = self.late.setdefault(number, [0, 0])
            pair[0] += resources
            pair[1] += patients
        for number, density in other.density.items():
            self.density.setdefault(number, Quantiles()).merge(density)
        self.labels.merge(other.labels)
        self.characteristics.merge(other.characteristics)
        self.streams.merge(other.streams)
        if self.kept is not None and other.kept is not None:
            self.kept.extend(other.kept)

    def see(self, key: int, view: PatientView, person: tuple[int, ...] | None) -> bool:
        """Take one patient through all steps; whether he is eligible."""
        self.patients += 1
        eligible, through, labelled = True, True, True
        accepted: list[tuple[int, Row]] = []
        found: list[tuple[str, str]] = []
        for step in self.steps:
            if not step.told:
                step.left += through
                continue
            first = step.asked.role in _FIRST
            if (not first and not eligible) or (first and not through):
                continue
            reason, rows = self._ask(step, view)
            accepted += rows
            if not first:
                found.append((step.asked.group or step.asked.name, UNMET if reason else MET))
            labelled = labelled and (step.asked.role != "label" or not reason)
            if through:
                self._count(step, reason)
            if reason and step.asked.role != "optional":
                through = False
                eligible = eligible and not first
        if eligible:
            usable = through and (self.case.declared or any(row.last for _, row in accepted))
            self._eligible(key, view, person, (usable, labelled, accepted), found)
        return eligible

    def _ask(self, step: Step, view: PatientView) -> tuple[str, list[tuple[int, Row]]]:
        """Why the step is not met, empty where it is, and the rows that count, with the requirement they meet."""
        met = [(number, view.met(number)) for number in step.numbers]
        good = [each for each in met if not each[1].reason]
        if step.asked.role == "exclusion":
            untold = any(each.reason == "cannot-tell" for _, each in met)
            return ("excluded" if good else "cannot-tell" if untold else ""), []
        rows = [(number, row) for number, each in good for row in each.rows]
        return ("" if good else met[0][1].reason), rows

    @staticmethod
    def _count(step: Step, reason: str) -> None:
        step.met += not reason
        if reason and step.asked.role != "optional":
            step.lost += 1
            step.reasons[reason] += 1
        else:
            step.left += 1

    def _eligible(
        self,
        key: int,
        view: PatientView,
        person: tuple[int, ...] | None,
        told: tuple[bool, bool, list[tuple[int, Row]]],
        found: list[tuple[str, str]],
    ) -> None:
        usable, labelled, accepted = told
        self.eligible += 1
        self.usable += usable
        dated = [row.first for _, row in accepted if row.last]
        day = view.index.first // DAY if view.index else min(dated, default=0) // DAY
        has_label = labelled and self.labels.asked
        for dimension, group in _groups(person, day):
            for number, counts in enumerate((True, usable, has_label)):
                self.groups[dimension, group, number] += counts
        for number, row in accepted:
            if row.last:
                self.months[month_of(row.first // DAY), number] += 1
        kind = self.labels.see(key, view, person, labelled)
        sex, born = (person[4], person[0]) if person is not None else (0, 0)
        found += [(f"patients by {dimension}", group) for dimension, group in _groups(person, day)]
        found += [("patients by label", str(kind))] if kind else []
        self.characteristics.see(Patient(sex, born, day), found)
        self._late(view)
        self._dense(view)
        if usable and self.kept is not None:
            self.kept.extend(place_key(row.source, row.place) for _, row in accepted)
            if person is not None:
                self.kept.append(place_key(person[-2], person[-1]))

    def _late(self, view: PatientView) -> None:
        """Count features after the moment to be predicted; what serves as the label is none."""
        labels = {row.identity for number in self.labels.numbers for row in view.met(number).rows}
        for number, asked in enumerate(self.case.requirements):
            late = view.met(number).late - labels if asked.role == "feature" else ()
            if late:
                pair = self.late.setdefault(number, [0, 0])
                pair[0] += len(late)
                pair[1] += 1

    def _dense(self, view: PatientView) -> None:
        """Values an hour within windows that are bounded on both sides."""
        for number, asked in enumerate(self.case.requirements):
            low, high = view.limits(asked)
            if low is not None and high is not None and high > low and asked.role == "feature":
                hourly = len(view.met(number).rows) * 3_600 / (high - low)
                self.density.setdefault(number, Quantiles()).add(hourly)


def _groups(person: tuple[int, ...] | None, day: int) -> Iterator[tuple[str, str]]:
    sexes = ("not-said", "male", "female", "other", "unknown")
    yield "sex", sexes[person[4]] if person is not None else "not-said"
    born = person[0] if person is not None else 0
    years = int((day - born) / 365.2425) if born and day >= born else -1
    yield "age", band_of(years)


def band_of(years: int) -> str:
    """The age group of a number of whole years, ``not-said`` for a negative one."""
    if years < 0:
        return "not-said"
    for low, high in ((0, 17), (18, 39), (40, 64), (65, 79)):
        if years <= high:
            return f"{low}-{high}"
    return "80+"
