"""What has changed since earlier runs of a series, or since a baseline, as it is said with a run that is remembered."""

import json
from collections.abc import Callable
from pathlib import Path

from fhircheck.history.compare import compare
from fhircheck.history.document import FORMAT, LARGEST, Document
from fhircheck.history.drift import LAST, LOOKED_BACK, drift, needed
from fhircheck.history.store import Store
from fhircheck.model.change import Change
from fhircheck.model.errors import UsageError

Judge = Callable[[Store, str, Document], tuple[str, tuple[Change, ...]]]


def judge_of(last: int = LAST, baseline: str = "") -> Judge:
    """The function (store, series, this run's report) -> (what it is measured against, what has changed).

    last: against so many good runs before it, the run itself not yet among them. baseline: against this run
    (``series@12``) or this report (a file) instead, whatever came between.
    """

    def against_last(store: Store, series: str, document: Document) -> tuple[str, tuple[Change, ...]]:
        runs = store.runs(series, last=max(last, LOOKED_BACK), good=True)
        numbers = needed([(each.number, each.started) for each in runs], str(document["header"]["started"]), last)
        past = [store.document(series, number) for number in numbers]
        recent = [each.number for each in runs[-last:]]
        return _named(recent), drift(document, past, last)

    def against_baseline(store: Store, series: str, document: Document) -> tuple[str, tuple[Change, ...]]:
        return baseline, compare(document_of(baseline, store), document).changes

    return against_baseline if baseline else against_last


def _named(numbers: list[int]) -> str:
    if not numbers:
        return ""
    return f"run {numbers[-1]}" if len(numbers) == 1 else f"the last {len(numbers)} runs"


def document_of(name: str, store: Store | None) -> Document:
    """The report that a file or, in `store`, ``series@number`` names. Raises UsageError where there is none."""
    path = Path(name)
    if path.is_file():
        return read_document(path)
    if store is None:
        raise UsageError(f"{name}: no such file")
    run = store.named(name)
    return store.document(run.series, run.number)


def read_document(path: Path) -> Document:
    """A report that `check --format json` wrote. Raises UsageError naming the file where it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        document = json.loads(data.decode("utf-8-sig")) if len(data) <= LARGEST else None
    except OSError as fault:
        raise UsageError(f"{path}: {(fault.strerror or 'cannot be read').lower()}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: is no JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(f"{path}: is no report of `fhircheck check --format json`")
    return document
