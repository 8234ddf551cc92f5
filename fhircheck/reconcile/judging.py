"""Pairs and what is left over -> counts that add up, by type and month; references, attachments, digests."""

from hashlib import sha256
from typing import Any

from fhircheck.model.reconcile import Attachments, Counts, References
from fhircheck.reconcile.engine import Engine
from fhircheck.reconcile.matching import BY_CONTENT, BY_ID, BY_IDENTIFIER
from fhircheck.reconcile.members import BY_ADDRESS, INLINE, OWN, STORED

SLICES = 16
_COLUMNS = ("i1", "i2", "c1", "c2", "r1", "r2")


def judge_pairs(engine: Engine, moved: bool) -> None:
    """Make ``judged``: for each pair whether content and references are the same, and whether the id is another."""
    if moved:
        _links(engine)
        engine.table("judged", """
            SELECT p.bs, p.rs, p.how, b.type, b.month, CASE WHEN b.c1 = a.c1 AND b.c2 = a.c2 THEN 1 ELSE 0 END content,
              CASE WHEN coalesce(x.s1, 0) = coalesce(y.s1, 0) AND coalesce(x.s2, 0) = coalesce(y.s2, 0)
                THEN 1 ELSE 0 END links,
              CASE WHEN b.i1 <> a.i1 OR b.i2 <> a.i2 THEN 1 ELSE 0 END renamed
            FROM pairs p JOIN b ON b.seq = p.bs JOIN a ON a.seq = p.rs
            LEFT JOIN b_links x ON x.seq = p.bs LEFT JOIN a_links y ON y.seq = p.rs""")  # fmt: skip
    else:
        engine.table("judged", """
            SELECT p.bs, p.rs, p.how, b.type, b.month, CASE WHEN b.c1 = a.c1 AND b.c2 = a.c2 THEN 1 ELSE 0 END content,
              CASE WHEN b.r1 = a.r1 AND b.r2 = a.r2 THEN 1 ELSE 0 END links, 0 renamed
            FROM pairs p JOIN b ON b.seq = p.bs JOIN a ON a.seq = p.rs""")  # fmt: skip
    for side, column, name in (("b", "bs", "missing"), ("a", "rs", "extra")):
        other = "a" if side == "b" else "b"
        engine.table(name, f"""
            SELECT s.seq, s.type, s.month, CASE WHEN d.m1 IS NULL THEN 0 ELSE 1 END copies
            FROM {side} s LEFT JOIN (SELECT x.m1, x.m2 FROM doubled x WHERE EXISTS (
                SELECT 1 FROM {other} o WHERE o.m1 = x.m1 AND o.m2 = x.m2)) d ON d.m1 = s.m1 AND d.m2 = s.m2
            WHERE NOT EXISTS (SELECT 1 FROM pairs p WHERE p.{column} = s.seq)""")  # fmt: skip


def _links(engine: Engine) -> None:
    """What rows refer to, as it should be in AFTER: targets by their new ids; what is gone is no other's id."""
    engine.table("gone", """
        SELECT DISTINCT b.i1 t1, b.i2 t2 FROM b JOIN a ON a.i1 = b.i1 AND a.i2 = b.i2
        WHERE NOT EXISTS (
          SELECT 1 FROM pairs p JOIN b o ON o.seq = p.bs WHERE o.i1 = b.i1 AND o.i2 = b.i2)""")  # fmt: skip
    column = "coalesce(m.{x}, CASE WHEN g.t1 IS NULL THEN e.{t} ELSE 0 END)"
    t1, t2 = column.format(x="x1", t="t1"), column.format(x="x2", t="t2")
    engine.table("b_links", f"""
        SELECT e.seq, bit_xor({engine.mixed("e.ord", "e.path", t1, t2)}) s1,
          bit_xor({engine.mixed(t2, "e.path", t1, "e.ord")}) s2
        FROM b_edges e LEFT JOIN moved m ON m.t1 = e.t1 AND m.t2 = e.t2 LEFT JOIN gone g ON g.t1 = e.t1 AND g.t2 = e.t2
        GROUP BY e.seq""")  # fmt: skip
    engine.table("a_links", f"""
        SELECT e.seq, bit_xor({engine.mixed("e.ord", "e.path", "e.t1", "e.t2")}) s1,
          bit_xor({engine.mixed("e.t2", "e.path", "e.t1", "e.ord")}) s2 FROM a_edges e GROUP BY e.seq""")  # fmt: skip


