"""Joins stay as large as their rows, whatever rows have in common: one path, one identifier of all."""

from pathlib import Path

import pytest

from fhircheck.reconcile.duckdb_engine import DuckDb
from fhircheck.reconcile.judging import judge_pairs, references
from fhircheck.reconcile.matching import match

ROWS = 120_000
"""Rows of each side: each beside each would be 10 ** 10."""


def engine_of(folder: Path, moved: int) -> DuckDb:
    """Two sides, ten contents changed. moved: what is added to the number in the ids of AFTER."""
    made = DuckDb(folder, 256 << 20, 1)
    made._connection.execute("SET max_temp_directory_size = '400MB'")  # what a join by the wrong key does not fit
    for side, other, more in (("b", 0, 0), ("a", ROWS, moved)):
        rows = f"FROM range({ROWS}) r(n)"
        made.view(f"{side}_resources", f"""
            SELECT n seq, 'Observation' "type", n::VARCHAR id, n + {more} i1, n + {more} i2,
              CASE WHEN n < 10 THEN n + {other} ELSE n END c1, n c2, 1 r1, 1 r2, 0 "version", 0::INTEGER "month",
              0::INTEGER source, n record, 0::INTEGER entry, []::BIGINT[] leaves {rows}""")  # fmt: skip
        target = f"(n + 1) % {ROWS} + {more}"
        made.view(f"{side}_edges", f"""
            SELECT n seq, 0::INTEGER ord, 7::BIGINT path, {target} t1, {target} t2, 0::INTEGER place {rows}
            """)  # fmt: skip
        made.view(f"{side}_identifiers", f"SELECT n seq, 5::BIGINT k1, 5::BIGINT k2 {rows}")
    return made


@pytest.mark.parametrize(("moved", "paired", "kept"), [(0, ROWS, ROWS), (ROWS, ROWS - 11, ROWS - 11)])
def test_one_path_and_one_identifier_in_all_rows(tmp_path: Path, moved: int, paired: int, kept: int) -> None:
    engine = engine_of(tmp_path, moved)
    assert match(engine, "auto", given=False) is bool(moved)
    judge_pairs(engine, moved=bool(moved))
    assert engine.number("SELECT count(*) FROM pairs") == paired
    found = references(engine, {})
    assert (found.kept, found.broken) == (kept, ())
    engine.close()
