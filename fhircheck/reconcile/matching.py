"""Which row of AFTER is which row of BEFORE: joins over tables of any size, in SQL that DuckDB and Spark read alike.

Pairs come from ids, from business identifiers, and from content, as the rules say. Nothing is collapsed: of several
rows with one identity each has its own counterpart or none.
"""

from fhircheck.reconcile.engine import Engine
from fhircheck.reconcile.rules import Identity

BY_ID, BY_IDENTIFIER, BY_CONTENT = range(3)
ROUNDS = 24
"""As deep as references lead from what has identifiers to what has none; rounds without a new pair end earlier."""


def match(engine: Engine, identity: Identity, given: bool) -> bool:
    """Make the table ``pairs`` (bs, rs: rows of BEFORE and AFTER; how). Returns whether any id has changed.

    given: there is a table ``given`` of ids that were meant to change.
    """
    _views(engine, given)
    _pair_by_id(engine, identity)
    if identity != "id":
        _pair_the_rest(engine, alone_at_all=identity == "auto")
    engine.table("moved", """
        SELECT b.i1 t1, b.i2 t2, min(a.i1) x1, min(a.i2) x2 FROM pairs p JOIN b ON b.seq = p.bs JOIN a ON a.seq = p.rs
        WHERE b.i1 IS NOT NULL AND a.i1 IS NOT NULL AND (b.i1 <> a.i1 OR b.i2 <> a.i2)
        GROUP BY b.i1, b.i2 HAVING count(*) = 1""")  # fmt: skip
    return engine.number("SELECT count(*) FROM moved") > 0


def _views(engine: Engine, given: bool) -> None:
    """The views ``b`` and ``a``: resources; m1 m2 is the key of the id that a row has, or should have, in AFTER."""
    columns = "r.seq, r.type, r.id, r.i1, r.i2, r.c1, r.c2, r.r1, r.r2, r.version, r.month, r.source, r.record, r.entry"
    if given:
        engine.view("b", f"""SELECT {columns}, coalesce(g.a1, r.i1) m1, coalesce(g.a2, r.i2) m2
            FROM b_resources r LEFT JOIN given g ON g.b1 = r.i1 AND g.b2 = r.i2""")  # fmt: skip
    else:
        engine.view("b", f"SELECT {columns}, r.i1 m1, r.i2 m2 FROM b_resources r")
    engine.view("a", f"SELECT {columns}, r.i1 m1, r.i2 m2 FROM a_resources r")


# -- by logical id ---------------------------------------------------------------------------------


def _pair_by_id(engine: Engine, identity: Identity) -> None:
    """Rows with one id on both sides; where an id is there several times, equal rows first, then the others."""
    of = "SELECT m1, m2 FROM {side} WHERE m1 IS NOT NULL GROUP BY m1, m2 HAVING count(*) > 1"
    engine.table("doubled", f"{of.format(side='b')} UNION {of.format(side='a')}")
    if identity == "identifier":
        engine.table("pairs", "SELECT b.seq bs, b.seq rs, 0 how FROM b WHERE 1 = 0")
        engine.table("late", "SELECT bs, rs FROM pairs")
        engine.table("copied", "SELECT m1, m2 FROM b WHERE 1 = 0")
        return
    engine.table("by_id", """
        SELECT b.seq bs, a.seq rs FROM b JOIN a ON b.m1 = a.m1 AND b.m2 = a.m2
        WHERE NOT EXISTS (SELECT 1 FROM doubled d WHERE d.m1 = b.m1 AND d.m2 = b.m2)""")  # fmt: skip
    if engine.number("SELECT count(*) FROM doubled"):
        _pair_doubled(engine)
    else:
        engine.table("by_id_again", "SELECT bs, rs FROM by_id WHERE 1 = 0")
    engine.table("copied", "SELECT DISTINCT b.m1, b.m2 FROM by_id_again x JOIN b ON b.seq = x.bs")
    engine.table("late", "SELECT bs, rs FROM by_id WHERE 1 = 0")
    if identity == "auto":
        _put_off(engine)
    engine.table("pairs", f"""
        SELECT bs, rs, {BY_ID} how FROM by_id x WHERE NOT EXISTS (SELECT 1 FROM late l WHERE l.bs = x.bs)
        UNION ALL SELECT bs, rs, {BY_ID} how FROM by_id_again""")  # fmt: skip


