"""Every finding as a row of Parquet, written by the executors that found it."""

from functools import partial
from typing import Any

from fhircheck.model.issue import Issue
from fhircheck.model.spark_options import FindingsFolder
from fhircheck.report.arrow_columns import FINDINGS
from fhircheck.report.arrow_tables import finding_rows
from fhircheck.report.shown import View

_TYPES = {"word": "string", "text": "string", "whole": "bigint"}


def findings_folder(folder: str, view: View) -> FindingsFolder:
    """How findings are written to `folder`: the columns of fhircheck.findings, messages as `view` shows them."""
    return FindingsFolder(
        folder, ", ".join(f"{each.name} {_TYPES[each.type]}" for each in FINDINGS), partial(batch_of, view)
    )


def batch_of(view: View, issues: list[Issue]) -> Any:
    """A pyarrow.RecordBatch of the columns FINDINGS; empty texts are null."""
    import pyarrow

    types = {"word": pyarrow.string(), "text": pyarrow.string(), "whole": pyarrow.int64()}
    rows = list(finding_rows(issues, view))
    cells = list(zip(*rows, strict=True)) or [()] * len(FINDINGS)
    arrays = [
        pyarrow.array([_cell(value) for value in column], type=types[each.type])
        for column, each in zip(cells, FINDINGS, strict=True)
    ]
    return pyarrow.RecordBatch.from_arrays(arrays, names=[each.name for each in FINDINGS])


def _cell(value: object) -> object:
    return (value.encode("utf-8", "replace").decode() or None) if isinstance(value, str) else value
