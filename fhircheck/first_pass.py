"""The first pass: one chunk of bytes -> what is learned from it. A pure function, run in any process."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fhircheck.compile.compile_cache import CompileCache
from fhircheck.compile.linker import Linker
from fhircheck.definitions.cache_directory import cache_directory, shipped_directory
from fhircheck.definitions.definition_set import DefinitionRecipe, DefinitionSet, open_definitions
from fhircheck.distribute.narrowing import Narrowing
from fhircheck.model.facts import Partial
from fhircheck.model.issue import has_error
from fhircheck.model.measure_options import DEFAULT_MEASURE_OPTIONS, MeasureOptions
from fhircheck.model.protocols import Executor
from fhircheck.model.record import Chunk, Lost, Piece, Record
from fhircheck.model.settings import DEFAULT_SETTINGS, CheckSettings
from fhircheck.model.split_line import SplitLine, UsableLine
from fhircheck.sources.died import died, how_died
from fhircheck.sources.parted import parted
from fhircheck.terminology.package_terminology import PackageTerminology
from fhircheck.transport.cycle_search import without_cycle_search
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.checked import Checked
from fhircheck.validate.decisions import Decisions
from fhircheck.validate.validator import Clean, Validator

if TYPE_CHECKING:
    from fhircheck.measures.tools import Tools
    from fhircheck.use_cases.asked import AskedUseCases
    from fhircheck.use_cases.requirement import UseCase

Learn = Callable[[Checked, bytes, Partial], None]
"""Counts one checked resource; the bytes are its text where it stands alone, else empty."""

UNKNOWN_TYPE = "(unknown)"
"""What resources of no R4 type are counted as: their names come out of the data and are without bound."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process needs to know to check chunks; picklable.

    asked: profiles every resource of their type is checked against. measure: count measures and
    links too. keep: hand all findings on, not only their counts. now: the moment of the run.
    settings: how strictly is judged what is left to whoever judges. split: hand on each record as a line, for
    the files of a split, by ``record`` or by ``patient``; empty for none. measures: what they are asked for.
    given: the sources as the user named them, as they are shown.
    use_cases: those to collect rows for. write_usable: hand on each resource that meets one of their requirements.
    arrivals: hand on what a stream notes of each resource.
    """

    recipe: DefinitionRecipe
    asked: tuple[str, ...]
    measure: bool
    keep: bool
    now: datetime
    settings: CheckSettings = DEFAULT_SETTINGS
    split: str = ""
    measures: MeasureOptions = DEFAULT_MEASURE_OPTIONS
    given: tuple[str, ...] = ()
    use_cases: "tuple[UseCase, ...]" = ()
    write_usable: bool = False
    arrivals: bool = False


def compiled_folder() -> Path:
    """Where compiled profiles and value sets are kept between runs."""
    return cache_directory() / "compiled"


def compile_cache() -> CompileCache:
    """The cache of compiled profiles and value sets, with the shipped one behind it."""
    shipped = shipped_directory()
    return CompileCache(compiled_folder(), shipped / "compiled" if shipped is not None else None)


def linker_for(
    definitions: DefinitionSet,
    undecided: Callable[[str, str], None],
    now: datetime | None = None,
    settings: CheckSettings = DEFAULT_SETTINGS,
) -> Linker:
    """A Linker over `definitions` with the cache on disk behind it."""
    cache = compile_cache()
    today = (now or datetime.now(UTC)).date().isoformat()
    terminology = PackageTerminology(definitions, cache.get, settings, today)
    return Linker(definitions, terminology, cache, undecided, now, settings)


def first_pass(plan: Plan) -> Callable[[Chunk], Partial]:
    """The function from a chunk to its Partial, made once in each process."""
    undecided: Counter[tuple[str, str]] = Counter()

    def count(reason: str, detail: str) -> None:
        undecided[reason, detail] += 1

    linker = linker_for(open_definitions(plan.recipe), count, plan.now, plan.settings)
    validator = Validator(linker, plan.asked)
    reader = RecordReader(linker.around.types, plan.settings.allow_comments)
    learn = _measuring(plan, linker) if plan.measure else None
    if learn is not None and plan.arrivals:
        learn = _arriving(learn)
    decisions = decisions_of(plan.settings, plan.now)
    keep_line = _splitting(plan.split) if plan.split else None

    def check(chunk: Chunk) -> Partial:
        undecided.clear()
        partial = Partial()
        clean: Counter[Clean] = Counter()
        with without_cycle_search():
            for piece in chunk:
                _count_piece(piece, partial)
                for record in reader.records(piece):
                    linker.around.terminology.prepare(record.node)
                    found = None if plan.measure else validator.clean(record)
                    if found is None:
                        sound = _check_record(record, validator, partial, plan.keep, learn, decisions)
                        if keep_line is not None:
                            keep_line(record, sound, partial)
                        continue
                    partial.records += 1
                    if keep_line is not None:
                        keep_line(record, True, partial)
                    for each in found:
                        clean[each] += 1
        _count_clean(clean, partial)
        partial.undecided.update(undecided)
        partial.apart.add_to(partial)
        for tally in partial.tallies.values():
            tally.settle()
        partial.census.settle()
        return partial

    return check


def checked(
    executor: Executor, plan: Plan, chunks: Iterable[Chunk], jobs: int, decisions: Decisions
) -> Iterator[Partial]:
    """What the chunks gave, in their order, by `executor`; records that no process survives are named and counted."""
    given = Narrowing(first_pass, plan, parted).results(iter(executor.run(first_pass, plan, chunks, jobs)))
    for each in given:
        yield unchecked(each, decisions, plan.keep) if isinstance(each, Lost) else each


def unchecked(lost: Lost, decisions: Decisions, keep: bool) -> Partial:
    """What a chunk counts as that no process survived: each piece of it a finding, its records not checked."""
    partial = Partial()
    for piece in lost.chunk:
        _count_piece(piece, partial)
        count, found = died(piece, lost.code)
        partial.records += count if piece.form != "bundle-entries" else 0
        partial.unreadable += count
        partial.unwritten += count
        if count:
            partial.undecided["check-died", how_died(lost.code)] += count
        issues = decisions.judge(found, partial.decisions)
        partial.groups.add(issues)
        partial.decisions.see(issues)
        if keep:
            partial.issues += issues
    return partial


def given_up(plan: Plan, lost: Lost) -> Partial:
    """The same by the plan's own decisions, for who is not where those of the run are."""
    return unchecked(lost, decisions_of(plan.settings, plan.now), plan.keep)


