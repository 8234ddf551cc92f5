"""Portions cut into parts: all records, rows under numbers of their own, and no half portion among what is kept."""

import json
from pathlib import Path

import pytest

from fhircheck.model.record import Lost, Piece
from fhircheck.reconcile import parts
from fhircheck.reconcile.lost_portions import smaller, unmade
from fhircheck.reconcile.parts import Parts
from fhircheck.reconcile.row_pass import ROW_BITS, Portion, RowPlan, row_pass
from fhircheck.reconcile.rules import Rules
from fhircheck.reconcile.units import Unit

LINES = b"".join(b'{"resourceType": "Basic", "id": "b%d"}\n' % number for number in range(37))
LAST = b'{"resourceType": "Basic"}\n' * 15
WHOLE = Portion(3, 5, [Piece("a.ndjson", "ndjson", LINES), Piece("a.ndjson", "ndjson", LAST, first=37)])


def narrowest(portions: list[Portion]) -> list[list[Portion]]:
    found = smaller(portions)
    return [each for part in found for each in narrowest(part)] if len(found) > 1 else found


def test_parts_hold_all_records_and_number_their_rows_apart() -> None:
    made = [row_pass(RowPlan(Rules(), (), False))(part) for part in narrowest([WHOLE])]
    seqs = [seq for each in made for table in each.tables for seq in table["resources"].column("seq").to_pylist()]
    assert len(seqs) == len(set(seqs)) == 52
    assert seqs == sorted(seqs)
    assert {seq >> ROW_BITS for seq in seqs} == {WHOLE.seq >> ROW_BITS}
    assert [each.done for each in made] == [[]] * 51 + [[(3, 5)]]
    assert sum(each.bytes for each in made) == len(LINES) + len(LAST)


def test_what_cannot_be_numbered_is_not_cut_and_counts_whole() -> None:
    long = Portion(0, 0, [Piece("a", "ndjson", b" " * (1 << ROW_BITS) + b"{}\n"), Piece("a", "ndjson", b"{}\n{}\n")])
    assert smaller([long]) == [[long]]
    lost = unmade(Lost([long, WHOLE], -9))  # type: ignore[list-item]
    assert lost.unread.counts == {"check-died": 3 + 52}
    assert lost.unread.places["check-died"][:2] == [("a", 0), ("a", 0)]
    assert lost.done == [(0, 0), (3, 5)]


def test_no_half_portion_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Portion(3, 4, [Piece("a.ndjson", "ndjson", LAST)])
    made = [row_pass(RowPlan(Rules(), (), False))(part) for part in ([before], *smaller([WHOLE]))]
    kept = Parts(tmp_path / "side")
    kept.resume([Unit("a.ndjson", ("a.ndjson", 1, 1), True)])
    kept._numbers[3] = kept._numbers[0]
    monkeypatch.setattr(parts, "ROWS", 16)
    for each in made:
        assert not list(kept.folder.iterdir())
        kept.add(each)
    (manifest,) = kept.folder.glob("part-*/part.json")
    assert json.loads(manifest.read_text())["resources"] == 15 + 52
