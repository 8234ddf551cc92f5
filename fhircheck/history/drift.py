"""A run against the runs before it: what has changed and is not the usual coming and going.

Against the last N runs a change is alarming where it is past its threshold against more than half of them, and where
a number (a score, a share, a rate, a volume) lies outside what they vary by. So one odd run among the earlier ones
neither raises nor hides an alarm, and a change stays alarming until it is the usual. A first run alarms nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from math import log
from statistics import median

from fhircheck.history.census_changes import census_changes
from fhircheck.history.chance import OUTLIER_SOURCE, outside
from fhircheck.history.compare import by_key, compare, incomparable, ordered
from fhircheck.history.document import Document, fraction
from fhircheck.history.result_changes import COVERAGE, POINTS, SHARE, USABLE
from fhircheck.history.volume_changes import started, stopped_feeds
from fhircheck.model.change import Change

LAST = 7
"""Runs that a run is measured against where nothing else is said."""
LOOKED_BACK = 28
"""Runs among which those of the same weekday are looked for."""
SAME_WEEKDAY = 3
"""So many runs of the same weekday are enough to measure volumes against them alone."""
_VOLUMES = ("volume", "feed-stopped")


def drift(document: Document, past: Sequence[Document], last: int = LAST) -> tuple[Change, ...]:
    """What has changed against earlier runs of a series, given in their order; nothing for a first run.

    Changes against the latest run that are past no threshold are among them. Raises UsageError where one is no report
    of fhircheck.
    """
    recent = [each for each in past if _checked(each)][-last:]
    if not recent or not _checked(document):
        return ()
    against = [by_key(compare(each, document).changes) for each in recent]
    weekday = comparable_days(past, document)
    on_days = [by_key(compare(each, document).changes) for each in weekday]
    found = {key: _plain(change) for key, change in against[-1].items()}
    for key in sorted({key for each in (*against, *on_days) for key in each}):
        of_volume = key.partition(" ")[0] in _VOLUMES
        runs, changes = (weekday, on_days) if of_volume else (recent, against)
        alarm = _alarm(key, document, runs, changes)
        if alarm is not None:
            found[key] = alarm
    for change in stopped_feeds(recent, document):
        found[change.key] = change
    return ordered(found.values())


def _checked(document: Document) -> bool:
    return bool(document["verdict"]["outcome"] != "not-checked" and document["resources"])


def _plain(change: Change) -> Change:
    """As against one run alone, which is not enough to alarm; another outcome of the check is."""
    return change if change.kind in ("verdict", "findings") else replace(change, alarming=False)


def _alarm(
    key: str, document: Document, runs: Sequence[Document], changes: Sequence[dict[str, Change]]
) -> Change | None:
    """The change against the latest run that it is alarming against; None where that is not true of most of them."""
    alarming = [each[key] for each in changes if key in each and each[key].alarming]
    if 2 * len(alarming) <= len(changes):
        return None
    change = alarming[-1]
    if change.kind == "distribution":
        return change if _more_than_usual(change, runs) else None
    value = _number(change, document)
    if value is None:
        return change
    known = [number for each in runs if (number := _number(change, each)) is not None]
    if len(known) > 1 and not outside(value, known, _least(change)):
        return None
    return replace(change, source=f"{change.source}; {OUTLIER_SOURCE}".lstrip("; ")) if len(known) > 4 else change


def _number(change: Change, document: Document) -> float | None:
    """What a change is about, as a number of one run; None where it is none."""
    part = _part(document, change.group)
    if part is None:
        return 0.0 if change.kind in _VOLUMES else None
    if change.kind == "coverage":
        return _float(part.get("coverage"))
    if change.kind == "score":
        return next((_float(each["value"]) for each in part["scores"] if each["name"] == change.what), None)
    if change.kind == "measure":
        return next((_float(each["share"]) for each in part["measures"] if each["name"] == change.what), None)
    if change.kind in _VOLUMES:
        return log(1 + sum(int(each["count"]) for each in part["resources"] if each["type"] == change.what))
    if change.kind in ("issue-kind-new", "issue-kind-count"):
        found = sum(int(each["count"]) for each in part["totals"] if each["kind"] == change.what)
        return found / max(1, sum(int(each["count"]) for each in part["resources"]))
    if change.kind == "use-case":
        return next((_usable(each) for each in part.get("use_cases", ()) if each["name"] == change.what), None)
    return None


def _part(document: Document, group: str) -> Document | None:
    if not group:
        return document
    return next((each for each in document.get("groups", ()) if each["name"] == group), None)


def _float(form: Document | None) -> float | None:
    value = fraction(form)
    return None if value is None else float(value)


def _usable(case: Document) -> float | None:
    usable, eligible = case["usable"], case["eligible"]
    return float(usable["least"] / eligible["least"]) if eligible["least"] else None


def _least(change: Change) -> float:
    """What a number may differ from others at least, before it is an outlier: see result_changes."""
    limits = {"score": POINTS, "measure": SHARE, "coverage": COVERAGE, "use-case": USABLE}
    if change.kind in _VOLUMES:
        return log(1.5)
    return float(limits.get(change.kind, 0))


def _more_than_usual(change: Change, runs: Sequence[Document]) -> bool:
    """Whether a distribution has moved more than it does from run to run."""
    usual = []
    for before, after in pairwise(runs):
        moved = by_key(each for each in census_changes(before, after) if each.kind == "distribution").get(change.key)
        usual.append(moved.value or 0.0 if moved is not None else 0.0)
    return not usual or (change.value or 0.0) > median(usual)


def comparable_days(past: Sequence[Document], document: Document, last: int = LAST) -> list[Document]:
    """Earlier runs that volumes are measured against: those of the same weekday where there are enough of them, else
    the last ones of working days for a run of a working day, of weekends for one of a weekend."""
    day = started(document)
    looked = [each for each in past if _checked(each)][-LOOKED_BACK:]
    same = [each for each in looked if started(each).weekday() == day.weekday()]
    if len(same) >= SAME_WEEKDAY:
        return same[-last:]
    return [each for each in looked if _weekend(started(each)) == _weekend(day)][-last:]


def _weekend(day: datetime) -> bool:
    return day.weekday() >= 5


def needed(runs: Sequence[tuple[int, str]], day: str, last: int = LAST) -> tuple[int, ...]:
    """Numbers of the runs, of (number, started) in their order, whose reports `drift` needs for a run on `day`."""
    began = datetime.fromisoformat(day)
    looked = [(number, datetime.fromisoformat(each)) for number, each in runs[-LOOKED_BACK:]]
    same = [number for number, each in looked if each.weekday() == began.weekday()]
    alike = [number for number, each in looked if _weekend(each) == _weekend(began)]
    chosen = same[-last:] if len(same) >= SAME_WEEKDAY else alike[-last:]
    return tuple(sorted({*chosen, *(number for number, _ in looked[-last:])}))


def unlike(document: Document, past: Sequence[Document]) -> Iterator[str]:
    """In what a run differs from the latest one beside the data (compare.incomparable)."""
    if past:
        yield from incomparable(past[-1], document)
