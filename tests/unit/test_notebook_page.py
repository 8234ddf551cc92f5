"""docs/how-to/notebook.md: its cells run, one after another, and its tables of columns are the code's."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from fhircheck.report.arrow_columns import FINDINGS, MEASURES, SCORES

for name in ("pyarrow", "pandas", "polars", "duckdb"):
    pytest.importorskip(name)

_CELL = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(cell: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does: the value of its last expression, None where it has none."""
    *before, last = ast.parse(cell).body
    exec(compile(ast.Module(before, []), "cell", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    exec(compile(ast.Module([last], []), "cell", "exec"), names)
    return None


def test_cells_run(project_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project_root)
    names: dict[str, Any] = {}
    cells = _CELL.findall((project_root / "docs/how-to/notebook.md").read_text(encoding="utf-8"))
    values = [shown(cell, names) for cell in cells]
    assert "<table>" in values[0]._repr_html_()
    assert len(names["failed"]) == sum(each.status == "failed" for each in names["report"].measures)
    assert names["lost"].sum() > 0
    assert names["by_kind"]["len"].sum() == len(names["found"])
    errors = sum(count for level, _, count in names["found"].report.totals if level == "error")
    assert sum(number for _, number in values[-1].fetchall()) == errors


def test_columns_are_those_of_the_code(project_root: Path) -> None:
    page = (project_root / "docs/how-to/notebook.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) \|$", page, re.MULTILINE)
    assert rows == [tuple(each) for each in (*FINDINGS, *MEASURES, *SCORES)]
