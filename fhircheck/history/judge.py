"""What has changed since earlier runs of a series, or since a baseline, as it is said with a run that is remembered."""

import json
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fhircheck.history.compare import compare, named
from fhircheck.history.document import FORMAT, LARGEST, Document
from fhircheck.history.drift import LAST, LOOKED_BACK, drift, needed
from fhircheck.model.change import Change, RunName
from fhircheck.model.errors import StoreUnusable, UsageError
from fhircheck.transport.bounded_file import read_bounded

if TYPE_CHECKING:
    from fhircheck.history.store import Store

Judge = Callable[["Store", str, Document], tuple[str, tuple[Change, ...]]]


def judge_of(last: int = LAST, baseline: str = "", alarm: Collection[str] = ()) -> Judge:
    """The function (store, series, this run's report) -> (what it is measured against, what has changed).

    last: against so many good runs before it, the run itself not yet among them. baseline: against this run
    (``series@12``) or this report (a file) instead, whatever came between. alarm: kinds of Change that may alarm;
    empty for all.
    """

    def let(changes: tuple[Change, ...]) -> tuple[Change, ...]:
        return tuple(replace(each, alarming=False) if alarm and each.kind not in alarm else each for each in changes)

    def against_last(store: "Store", series: str, document: Document) -> tuple[str, tuple[Change, ...]]:
        runs = store.runs(series, last=max(last, LOOKED_BACK), good=True)
        numbers = needed([(each.number, each.started) for each in runs], str(document["header"]["started"]), last)
        past = [store.document(series, number) for number in numbers]
        recent = [each.number for each in runs[-last:]]
        return _named(recent), let(drift(document, past, last))

    def against_baseline(store: "Store", series: str, document: Document) -> tuple[str, tuple[Change, ...]]:
        _keep(baseline, store, series)
        return baseline, let(compare(document_of(baseline, store), document).changes)

    return against_baseline if baseline else against_last


def _named(numbers: list[int]) -> str:
    if not numbers:
        return ""
    return f"run {numbers[-1]}" if len(numbers) == 1 else f"the last {len(numbers)} runs"


def _keep(name: str, store: "Store", series: str) -> None:
    """See to it that the run that a series is measured against is not pruned, where it is one."""
    if not Path(name).is_file():
        run = store.named(name)
        if not run.kept:
            store.keep(run.series, run.number, f"baseline of {series}")


def document_of(name: str, store: "Store | None") -> Document:
    """The report that a file or, in `store`, ``series@number`` names. Raises UsageError where there is none."""
    path = Path(name)
    if path.is_file():
        return read_document(path)
    if store is None:
        raise UsageError(f"{name}: no such file")
    run = store.named(name)
    return store.document(run.series, run.number)


class Runs:
    """Reports by the names a user gives them: files, and runs of a store that is opened when one is asked for."""

    def __init__(self, where: str, password: str, stack: ExitStack) -> None:
        """where, password: of the store (history/place). stack: closes it."""
        self._where, self._password, self._stack = where, password, stack
        self._store: Store | None = None

    def read(self, name: str) -> tuple[RunName, Document]:
        """The run and its report. Raises UsageError where there is none, StoreUnusable for a store out of reach."""
        path = Path(name)
        if path.is_file() or name == "-" or path.suffix == ".json":
            document = read_document(path)
            return named(document, name), document
        run = self._opened(name).named(name)
        document = self._opened(name).document(run.series, run.number)
        return named(document, run.name, run.number), document

    def _opened(self, name: str) -> "Store":
        if self._store is None:
            from fhircheck.history.store import Store

            try:
                self._store = self._stack.enter_context(Store.open(self._where, self._password, make=False))
            except StoreUnusable as fault:
                raise type(fault)(f"{name}: no such file, and {fault}") from None
        return self._store


def read_document(path: Path) -> Document:
    """A report that `check --format json` wrote. Raises UsageError naming the file where it is none."""
    data = read_bounded(path, LARGEST, str(path))
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: is no JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(f"{path}: is no report of `fhircheck check --format json`")
    return document