def decisions_of(settings: CheckSettings, now: datetime) -> Decisions:
    """The decisions about findings that the settings hold, as they stand on the day of the run."""
    return Decisions(settings.severities, settings.accepted, now.date().isoformat())


def _splitting(by: str) -> Callable[[Record, bool, Partial], None]:
    from fhircheck.resolve.patient_keys import patient_keys
    from fhircheck.transport.json_line import line_of

    def keep_line(record: Record, sound: bool, partial: Partial) -> None:
        line = line_of(record)
        if line is not None:
            keys = patient_keys(record.node) if by == "patient" else ()
            partial.lines.append(SplitLine(sound and record.node is not None, keys, line))
        else:
            partial.unwritten += record.node is None and has_error(record.issues)

    return keep_line


def _measuring(plan: Plan, linker: Linker) -> Learn:
    from fhircheck.measures import observe_all
    from fhircheck.measures.known_codes import KnownCodes
    from fhircheck.measures.known_profiles import KnownProfiles
    from fhircheck.measures.tools import Tools
    from fhircheck.resolve.reference_walk import collect_links

    asked = asked_use_cases(plan, linker)
    hand_on = _usable_lines(asked) if plan.write_usable and asked is not None else None
    codes = KnownCodes(linker.around.terminology)
    tools = Tools(plan.now, plan.measures, codes, asked, profiles=KnownProfiles(linker))

    def learn(checked: Checked, text: bytes, partial: Partial) -> None:
        node = checked.node
        extensions = collect_links(
            node, checked, partial.links, full_url=checked.full_url, bundle=checked.bundle, text=text
        )
        observe_all(node, checked, partial.tallies, partial.rows, tools, partial.census, extensions)
        if hand_on is not None:
            hand_on(checked, text, partial)

    return _apart(plan, tools, hand_on) if plan.measures.apart else learn


def _arriving(learn: Learn) -> Learn:
    """`learn`, and note each resource as it arrives."""
    from fhircheck.measures.arriving import arrival_of

    def noted(checked: Checked, text: bytes, partial: Partial) -> None:
        learn(checked, text, partial)
        partial.arrivals.append(arrival_of(checked.node, text))

    return noted


