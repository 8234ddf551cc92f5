"""class-balance: are the classes of a label of a size that can be learned from? (LABEL-2)"""

import json
from collections.abc import Sequence
from fractions import Fraction

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.readiness.label_available import NO_CASE
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail, Threshold
from fhircheck.model.use_case import LabelFacts

MILD, MODERATE, EXTREME = Fraction(40, 100), Fraction(20, 100), Fraction(1, 100)
"""Upper ends of the bands for the minority's share of two classes: mild below 40 %, moderate below 20 %, extreme
below 1 %."""


def judge(merged: Merged) -> Judged:
    """Compare the classes of all use cases that were asked for."""
    cases = merged.tools.use_cases
    return Judged(merged.tally, NO_CASE) if cases is None else judge_classes(cases.labels(merged))


def judge_classes(labels: Sequence[LabelFacts]) -> Judged:
    """Classes that are large enough of all classes, over the use cases given; bands and degrees as details."""
    tally, details, reasons = Tally(), list[Detail](), list[str]()
    for each in labels:
        sizes = [found.patients for found in each.classes]
        if not sum(sizes):
            continue
        small = _count(each, sizes, tally)
        share = minority_share(sizes)
        details += (
            Detail("minority-share", share * 100, "%", each.case),
            Detail("imbalance-degree", imbalance_degree(sizes), "", each.case),
            Detail("classes", len(sizes), "", each.case),
        )
        if small:
            reasons.append(f"{each.case}: {band(share, len(sizes))} imbalance")
    return Judged(tally, "; ".join(reasons), details=tuple(details))


def _count(labels: LabelFacts, sizes: list[int], tally: Tally) -> int:
    """Count the classes of one use case; how many are too small."""
    whole, small = sum(sizes), 0
    places = dict(labels.by_class)
    for each in labels.classes:
        large = len(sizes) > 1 and Fraction(each.patients * len(sizes), whole * 2) >= MODERATE
        tally.count(labels.case, large)
        if not large:
            small += 1
            behind = places.get(each.name, Tally())
            tally.keep(behind.examples)
            tally.resources_failed += behind.resources_failed
            tally.patients_failed.merge(behind.patients_failed)
    return small


def minority_share(sizes: Sequence[int]) -> Fraction:
    """Share of the smallest class, 0 where there is one class only."""
    return Fraction(min(sizes), sum(sizes)) if len(sizes) > 1 and any(sizes) else Fraction(0)


def band(share: Fraction, classes: int) -> str:
    """The band of the smallest class; with more than two classes its share is scaled to that of two."""
    share = share * classes / 2
    if share < EXTREME:
        return "extreme"
    return "moderate" if share < MODERATE else "mild" if share < MILD else "no"


def imbalance_degree(sizes: Sequence[int]) -> Fraction:
    """How far the classes are from equal ones: 0 for equal, up to the number of classes minus 1.

    Ortigosa-Hernández, Inza, Lozano 2017 (Pattern Recognit Lett 98:32-38), with the total variation distance d: with m
    classes below the equal share, (m - 1) + d(sizes, equal) / d(farthest with m below, equal). The farthest one has m
    empty classes; its distance is m / K.
    """
    count, whole = len(sizes), sum(sizes)
    if count < 2 or whole == 0:
        return Fraction(0)
    below = [each for each in sizes if each * count < whole]
    if not below:
        return Fraction(0)
    distance = sum((Fraction(1, count) - Fraction(each, whole) for each in below), Fraction(0))
    return len(below) - 1 + distance / Fraction(len(below), count)


def _example(*codes: str) -> str:
    """A patient for each diagnosis, which is the label."""
    nodes: list[dict[str, object]] = []
    for number, code in enumerate(codes, 1):
        coding = {"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "code": code}
        subject = {"reference": f"Patient/{number}"}
        nodes.append({"resourceType": "Patient", "id": str(number)})
        nodes.append({"resourceType": "Condition", "code": {"coding": [coding]}, "subject": subject})
    return json.dumps(nodes)


MEASURE = CountedMeasure(
    name="class-balance",
    code="LABEL-2",
    summary="Classes of the label that are not much smaller than the others.",
    why="A model that sees one class in a hundred learns to say that it never happens, and looks right in 99 of 100 "
    "cases.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.ATEMPORAL,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is a class of the label of a use case that was asked for (per use case, not per occurrence). "
    "Classes with at least 20 % of the labelled patients / classes; with K classes 20 % x 2 / K, which is ours; a "
    "label with one class only has none that is large enough. Beside it: the minority's share with the bands mild (20 "
    "to 40 %), moderate (1 to 20 %), extreme (below 1 %), and the imbalance degree with the total variation distance.",
    source="Google, Machine Learning course, imbalanced data (bands); Ortigosa-Hernández, Inza, Lozano 2017, Pattern "
    "Recognition Letters 98:32-38 (imbalance degree); AIDRIN (class imbalance)",
    published=True,
    threshold=Threshold(
        Fraction(0),
        "Google, Machine Learning course, imbalanced data: a minority below 20 % is a moderate imbalance; that it "
        "fails there is ours",
        published=False,
    ),
    types=frozenset(),
    failing=_example("A41.9", *["I10.90"] * 5),
    passing=_example("A41.9", "I10.90"),
    judge=judge,
)
