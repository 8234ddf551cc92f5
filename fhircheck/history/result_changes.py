"""What came of two runs: verdict, coverage, scores with their reasons, measures, use cases."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from fhircheck.history.chance import SHARES_SOURCE, design_effect, shares_differ
from fhircheck.history.document import Document, fraction
from fhircheck.model.change import Change

POINTS = Fraction(2)
"""A score that loses more points is alarming. Ours."""
SHARE = Fraction(1, 100)
"""A measure's share that loses more is alarming, where it is more than chance. Ours."""
COVERAGE = Fraction(5, 100)
"""A coverage that loses more is alarming. Ours."""
USABLE = Fraction(5, 100)
"""A share of usable patients that loses more is alarming, where it is more than chance. Ours."""
SHOWN = 8
"""Reasons of one change that are kept beside the sum of all others."""
Reason = tuple[str, Fraction | int | float]
_OUTCOMES = ("valid", "no-errors-found", "invalid", "not-checked")


def verdict_change(before: Document, after: Document) -> Iterator[Change]:
    """Another outcome; alarming where it is worse."""
    was, now = before["verdict"], after["verdict"]
    if was["outcome"] != now["outcome"]:
        worse = _rank(now["outcome"]) > _rank(was["outcome"])
        yield Change("verdict", "verdict", str(was["outcome"]), str(now["outcome"]), worse)


def _rank(outcome: object) -> int:
    return _OUTCOMES.index(str(outcome)) if outcome in _OUTCOMES else len(_OUTCOMES)


def coverage_change(before: Document, after: Document) -> Iterator[Change]:
    """Another coverage; alarming where it loses more than COVERAGE, or is none any more."""
    was, now = fraction(before["coverage"]), fraction(after["coverage"])
    if was == now:
        return
    lost = was - (now or Fraction(0)) if was is not None else Fraction(0)
    yield Change(
        "coverage", "coverage", was, now, lost > COVERAGE, "points", float((now or 0) - (was or 0)) * 100,
        float(COVERAGE * 100),
    )  # fmt: skip


def score_changes(before: Document, after: Document, group: str = "") -> Iterator[Change]:
    """Scores that differ, with what they lose or win by: the points of all reasons sum to the change."""
    earlier = {each["name"]: each for each in before["scores"]}
    for score in after["scores"]:
        was = earlier.get(score["name"])
        if was is None:
            continue
        old, new = fraction(was["value"]), fraction(score["value"])
        if old == new:
            continue
        same = was["rubric"] == score["rubric"]
        won = new - old if old is not None and new is not None else None
        yield Change(
            "score",
            str(score["name"]),
            old,
            new,
            alarming=same and (won is None or won < -POINTS) and old is not None,
            statistic="points",
            value=float(won) if won is not None else None,
            threshold=float(POINTS),
            because=shortened(score_reasons(was, score)) if won is not None else (),
            group=group,
        )


def score_reasons(before: Document, after: Document) -> tuple[Reason, ...]:
    """(measure, points) of what a score wins (above zero) or loses by, the most first.

    A score is 100 less what each part costs: 100 x (weight - earned) / weights performed. What a prerequisite costs
    stands with the prerequisite. The points sum to the difference of the scores, exactly.
    """
    cost = _costs(before)
    cost.subtract(_costs(after))
    found = [(name, points) for name, points in cost.items() if points]
    return tuple(sorted(found, key=lambda each: (-abs(each[1]), each[0])))


def _costs(score: Document) -> "Counter[str]":
    performed = sum((_exact(part["weight"]) for part in score["parts"] if part["counted"]), Fraction(0))
    costs: Counter[str] = Counter()
    for part in score["parts"]:
        if part["counted"] and performed:
            booked = _exact(part["booked"])
            lost = _exact(part["weight"]) - _exact(part["earned"]) - booked
            costs[str(part["measure"])] += lost * 100 / performed  # type: ignore[assignment]
            if booked:
                costs[str(part["prerequisite"])] += booked * 100 / performed  # type: ignore[assignment]
    return costs


def _exact(form: Document | None) -> Fraction:
    return fraction(form) or Fraction(0)