def _usable_lines(asked: "AskedUseCases") -> Learn:
    """Hand on each resource that meets a requirement, right after it was counted."""
    from fhircheck.transport.json_line import one_line

    def hand_on(checked: Checked, text: bytes, partial: Partial) -> None:
        if asked.met:
            partial.usable.append(UsableLine(asked.place, asked.about_patient, one_line(text, checked.node)))

    return hand_on


def _apart(plan: Plan, tools: "Tools", hand_on: Learn | None) -> Learn:
    """Learn into the source that each resource is of; the whole gets the sum of them at the end of a chunk."""
    from fhircheck.apart import collect_mix, grouping
    from fhircheck.measures import observe_all
    from fhircheck.resolve.reference_walk import collect_links

    group = grouping(plan.measures.apart, plan.given)

    def learn(checked: Checked, text: bytes, partial: Partial) -> None:
        node, facts = checked.node, partial.apart.of(group(checked))
        facts.resources[_type_of(checked)] += 1
        extensions = collect_links(
            node, checked, facts.links, full_url=checked.full_url, bundle=checked.bundle, text=text
        )
        observe_all(node, checked, facts.tallies, facts.rows, tools, partial.census, extensions)
        if hand_on is not None:
            hand_on(checked, text, partial)
        collect_mix(node, checked.full_url, facts)

    return learn


def asked_use_cases(plan: Plan, linker: Linker) -> "AskedUseCases | None":
    """The use cases of the plan, ready to collect and to be judged; None where there are none."""
    if not plan.use_cases:
        return None
    from fhircheck.use_cases.asked import AskedUseCases, answers_of

    terminology = linker.around.terminology
    return AskedUseCases(plan.use_cases, answers_of(terminology.membership), plan.now, plan.write_usable)


def _count_piece(piece: Piece, partial: Partial) -> None:
    """Count each source once and its bytes as they come."""
    partial.bytes += piece.size
    whole = piece.form in ("resource", "bundle-shell") or (piece.offset == 0 and piece.form in ("ndjson", "problem"))
    partial.files += whole


def _check_record(
    record: Record,
    validator: Validator,
    partial: Partial,
    keep: bool,
    learn: Learn | None,
    decisions: Decisions,
) -> bool:
    """Check one record and count all that came of it; whether it was checked and no error is left.

    Measures see the findings before decisions about them: what is accepted raises no score.
    """
    partial.records += record.form not in ("bundle-entries", "problem")
    issues = record.issues
    if record.node is None and has_error(issues):
        partial.unreadable += 1
    if issues and decisions:
        issues = decisions.judge(issues, partial.decisions)
    sound = True
    found = validator.check(record)
    text = record.data if len(found) == 1 else b""
    for checked in found:
        if learn is not None and checked.node and not checked.version:
            learn(checked, text, partial)
        if checked.issues:
            if decisions:
                decisions.apply(checked, partial.decisions)
            issues = issues + checked.issues
        if checked.node:
            _count_resource(checked, partial)
        sound = sound and checked.valid is True
    if issues:
        sound = sound and not has_error(issues)
        partial.groups.add(issues)
        partial.decisions.see(issues)
        if keep:
            partial.issues += issues
    return sound


def _count_clean(clean: Counter[Clean], partial: Partial) -> None:
    """Count resources that were sound at first sight."""
    for (name, claims), number in clean.items():
        partial.resources[name] += number
        for key in ((name, "base"), *claims):
            pair = partial.profiles.setdefault(key, [0, 0])
            pair[0] += number
            pair[1] += number


def _type_of(checked: Checked) -> str:
    """The type a resource is counted as."""
    return checked.resource.partition("/")[0] if checked.profiles or checked.version else UNKNOWN_TYPE


def _count_resource(checked: Checked, partial: Partial) -> None:
    name = _type_of(checked)
    partial.resources[name] += 1
    if checked.version:
        seen = (checked.source, checked.version)
        partial.see_version(seen, 1, checked.place(""), checked.evidence)
        partial.undecided["fhir-version", checked.version] += 1
    if not checked.valid:
        partial.invalid[name] += 1
    profiles = partial.profiles
    for url, how, _, valid in checked.profiles:
        pair = profiles.get((url, how))
        if pair is None:
            pair = profiles[url, how] = [0, 0]
        pair[0] += 1
        pair[1] += valid