def _pair_doubled(engine: Engine) -> None:
    for side in ("b", "a"):
        engine.table(f"{side}_many", f"""
            SELECT s.seq, s.m1, s.m2, s.c1, s.c2, s.r1, s.r2, s.version, s.source, s.record, s.entry,
              row_number() OVER (PARTITION BY s.m1, s.m2, s.c1, s.c2, s.r1, s.r2
                ORDER BY s.version, s.source, s.record, s.entry) n
            FROM {side} s JOIN doubled d ON d.m1 = s.m1 AND d.m2 = s.m2""")  # fmt: skip
    engine.table("many_equal", """
        SELECT x.seq bs, y.seq rs FROM b_many x JOIN a_many y ON x.m1 = y.m1 AND x.m2 = y.m2 AND x.c1 = y.c1
          AND x.c2 = y.c2 AND x.r1 = y.r1 AND x.r2 = y.r2 AND x.n = y.n""")  # fmt: skip
    for side, column in (("b", "bs"), ("a", "rs")):
        engine.table(f"{side}_left", f"""
            SELECT m.seq, m.m1, m.m2, row_number() OVER (PARTITION BY m.m1, m.m2
                ORDER BY m.version, m.c1, m.c2, m.r1, m.r2, m.source, m.record, m.entry) n FROM {side}_many m
            WHERE NOT EXISTS (SELECT 1 FROM many_equal e WHERE e.{column} = m.seq)""")  # fmt: skip
    engine.table("by_id_again", """
        SELECT bs, rs FROM many_equal UNION ALL
        SELECT x.seq bs, y.seq rs FROM b_left x JOIN a_left y ON x.m1 = y.m1 AND x.m2 = y.m2 AND x.n = y.n
        """)  # fmt: skip


def _put_off(engine: Engine) -> None:
    """Pairs whose content differs and whose business identifiers say they are two things: the id was given anew."""
    engine.table("unlike", """
        SELECT p.bs, p.rs FROM by_id p JOIN b ON b.seq = p.bs JOIN a ON a.seq = p.rs
        WHERE b.c1 <> a.c1 OR b.c2 <> a.c2""")  # fmt: skip
    # Two steps: in one query a planner may first join all rows that have an identifier in common.
    engine.table("unlike_keys", "SELECT v.bs, v.rs, x.k1, x.k2 FROM unlike v JOIN b_identifiers x ON x.seq = v.bs")
    engine.table("known", """
        SELECT DISTINCT x.bs FROM unlike_keys x
        JOIN a_identifiers y ON y.seq = x.rs AND y.k1 = x.k1 AND y.k2 = x.k2""")  # fmt: skip
    engine.table("late", """
        SELECT u.bs, u.rs FROM unlike u
        WHERE EXISTS (SELECT 1 FROM b_identifiers x WHERE x.seq = u.bs)
          AND EXISTS (SELECT 1 FROM a_identifiers y WHERE y.seq = u.rs)
          AND NOT EXISTS (SELECT 1 FROM known k WHERE k.bs = u.bs)""")  # fmt: skip


# -- by business identifier and by content ---------------------------------------------------------


def _pair_the_rest(engine: Engine, alone_at_all: bool) -> None:
    """What ids have not paired: by identifier, then by content and references, until nothing more is found."""
    used_late = False
    for number in range(ROUNDS):
        if not _left(engine):
            return
        if number == 0:
            _find_shared(engine, alone_at_all)
        found = _by_identifier(engine)
        if found and not _left(engine):
            return
        found += _by_content(engine, alike=False)
        if not found and _left(engine):
            found = _by_content(engine, alike=True)
        if not found and not used_late:
            used_late = True
            found = _add_pairs(engine, f"""SELECT l.bs, l.rs, {BY_ID} how FROM late l
                JOIN b_rest x ON x.seq = l.bs JOIN a_rest y ON y.seq = l.rs""")  # fmt: skip
        if not found:
            return


def _left(engine: Engine) -> bool:
    """Make ``b_rest`` and ``a_rest``, the rows without a counterpart; whether there are some on both sides.

    Copies left over of an id that is there on both sides are copies: they are no counterpart of anything else.
    """
    for side, column in (("b", "bs"), ("a", "rs")):
        engine.table(f"{side}_rest", f"""
            SELECT s.seq, s.type, s.i1, s.i2, s.c1, s.c2, s.source, s.record, s.entry FROM {side} s
            WHERE NOT EXISTS (SELECT 1 FROM pairs p WHERE p.{column} = s.seq)
              AND NOT EXISTS (SELECT 1 FROM copied c WHERE c.m1 = s.m1 AND c.m2 = s.m2)""")  # fmt: skip
    return all(engine.number(f"SELECT count(*) FROM {side}_rest") for side in ("b", "a"))


def _find_shared(engine: Engine, alone_at_all: bool) -> None:
    """Make ``b_shared`` and ``a_shared``: identifiers that are of no use, as several rows of their side have them.

    alone_at_all: rows that are paired already count; else there are none, as it is enough to be alone among the rest.
    """
    sql = "SELECT k1, k2 FROM {side}_identifiers "
    sql += "GROUP BY k1, k2 HAVING min(seq) <> max(seq)" if alone_at_all else "WHERE 1 = 0"
    for side in ("b", "a"):
        engine.table(f"{side}_shared", sql.format(side=side))


