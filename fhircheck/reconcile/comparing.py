"""The whole comparison in one function: both sides -> rows -> pairs -> counts and differences -> ReconcileReport."""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from fhircheck import __version__
from fhircheck.measures.portability import side_by_side
from fhircheck.model.byte_size import bytes_of
from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.model.reconcile import (
    FEW,
    SMALLEST,
    ComparedSide,
    ComparisonRules,
    Counts,
    Difference,
    ReconcileReport,
    Use,
)
from fhircheck.model.several import Texts, texts_of
from fhircheck.model.spark_options import SparkOptions
from fhircheck.reconcile.differences import Listing, list_differences
from fhircheck.reconcile.duckdb_engine import LEAST, DuckDb, check_installed, installed, library
from fhircheck.reconcile.engine import Engine
from fhircheck.reconcile.judging import attachments, counts, digest, judge_pairs, matched, references, several
from fhircheck.reconcile.mapping_file import load_renames, renamed_ids
from fhircheck.reconcile.matching import match
from fhircheck.reconcile.parts import SideFacts
from fhircheck.reconcile.reading import Side, read_side
from fhircheck.reconcile.rules import Decimals, Identity, Rules
from fhircheck.reconcile.verdict import verdict
from fhircheck.reconcile.work_folder import WorkFolder, work_folder
from fhircheck.transport.http_url import shown

FailOn = Literal["any", "changed", "missing", "never"]
MEMORY = 1 << 30
"""Bytes that joins may hold where nothing else is said."""