def counts(engine: Engine) -> tuple[tuple[str, int, Counts], ...]:
    """Counts by type and month, sorted. A pair counts in the month that BEFORE gives."""
    found: dict[tuple[str, int], dict[str, int]] = {}

    def add(kind: str, month: int, **numbers: int) -> None:
        cell = found.setdefault((kind, month or 0), {})
        for name, number in numbers.items():
            cell[name] = cell.get(name, 0) + int(number or 0)

    for side, name in (("b", "before"), ("a", "after")):
        for kind, month, number in engine.rows(f"SELECT type, month, count(*) FROM {side} GROUP BY type, month"):
            add(kind, month, **{name: number})
    sql = "SELECT type, month, sum(content * links), count(*), sum(renamed) FROM judged GROUP BY type, month"
    for kind, month, same, number, renamed in engine.rows(sql):
        add(kind, month, same=same, changed=number - same, moved=renamed)
    for table, name in (("missing", "missing"), ("extra", "extra")):
        sql = f"SELECT type, month, count(*), sum(copies) FROM {table} GROUP BY type, month"
        for kind, month, number, copies in engine.rows(sql):
            add(kind, month, **{name: number - copies, f"{name}_copies": copies})
    return tuple((kind, month, Counts(**cell)) for (kind, month), cell in sorted(found.items()))


def matched(engine: Engine) -> tuple[int, int, int]:
    """Pairs by id, by business identifier, by content."""
    by = dict(engine.rows("SELECT how, count(*) FROM pairs GROUP BY how"))
    return by.get(BY_ID, 0), by.get(BY_IDENTIFIER, 0), by.get(BY_CONTENT, 0)


def several(engine: Engine, side: str) -> tuple[int, int, int]:
    """(resources without an id, ids there more than once, of them with different versions)."""
    without = engine.number(f"SELECT count(*) FROM {side} WHERE i1 IS NULL")
    sql = f"""SELECT i1, i2, CASE WHEN count(DISTINCT version) = count(*) THEN 1 ELSE 0 END v FROM {side}
        WHERE i1 IS NOT NULL GROUP BY i1, i2 HAVING count(*) > 1"""
    rows = list(engine.rows(f"SELECT count(*), sum(v) FROM ({sql}) x"))
    return without, int(rows[0][0]), int(rows[0][1] or 0)


def references(engine: Engine, names: dict[int, tuple[str, str]]) -> References:
    """Which references lead somewhere, before and after; which have lost their target."""
    given: dict[str, int] = {}
    for side, name in (("b", "before"), ("a", "after")):
        by = dict(engine.rows(f"SELECT place, count(*) FROM {side}_edges GROUP BY place"))
        engine.table(f"{side}_broken", f"""
            SELECT e.seq, e.ord, e.path FROM {side}_edges e WHERE e.place = {OWN}
              AND NOT EXISTS (SELECT 1 FROM {side} t WHERE t.i1 = e.t1 AND t.i2 = e.t2)""")  # fmt: skip
        broken = engine.number(f"SELECT count(*) FROM {side}_broken")
        own = by.get(OWN, 0)
        given |= {f"own_{name}": own, f"whole_{name}": own - broken, f"outside_{name}": sum(by.values()) - own}
    # In steps: in one query a planner may first join references that have no more in common than their path.
    engine.table("lost_after", "SELECT x.ord, x.path, p.bs FROM a_broken x JOIN pairs p ON p.rs = x.seq")
    engine.table("whole_after", f"""
        SELECT e.ord, e.path, p.bs FROM a_edges e JOIN pairs p ON p.rs = e.seq WHERE e.place = {OWN}
          AND NOT EXISTS (SELECT 1 FROM a_broken x WHERE x.seq = e.seq AND x.ord = e.ord)""")  # fmt: skip
    engine.table("whole_before", f"""
        SELECT f.seq, f.ord, f.path FROM b_edges f WHERE f.place = {OWN}
          AND NOT EXISTS (SELECT 1 FROM b_broken y WHERE y.seq = f.seq AND y.ord = f.ord)""")  # fmt: skip
    beside = "JOIN whole_before f ON f.seq = e.bs AND f.ord = e.ord AND f.path = e.path"
    engine.table("lost", f"SELECT e.path FROM lost_after e {beside}")
    kept = engine.number(f"SELECT count(*) FROM whole_after e {beside}")
    broken_at = sorted((_path(names, path), int(number)) for path, number in
                       engine.rows("SELECT path, count(*) FROM lost GROUP BY path"))  # fmt: skip
    return References(kept=kept, broken=tuple(broken_at), **given)