def _by_identifier(engine: Engine) -> int:
    """Pair rows that alone on their side have an identifier; rows whose identifiers lead to several are left."""
    for side in ("b", "a"):
        engine.table(f"{side}_alone", f"""
            SELECT n.k1, n.k2, min(n.seq) seq FROM {side}_identifiers n JOIN {side}_rest r ON r.seq = n.seq
            WHERE NOT EXISTS (SELECT 1 FROM {side}_shared o WHERE o.k1 = n.k1 AND o.k2 = n.k2)
            GROUP BY n.k1, n.k2 HAVING count(*) = 1""")  # fmt: skip
    engine.table("candidates", """
        SELECT DISTINCT x.seq bs, y.seq rs FROM b_alone x JOIN a_alone y ON x.k1 = y.k1 AND x.k2 = y.k2""")  # fmt: skip
    return _add_pairs(engine, f"""
        SELECT c.bs, c.rs, {BY_IDENTIFIER} how FROM candidates c
        JOIN (SELECT bs FROM candidates GROUP BY bs HAVING count(*) = 1) x ON x.bs = c.bs
        JOIN (SELECT rs FROM candidates GROUP BY rs HAVING count(*) = 1) y ON y.rs = c.rs""")  # fmt: skip


def _by_content(engine: Engine, alike: bool) -> int:
    """Pair rows of equal content that refer to the same things; of rows that nothing tells apart only where `alike`.

    What a row refers to counts as its counterpart where that is known, else as its content.
    """
    for side, column, x1, x2 in (("b", "bs", "o.i1", "o.i2"), ("a", "rs", "t.i1", "t.i2")):
        other = "JOIN a o ON o.seq = p.rs" if side == "b" else ""
        engine.table(f"{side}_targets", f"""
            SELECT t.i1 t1, t.i2 t2, min({x1}) x1, min({x2}) x2 FROM pairs p JOIN {side} t ON t.seq = p.{column} {other}
            JOIN (SELECT DISTINCT e.t1, e.t2 FROM {side}_edges e JOIN {side}_rest r ON r.seq = e.seq) w
              ON w.t1 = t.i1 AND w.t2 = t.i2
            GROUP BY t.i1, t.i2
            UNION ALL
            SELECT t.i1 t1, t.i2 t2, min(t.c1) x1, min(t.c2) x2 FROM {side}_rest r JOIN {side} t ON t.seq = r.seq
            WHERE t.i1 IS NOT NULL GROUP BY t.i1, t.i2""")  # fmt: skip
        first = engine.mixed("e.ord", "coalesce(k.x1, e.t1)", "coalesce(k.x2, e.t2)")
        second = engine.mixed("coalesce(k.x2, e.t2)", "e.path", "coalesce(k.x1, e.t1)", "e.ord")
        engine.table(f"{side}_looks", f"""
            SELECT r.seq, r.i1, r.i2, r.c1, r.c2, r.source, r.record, r.entry,
              coalesce(l.s1, 0) s1, coalesce(l.s2, 0) s2
            FROM {side}_rest r LEFT JOIN (
              SELECT e.seq, bit_xor({first}) s1, bit_xor({second}) s2 FROM {side}_edges e
              JOIN {side}_rest r ON r.seq = e.seq LEFT JOIN {side}_targets k ON k.t1 = e.t1 AND k.t2 = e.t2
              GROUP BY e.seq) l ON l.seq = r.seq""")  # fmt: skip
        engine.table(f"{side}_ranked", f"""
            SELECT seq, c1, c2, s1, s2,
              row_number() OVER (PARTITION BY c1, c2, s1, s2
                ORDER BY i1 NULLS LAST, i2 NULLS LAST, source, record, entry) n,
              count(*) OVER (PARTITION BY c1, c2, s1, s2) many FROM {side}_looks""")  # fmt: skip
    only = "" if alike else "WHERE x.many = 1 AND y.many = 1"
    return _add_pairs(engine, f"""
        SELECT x.seq bs, y.seq rs, {BY_CONTENT} how FROM b_ranked x JOIN a_ranked y
          ON x.c1 = y.c1 AND x.c2 = y.c2 AND x.s1 = y.s1 AND x.s2 = y.s2 AND x.n = y.n {only}""")  # fmt: skip


def _add_pairs(engine: Engine, sql: str) -> int:
    """Add the pairs of a query; how many there were."""
    engine.table("new_pairs", sql)
    found = engine.number("SELECT count(*) FROM new_pairs")
    if found:
        engine.table("more_pairs", "SELECT * FROM pairs UNION ALL SELECT * FROM new_pairs")
        engine.table("pairs", "SELECT * FROM more_pairs")
    return found
