"""A run as Arrow tables: findings, measures and scores with typed columns, for pandas, polars, DuckDB and the like.

pyarrow is loaded when a table is made (``pip install 'fhircheck[tables]'``).
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.model.issue import Issue
from fhircheck.model.report import MeasureResult, RunReport, Score
from fhircheck.report.arrow_columns import FINDINGS, MEASURES, SCORES, Column
from fhircheck.report.messages import message
from fhircheck.report.score_name import score_name
from fhircheck.report.shown import View

Row = Sequence[object]


def pyarrow() -> Any:
    """The library. Raises UsageError where it is not installed."""
    try:
        import pyarrow as library
    except ImportError:
        raise UsageError("tables need pyarrow: pip install 'fhircheck[tables]'") from None
    return library


def schema(columns: Iterable[Column]) -> Any:
    """The pyarrow.Schema of `columns`; what a column holds stands in its metadata as ``description``."""
    arrow = pyarrow()
    types = {
        "word": arrow.dictionary(arrow.int32(), arrow.string()),
        "text": arrow.string(),
        "whole": arrow.int64(),
        "real": arrow.float64(),
        "truth": arrow.bool_(),
    }
    return arrow.schema(
        [arrow.field(each.name, types[each.type], metadata={"description": each.about}) for each in columns]
    )


def batch(rows: Iterable[Row], columns: tuple[Column, ...]) -> Any:
    """A pyarrow.RecordBatch of `rows`; empty texts are null, fractions become floats."""
    arrow, shape = pyarrow(), schema(columns)
    by_column = list(zip(*rows, strict=True)) or [() for _ in columns]
    arrays = [arrow.array(map(_cell, cells), type=field.type) for cells, field in zip(by_column, shape, strict=True)]
    return arrow.record_batch(arrays, schema=shape)


def _cell(value: object) -> object:
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() or None
    return value


def finding_rows(issues: Iterable[Issue], view: View) -> Iterator[Row]:
    """A row of FINDINGS for each issue."""
    for issue in issues:
        place = issue.place
        yield (
            view.names.source(place.source),
            place.record,
            place.offset,
            place.line or None,
            place.column or None,
            place.resource.partition("/")[0],
            view.names.resource(place.resource),
            place.expression,
            issue.severity,
            issue.kind,
            message(issue, view),
            issue.definition,
            issue.profile,
            issue.fingerprint,
        )


def findings_table(report: RunReport, view: View) -> Any:
    """The examples a report keeps of its findings (at most a few of each kind), as a pyarrow.Table."""
    examples = (issue for group in report.issues for issue in group.examples)
    return pyarrow().Table.from_batches([batch(finding_rows(examples, view), FINDINGS)])


def measures_table(report: RunReport, view: View) -> Any:
    """All measures, those of sources apart and of use cases too, as a pyarrow.Table."""
    rows = [_measure(each, "", "") for each in report.measures]
    rows += [_measure(each, view.names.source(group.name), "") for group in report.groups for each in group.measures]
    rows += [_measure(each, "", _case_name(case.name, view)) for case in report.use_cases for each in case.measures]
    return pyarrow().Table.from_batches([batch(rows, MEASURES)])


def _case_name(name: str, view: View) -> str:
    return score_name(f": {name}", view).removeprefix(": ")


def _measure(each: MeasureResult, group: str, use_case: str) -> Row:
    low, high = each.interval or (None, None)
    threshold = each.threshold
    return (
        each.name, each.code, group, use_case, each.category, each.subcategory, each.context, each.dimension,
        each.status, each.share, each.numerator, each.denominator, each.cannot_tell, each.coverage, low, high,
        threshold.maximum_failing if threshold else None, threshold.source if threshold else "",
        each.resources_failed, each.patients_failed, each.reason,
    )  # fmt: skip


def scores_table(report: RunReport, view: View) -> Any:
    """The criteria of all scores, one a row, as a pyarrow.Table."""
    rows = [row for each in report.scores for row in _parts(each, "", view)]
    rows += [
        row
        for group in report.groups
        for each in group.scores
        for row in _parts(each, view.names.source(group.name), view)
    ]
    return pyarrow().Table.from_batches([batch(rows, SCORES)])


def _parts(score: Score, group: str, view: View) -> Iterator[Row]:
    name = score_name(score.name, view)
    for part in score.parts:
        yield (
            name, score.rubric, group, score.value, score.coverage, part.measure, part.weight, part.earned,
            part.counted, part.measure in score.critical, part.reason,
        )  # fmt: skip
