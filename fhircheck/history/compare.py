"""Two runs beside each other: all that differs by more than chance, the alarming first."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fhircheck.history.census_changes import census_changes, profile_changes
from fhircheck.history.document import Document
from fhircheck.history.finding_changes import finding_changes
from fhircheck.history.result_changes import (
    coverage_change,
    measure_changes,
    score_changes,
    use_case_changes,
    verdict_change,
)
from fhircheck.history.volume_changes import stopped_feeds, volume_changes
from fhircheck.model.change import Change, ChangeKind, RunDiff, RunName
from fhircheck.model.errors import UsageError

ORDER: tuple[ChangeKind, ...] = (
    "verdict", "regression", "feed-stopped", "interface", "score", "use-case", "coverage", "issue-kind-new",
    "unit-new", "unit-gone", "system-new", "system-gone", "measure", "distribution", "profile-gone", "profile-new",
    "volume", "issue-kind-count", "code-gone", "code-new", "issue-kind-gone", "findings",
)  # fmt: skip
"""Kinds of changes, the most important first."""
UNCOMPARED = {
    "sample": ("volume", "feed-stopped", "findings"),
    "rubric": ("score",),
    "smallest-cell": ("code-new", "code-gone", "unit-new", "unit-gone"),
    "baseline": ("issue-kind-new", "issue-kind-gone", "issue-kind-count"),
}
"""Changes that say nothing where the runs differ in this."""


def compare(before: Document, after: Document, first: RunName | None = None, second: RunName | None = None) -> RunDiff:
    """What differs between two reports (JSON form), in the order of importance.

    Pure: depends on the two documents alone. first, second: how the runs are named; made of their headers where none
    is given. Raises UsageError where one is no report of fhircheck.
    """
    first, second = first or named(before), second or named(after)
    apart = incomparable(before, after)
    silent = {kind for reason in apart for kind in UNCOMPARED.get(reason, ())}
    try:
        changes = tuple(each for each in _changes(before, after) if each.kind not in silent)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError, IndexError) as fault:
        raise UsageError(
            f"{first.name}, {second.name}: one is no whole report of fhircheck ({type(fault).__name__})"
        ) from None
    return RunDiff(first, second, ordered(by_key(changes).values()), apart)


def by_key(changes: Iterable[Change]) -> dict[str, Change]:
    """Changes by key; of two of one key (a feed that stopped, by its days and by its number) the alarming one."""
    found: dict[str, Change] = {}
    for each in changes:
        if each.key not in found or (each.alarming and not found[each.key].alarming):
            found[each.key] = each
    return found


def named(document: Document, name: str = "", number: int | None = None) -> RunName:
    """The RunName of a report; without a name, the time that the run began."""
    header = document.get("header")
    header = header if isinstance(header, dict) else {}
    began = str(header.get("started", ""))
    return RunName(name or began, began, str(header.get("version", "")), number)


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The alarming ones first, then by kind (ORDER), then by size."""
    return tuple(
        sorted(
            changes,
            key=lambda each: (not each.alarming, ORDER.index(each.kind), each.group, -_size(each), each.what),
        )
    )


def _size(change: Change) -> float:
    """How large it is among those of its kind."""
    if change.value is not None:
        return abs(change.value)
    counts = [each for each in (change.before, change.after) if isinstance(each, int | float)]
    return float(max(counts, default=0))


def _changes(before: Document, after: Document) -> Iterator[Change]:
    checked = all(each["verdict"]["outcome"] != "not-checked" or each["resources"] for each in (before, after))
    yield from verdict_change(before, after)
    if not checked:  # nothing was read: all would be said to be gone
        return
    for part in _PARTS:
        yield from part(before, after)
    groups = {each["name"]: each for each in before.get("groups", ())}
    for group in after.get("groups", ()):
        name = str(group["name"])
        if name in groups:
            yield from score_changes(groups[name], group, name)
            yield from measure_changes(groups[name], group, name)
    yield from _sources(groups, {each["name"]: each for each in after.get("groups", ())})


_PARTS: tuple[Callable[[Document, Document], Iterator[Change]], ...] = (
    coverage_change,
    score_changes,
    measure_changes,
    finding_changes,
    profile_changes,
    census_changes,
    use_case_changes,
    volume_changes,
    lambda before, after: stopped_feeds((before,), after),
)


def _sources(before: dict[str, Document], after: dict[str, Document]) -> Iterator[Change]:
    """Volume of each source that was measured apart in both runs; a source that is gone has none of anything."""
    if not before or not after:
        return
    for name, group in before.items():
        yield from volume_changes(group, after.get(name, {"resources": ()}), str(name))


def incomparable(before: Document, after: Document) -> tuple[str, ...]:
    """In what the runs differ beside the data: ``rubric``, ``sample``, ``packages``, ``profiles``, ``smallest-cell``,
    ``decisions``, ``baseline``, ``version``."""
    looks: tuple[tuple[str, Callable[[Document], Any]], ...] = (
        ("rubric", lambda each: sorted({score["rubric"] for score in each["scores"]})),
        ("sample", lambda each: each["sources"]["sampled"]),
        ("packages", lambda each: [(one["name"], one["version"], one["sha256"]) for one in each["packages"]]),
        ("profiles", lambda each: sorted({use["url"] for use in each["profiles"] if use["how"] == "asked"})),
        ("smallest-cell", lambda each: (each.get("census") or {}).get("smallest_cell")),
        ("decisions", lambda each: [(one["what"], one["severity"]) for one in each["overrides"]]),
        ("baseline", lambda each: each["baseline"] is not None),
        ("version", lambda each: each["header"]["version"]),
    )
    return tuple(name for name, look in looks if _look(look, before) != _look(look, after))


def _look(look: Callable[[Document], Any], document: Document) -> Any:
    try:
        return look(document)
    except (KeyError, TypeError, AttributeError):
        return None