Sink = Callable[[Difference], None]


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What a comparison is asked for. memory: bytes for the joins. work: folder to keep rows in, None for none.

    fail_on: ``any`` difference, ``changed`` (also missing or unlinked), ``missing`` (also unlinked), ``never``.
    spark: how Spark's executors read and join; None: this machine does. moved: hand those to the sink too that are
    the same under another id. progress: called with (resources, bytes).
    """

    before: Side
    after: Side
    rules: Rules = field(default_factory=Rules)
    jobs: int = 1
    memory: int = MEMORY
    work: str | None = None
    fail_on: FailOn = "any"
    offline: bool = False
    moved: bool = False
    spark: SparkOptions | None = None
    now: datetime | None = None
    progress: Callable[[int, int], None] | None = None


def run_comparison(options: CompareOptions, sink: Sink | None = None) -> ReconcileReport:
    """Compare two stores. `sink` gets all differences, sorted by status, type and id, one at a time.

    Raises UsageError for options that make no sense, CouldNotCheck where a side cannot be read at all. What can be
    read in part ends in a report that says so, never in one that says the stores are equal.
    """
    if options.spark is None:
        library()
    else:
        check_installed()
        if options.work is not None:
            raise UsageError("--work keeps rows on this machine: leave it out with --engine spark")
    started, clock = options.now or datetime.now(UTC), time.monotonic()
    rules = options.rules.checked()
    with work_folder(options.work) as work:
        rules = replace(rules, key=work.key)
        compared = _here if options.spark is None else _on_spark
        report = compared(options, rules, work, sink)
    return replace(report, started=started.isoformat(), seconds=time.monotonic() - clock)


def _here(options: CompareOptions, rules: Rules, work: WorkFolder, sink: Sink | None) -> ReconcileReport:
    """Processes of this machine make the rows, DuckDB joins them."""
    before, after = (_read(side, rules, work, options) for side in (options.before, options.after))
    with closing(DuckDb(work.path, options.memory, options.jobs)) as engine:
        engine.side("b", work.path / "before")
        engine.side("a", work.path / "after")
        return _joined(engine, options, rules, (before, after), sink)


def _on_spark(options: CompareOptions, rules: Rules, work: WorkFolder, sink: Sink | None) -> ReconcileReport:
    """Spark's executors make the rows and join them; few rows are joined here, which takes less time than a job.

    Nothing is kept that could be gone on with.
    """
    from fhircheck.reconcile.spark_engine import SparkJoins

    assert options.spark is not None
    with closing(SparkJoins(options.spark)) as spark:
        facts = spark.read("b", options.before, rules), spark.read("a", options.after, rules)
        if not spark.is_small or not installed("duckdb"):
            return _joined(spark, options, rules, facts, sink)
        with closing(DuckDb(work.path, options.memory, options.jobs)) as engine:
            for name, table in spark.gathered():
                engine.take(name, table)
            return replace(_joined(engine, options, rules, facts, sink), engine=spark.name)


def _read(side: Side, rules: Rules, work: WorkFolder, options: CompareOptions) -> SideFacts:
    folder = work.side(side.name, side.fingerprint(rules))
    return read_side(side, rules, folder, options.jobs, offline=options.offline, tick=options.progress)


def _joined(
    engine: Engine,
    options: CompareOptions,
    rules: Rules,
    facts: tuple[SideFacts, SideFacts],
    sink: Sink | None,
) -> ReconcileReport:
    renames = rules.renames
    given = bool(renames.ids or renames.ids_file)
    if given:
        engine.given(renamed_ids(renames))
    moved = match(engine, rules.identity, given)
    judge_pairs(engine, moved)
    cells = counts(engine)
    names = facts[0].names | facts[1].names
    listing = Listing(sink)
    sources = facts[0].sources, facts[1].sources
    list_differences(engine, listing, names, sources, listed=options.moved and moved)
    report = ReconcileReport(
        version=__version__,
        started="",
        seconds=0.0,
        engine=engine.name,
        rules=_rules(rules),
        before=_side(engine, "b", options.before, facts[0]),
        after=_side(engine, "a", options.after, facts[1]),
        types=_types(cells),
        months=_told_months(cells),
        matched=matched(engine),
        references=references(engine, names),
        attachments=attachments(engine),
        codes=_uses(facts),
        elements=listing.elements(),
        examples=tuple(listing.examples),
        verdict=verdict(None, options.fail_on),
        portability=side_by_side(*(each.portability.result(SMALLEST) for each in facts)),
    )
    return replace(report, verdict=verdict(report, options.fail_on))


def _side(engine: Engine, letter: str, side: Side, facts: SideFacts) -> ComparedSide:
    without, double, versions = several(engine, letter)
    unread = tuple((kind, count, tuple(facts.unread.places.get(kind, ())))
                   for kind, count in sorted(facts.unread.counts.items()))  # fmt: skip
    return ComparedSide(
        tuple(map(shown, side.sources)), digest(engine, letter), facts.resources, facts.bytes, unread, without, double,
        versions, facts.kept,
    )  # fmt: skip


def _types(cells: tuple[tuple[str, int, Counts], ...]) -> tuple[tuple[str, Counts], ...]:
    found: dict[str, Counts] = {}
    for kind, _, each in cells:
        found[kind] = found.get(kind, Counts()) + each
    return tuple(sorted(found.items()))


def _told_months(cells: tuple[tuple[str, int, Counts], ...]) -> tuple[tuple[str, int, Counts], ...]:
    """The cells by month, those of few resources counted together."""
    found: dict[tuple[str, int], Counts] = {}
    for kind, month, each in cells:
        few = month and max(each.before, each.after) < SMALLEST
        key = (kind, FEW if few else month)
        found[key] = found.get(key, Counts()) + each
    return tuple((kind, month, each) for (kind, month), each in sorted(found.items()))


def _uses(facts: tuple[SideFacts, SideFacts]) -> tuple[Use, ...]:
    """Code systems and units of both sides, by element."""
    keys = sorted(facts[0].used.keys() | facts[1].used.keys())
    return tuple(
        Use(path, system, unit, facts[0].used[key], facts[1].used[key])
        for key in keys
        for path, _, system, unit in (key,)
    )


def _rules(rules: Rules) -> ComparisonRules:
    renames = rules.renames
    renamed = (("identifier-systems", len(renames.identifier_systems)), ("code-systems", len(renames.code_systems)),
               ("canonicals", len(renames.canonicals)), ("ids", len(renames.ids)),
               ("ids-file", int(bool(renames.ids_file))))  # fmt: skip
    told = tuple((name, number) for name, number in renamed if number)
    public = replace(rules, key=b"").fingerprint(rules.identity)
    return ComparisonRules(rules.identity, rules.decimals, tuple(sorted(rules.ignore)), told, public)


def compare(
    before: Texts,
    after: Texts,
    *,
    identity: Identity = "auto",
    decimals: Decimals = "exact",
    ignore: str | Iterable[str] = (),
    mapping: str | os.PathLike[str] | None = None,
    before_base: str | Iterable[str] = (),
    after_base: str | Iterable[str] = (),
    before_connection: Connection | None = None,
    after_connection: Connection | None = None,
    jobs: int = 1,
    memory_limit: int | str = MEMORY,
    work: str | os.PathLike[str] | None = None,
    fail_on: FailOn = "any",
    hash_ids: bool = False,
    offline: bool = False,
    moved: bool = False,
    spark: SparkOptions | None = None,
    now: datetime | None = None,
    sink: Sink | None = None,
) -> ReconcileReport:
    """Compare two stores of FHIR data: files, folders, globs, archives or servers, one or several a side.

    The options mean what those of ``fhircheck compare`` mean; memory_limit: bytes, or text as ``2GiB``; `sink` gets
    each Difference.
    spark: have Spark's executors read and join (fhircheck.spark.compare takes a session).
    Raises UsageError for wrong options and CouldNotCheck where a side cannot be read at all.
    """
    if fail_on not in ("any", "changed", "missing", "never"):
        raise UsageError("fail_on: must be any, changed, missing or never")
    renames = load_renames(os.fspath(mapping)) if mapping is not None else Rules().renames
    rules = Rules(identity, decimals, texts_of(ignore), renames, hash_ids)
    sides = (
        Side("before", texts_of(before), texts_of(before_base), before_connection or Connection()),
        Side("after", texts_of(after), texts_of(after_base), after_connection or Connection()),
    )
    memory = bytes_of(memory_limit, "memory_limit", LEAST)
    options = CompareOptions(*sides, rules, jobs, memory, os.fspath(work) if work is not None else None, fail_on,
                             offline, moved=moved, spark=spark, now=now)  # fmt: skip
    return run_comparison(options, sink)
