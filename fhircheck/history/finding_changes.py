"""Findings of two runs: kinds that are new, gone, or more or less frequent, and findings at other places."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from fhircheck.history.chance import CLUSTERED, RATES_SOURCE, rates_differ
from fhircheck.history.document import Document
from fhircheck.history.result_changes import Reason, shortened
from fhircheck.model.change import Change

FACTOR = Fraction(3, 2)
"""A kind of error that is so many times as frequent is alarming, where it is more than chance. Ours."""
_ERRORS = ("fatal", "error")


def finding_changes(before: Document, after: Document) -> Iterator[Change]:
    """Kinds of findings that one run alone has, or whose number for each resource differs by more than chance.

    Alarming where it also does if findings come in groups.
    """
    was, now = _totals(before), _totals(after)
    exposure = _resources(before), _resources(after)
    if not all(exposure):
        return
    for kind in sorted(was.keys() | now.keys()):
        counts = was[kind], now[kind]
        if not all(counts) or rates_differ(*counts, exposure):
            yield _change(kind, counts, exposure, (before, after))
    yield from _places(before, after)


def _change(kind: str, counts: tuple[int, int], exposure: tuple[int, int], both: tuple[Document, Document]) -> Change:
    bad = any(_is_error(kind, each) for each in both) and rates_differ(*counts, exposure, _together(kind, both))
    more = Fraction(counts[1], exposure[1]) > FACTOR * Fraction(counts[0], exposure[0])
    name = "issue-kind-new" if not counts[0] else "issue-kind-gone" if not counts[1] else "issue-kind-count"
    return Change(
        name,  # type: ignore[arg-type]
        kind,
        *counts,
        alarming=bad and more,
        statistic="rate-ratio" if all(counts) else "",
        value=float(Fraction(counts[1], exposure[1]) / Fraction(counts[0], exposure[0])) if all(counts) else None,
        threshold=float(FACTOR) if all(counts) else None,
        source=RATES_SOURCE,
        because=shortened(_where(kind, *both)),
    )


def _together(kind: str, both: tuple[Document, Document]) -> float:
    """How many findings of a kind come together as a rule: as in one resource, and no fewer than CLUSTERED."""
    groups = [each for document in both for each in document["issues"] if each["kind"] == kind]
    count, resources = (sum(int(each[name]) for each in groups) for name in ("count", "resources"))
    return max(CLUSTERED, 2 * count / resources - 1 if resources else 1.0)


def _totals(document: Document) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in document["totals"]:
        counts[str(each["kind"])] += int(each["count"])
    return counts


def _resources(document: Document) -> int:
    return sum(int(each["count"]) for each in document["resources"])


def _is_error(kind: str, document: Document) -> bool:
    return any(each["kind"] == kind and each["severity"] in _ERRORS for each in document["totals"])


def _where(kind: str, before: Document, after: Document) -> tuple[Reason, ...]:
    """(definition, how many more or fewer) of one kind."""
    counts: Counter[str] = Counter()
    for document, sign in ((before, -1), (after, 1)):
        for each in document["issues"]:
            if each["kind"] == kind:
                counts[str(each["definition"] or each["profile"] or "")] += sign * int(each["count"])
    found = [(name, count) for name, count in counts.items() if count and name]
    return tuple(sorted(found, key=lambda each: (-abs(each[1]), each[0])))


def _places(before: Document, after: Document) -> Iterator[Change]:
    """How many different findings (fingerprints) there are, how many of them are new and how many are gone."""
    was, now = (document["fingerprints"] for document in (before, after))
    if not was["complete"] or not now["complete"]:
        return
    old, new = ({each["fingerprint"] for each in form["counts"] if each["count"]} for form in (was, now))
    if old != new:
        because: tuple[Reason, ...] = (("new", len(new - old)), ("gone", len(old - new)))
        yield Change("findings", "fingerprints", len(old), len(new), because=tuple(each for each in because if each[1]))