def shortened(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """The largest reasons, and the sum of all others under an empty name."""
    if len(reasons) <= SHOWN:
        return reasons
    rest = sum((Fraction(points) for _, points in reasons[SHOWN:]), Fraction(0))
    return (*reasons[:SHOWN], ("", rest))


def measure_changes(before: Document, after: Document, group: str = "") -> Iterator[Change]:
    """Measures whose share differs by more than chance, or whose status does."""
    earlier = {each["name"]: each for each in before["measures"]}
    for each in after["measures"]:
        was = earlier.get(each["name"])
        if was is not None:
            yield from _measure(was, each, group, _design((was, before), (each, after)))


def _design(*runs: tuple[Document, Document]) -> float:
    """How much alike what is of one patient is, in both runs (measure, report or source) together."""
    failing = judged = failed = patients = 0
    for measure, part in runs:
        judged += int(measure["denominator"])
        failing += int(measure["denominator"]) - int(measure["numerator"])
        failed += int(measure.get("patients_failed", 0))
        patients += sum(int(each["count"]) for each in part["resources"] if each["type"] == "Patient")
    return design_effect(failing, judged, failed, patients)


def _measure(was: Document, now: Document, group: str, design: float) -> Iterator[Change]:
    passed = int(was["numerator"]), int(now["numerator"])
    judged = int(was["denominator"]), int(now["denominator"])
    old, new = fraction(was["share"]), fraction(now["share"])
    if old is None or new is None:
        return
    differ = shares_differ(passed, judged, design)
    failed = was["status"] == "passed" and now["status"] == "failed"
    if not differ and was["status"] == now["status"]:
        return
    yield Change(
        "measure",
        str(now["name"]),
        old,
        new,
        alarming=differ and (old - new > SHARE or failed),
        statistic="share",
        value=float(new - old),
        threshold=float(SHARE),
        source=SHARES_SOURCE,
        because=shortened(share_reasons(was, now)),
        group=group,
    )


def share_reasons(was: Document, now: Document) -> tuple[Reason, ...]:
    """(element path, how much of the share it wins or loses): sums to the difference where all items have a path."""
    parts: Counter[str] = Counter()
    for form, sign in ((was, 1), (now, -1)):
        if sum(int(each["denominator"]) for each in form["by"]) != int(form["denominator"]):
            return ()
        for each in form["by"]:
            failing = int(each["denominator"]) - int(each["numerator"])
            parts[str(each["path"])] += sign * Fraction(failing, int(form["denominator"]))  # type: ignore[assignment]
    found = [(path, Fraction(share)) for path, share in parts.items() if share]
    return tuple(sorted(found, key=lambda each: (-abs(each[1]), each[0])))


def use_case_changes(before: Document, after: Document) -> Iterator[Change]:
    """Shares of usable patients that differ by more than chance, where their numbers are shown."""
    earlier = {each["name"]: each for each in before.get("use_cases", ())}
    for case in after.get("use_cases", ()):
        was = earlier.get(case["name"])
        if was is None:
            continue
        usable = _people(was["usable"]), _people(case["usable"])
        eligible = _people(was["eligible"]), _people(case["eligible"])
        if None in usable or None in eligible or not all(eligible):
            continue
        old, new = (Fraction(part or 0, whole or 1) for part, whole in zip(usable, eligible, strict=True))
        if shares_differ(usable, eligible):  # type: ignore[arg-type]
            yield Change(
                "use-case",
                str(case["name"]),
                old,
                new,
                old - new > USABLE,
                "share",
                float(new - old),
                float(USABLE),
                SHARES_SOURCE,
                shortened(_steps(was, case)),
            )


def _people(cell: Document) -> int | None:
    """A count of people where it is shown."""
    return int(cell["least"]) if cell["least"] == cell["most"] else None


def _steps(was: Document, now: Document) -> tuple[Reason, ...]:
    """How many more or fewer patients each step costs, where that is shown."""
    lost = {each["name"]: _people(each["lost"]) for each in was["steps"]}
    found = []
    for each in now["steps"]:
        before, after = lost.get(each["name"]), _people(each["lost"])
        if before is not None and after is not None and before != after:
            found.append((str(each["name"]), after - before))
    return tuple(sorted(found, key=lambda each: (-abs(each[1]), each[0])))
