"""k-anonymity: how many people are alike in what others may know of them? (PRIV-1)"""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.equal_people import by_value, tell_failing, with_sensitive
from fhircheck.measures.quasi_identifiers import collect_quasi, collect_sensitive, patients_alike
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Detail, Threshold
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.model.spilled_rows import SpilledRows

MAXIMUM_RISK = Fraction(9, 100)
K = 12
"""The least k with a risk of 1/k of at most 0.09: 1/11 is 0.0909."""
BELOW = (2, 5, K)
"""Patients in classes smaller than these are told as details; 2: those who are alone."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Add rows for a Patient's quasi-identifiers or a Condition's diagnosis; a Patient without id cannot be told."""
    if seen.kind == "Condition":
        collect_sensitive(node, seen)
    elif seen.patient:
        collect_quasi(node, seen)
    else:
        tally.cannot_tell += 1


_Known = tuple[Counter[int], Counter[tuple[int, int]]]


@dataclass(slots=True)
class _Classes:
    """What was found of the classes of patients that are alike. least_l, unlike: see l-diversity in the formula.

    below: patients in classes smaller than each of BELOW. failing: rows (patient, 0) of those in classes below K.
    """

    patients: int = 0
    number: int = 0
    smallest: int = 0
    least_l: Fraction | None = None
    unlike: int = 0
    below: Counter[int] = field(default_factory=Counter)
    failing: SpilledRows = field(default_factory=lambda: SpilledRows(2))

    def merge(self, other: "_Classes") -> None:
        """Add other classes."""
        self.patients += other.patients
        self.number += other.number
        self.smallest = min(filter(None, (self.smallest, other.smallest)), default=0)
        self.least_l = min((each for each in (self.least_l, other.least_l) if each is not None), default=None)
        self.unlike += other.unlike
        self.below.update(other.below)
        self.failing.merge(other.failing)
        other.failing.close()


def judge(merged: Merged) -> Judged:
    """Put the patients into classes of equal quasi-identifiers (Sweeney 2002)."""
    options = merged.tools.options
    tally = Tally(cannot_tell=merged.tally.cannot_tell)
    values, groups = by_value(merged.rows), with_sensitive(merged.rows)
    found = fold(Join(_sizes, _small, _classes), values, groups)
    values.close()
    groups.close()
    below = found.below
    over = f"over {', '.join(options.quasi_identifiers)}"
    if merged.sampled:
        found.failing.close()
        tally.cannot_tell += found.patients
        return Judged(tally, f"{over}; in a sample every class is smaller than it is in the data")
    _count(tally, found.patients - below[K], found.patients)
    tell_failing(found.failing, {0: "Patient"}, merged, tally)
    if not found.patients:
        return Judged(tally)
    status = None if options.de_identified else "informational"
    return Judged(tally, f"{over}; l-diversity of {options.sensitive}", status, _details(found))  # type: ignore[arg-type]


def _count(tally: Tally, passed: int, judged: int) -> None:
    tally.numerator, tally.denominator = passed, judged
    if judged:
        tally.by["Patient"] = [passed, judged]


def _sizes(known: _Known | None, numbers: Numbers, pairs: Numbers) -> _Known:
    """Patients of each class, and of them those with each sensitive value."""
    sizes, groups = (Counter(), Counter()) if known is None else known
    sizes.update(value for value, number in zip(numbers[0::3], numbers[1::3], strict=True) if number == 0)
    groups.update(zip(pairs[0::2], pairs[1::2], strict=True))
    return sizes, groups


def _small(known: _Known, numbers: Numbers, pairs: Numbers) -> _Classes:
    """The patients in classes below K."""
    found, sizes = _Classes(), known[0]
    for value, number, patient in zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=True):
        if number == 0 and sizes[value] < K:
            found.failing.fresh += (patient, 0)
    found.failing.settle()
    return found


def _classes(known: _Known) -> _Classes:
    """What is said of the classes themselves."""
    found, (sizes, groups) = _Classes(), known
    for size in sizes.values():
        found.number, found.patients = found.number + 1, found.patients + size
        found.smallest = min(size, found.smallest or size)
        for least in BELOW:
            found.below[least] += size if size < least else 0
    _diversity(sizes, groups, found)
    return found


def _diversity(sizes: Counter[int], groups: Counter[tuple[int, int]], found: _Classes) -> None:
    """l of each class with sensitive values: its size over the number of those who share the most frequent one."""
    most: dict[int, int] = {}
    for (value, _), count in groups.items():
        most[value] = max(count, most.get(value, 0))
    for value, count in most.items():
        diverse = Fraction(sizes[value], count)
        found.least_l = diverse if found.least_l is None else min(found.least_l, diverse)
        found.unlike += sizes[value] if diverse < 2 else 0


def _details(found: _Classes) -> tuple[Detail, ...]:
    details = [
        Detail("classes", found.number),
        Detail("smallest-class", found.smallest, "patients"),
        Detail("largest-risk", Fraction(100, found.smallest), "%"),
        Detail("mean-risk", Fraction(100 * found.number, found.patients), "%"),
        *(Detail("patients-in-classes-below", found.below[least], "patients", str(least)) for least in BELOW),
    ]
    if found.least_l is not None:
        details.append(Detail("smallest-l", found.least_l))
        details.append(Detail("patients-in-classes-with-l-below", found.unlike, "patients", "2"))
    return tuple(details)


MEASURE = CountedMeasure(
    name="k-anonymity",
    code="PRIV-1",
    summary="Patients who share their quasi-identifiers with so many others that none can be picked out.",
    why="Year of birth, sex and three digits of a postal code single out many people in a hospital's data, without any "
    "name in it: whoever knows these of a neighbour then reads the diagnoses.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is a patient (per resource; a Patient that is there more than once counts once). Patients in "
    "classes of at least 12 / patients with an id. A class is all patients with equal values of the chosen "
    "quasi-identifiers (birth-year, sex and postal-code-3 where none are named); a missing value is a value. Largest "
    "risk: 1 / smallest class; mean risk: classes / patients. l of a class: its size / the number of those in it who "
    "share the most frequent value of the sensitive attribute (a patient may have several), over classes in which "
    "anyone has one; l below 2 means that more than half of a class have a diagnosis in common. Informational unless "
    "the data is said to be de-identified; in a sample 'cannot tell'.",
    source="Sweeney 2002, Int J Uncertain Fuzz 10(5):557-570 (k-anonymity); Machanavajjhala et al. 2007, ACM TKDD "
    "1(1):3 (l-diversity), by the share of the most frequent value as in Xiao and Tao 2006, VLDB, 139-150; AIDRIN",
    published=True,
    threshold=Threshold(
        Fraction(0),
        "EMA Policy 0070, guidance on anonymisation of clinical reports: largest risk 0.09, so every class has at "
        "least 12 (1/11 is 0.0909; often rounded to 11)",
        published=True,
    ),
    types=frozenset({"Patient", "Condition"}),
    failing=patients_alike(11, gender="female", birthDate="1950"),
    passing=patients_alike(12, gender="female", birthDate="1950"),
    observe=observe,
    judge=judge,
)