def _path(names: dict[int, tuple[str, str]], number: int) -> str:
    return names.get(number, ("(name)", ""))[0]


def attachments(engine: Engine) -> Attachments:
    """Attachments of pairs beside each other: by their bytes, or by the SHA-1 that they declare."""
    given: dict[str, Any] = {}
    for side, name in (("b", "before"), ("a", "after")):
        sql = f"""SELECT count(*), sum(CASE WHEN place = {INLINE} THEN 1 ELSE 0 END),
            sum(CASE WHEN place = {INLINE} THEN size ELSE 0 END), sum(CASE WHEN NOT sound THEN 1 ELSE 0 END)
            FROM {side}_attachments"""
        number, inline, size, unsound = (int(each or 0) for each in next(engine.rows(sql)))
        given |= {name: number, f"inline_{name}": (inline, size), f"unsound_{name}": unsound}
    if not given["before"] and not given["after"]:
        return Attachments(**given)
    told = f"((x.place = {INLINE} OR x.d1 <> 0) AND (y.place = {INLINE} OR y.d1 <> 0))"
    engine.table("attached", f"""
        SELECT CASE WHEN y.ord IS NULL THEN 'missing' WHEN NOT {told} THEN 'by_address'
          WHEN x.d1 = y.d1 AND x.d2 = y.d2 THEN 'same' ELSE 'changed' END status
        FROM pairs p JOIN b_attachments x ON x.seq = p.bs
        LEFT JOIN a_attachments y ON y.seq = p.rs AND y.ord = x.ord AND y.path = x.path
        WHERE x.place <> {STORED} OR y.place <> {STORED} OR y.place IS NULL
        UNION ALL SELECT 'extra' status FROM pairs p JOIN a_attachments y ON y.seq = p.rs
        WHERE NOT EXISTS (SELECT 1 FROM b_attachments x WHERE x.seq = p.bs AND x.ord = y.ord AND x.path = y.path)
        """)  # fmt: skip
    for status, number in engine.rows("SELECT status, count(*) FROM attached GROUP BY status"):
        given[status] = int(number)
    return Attachments(**given)


def elsewhere(engine: Engine, side: str) -> int:
    """Attachments that are at an address outside the store."""
    return engine.number(f"SELECT count(*) FROM {side}_attachments WHERE place = {BY_ADDRESS}")


def digest(engine: Engine, side: str) -> str:
    """SHA-256 over the sorted content of a side: the same data has the same, in any order and form.

    It goes over columns, slice by slice of the content's hash, each slice sorted by all of them.
    """
    slices = [[sha256() for _ in _COLUMNS] for _ in range(SLICES)]
    for number, batch in engine.slices(side, _COLUMNS, SLICES):
        for hasher, column in zip(slices[number], batch, strict=True):
            hasher.update(column)
    whole = sha256()
    for hashers in slices:
        for hasher in hashers:
            whole.update(hasher.digest())
    return whole.hexdigest()
