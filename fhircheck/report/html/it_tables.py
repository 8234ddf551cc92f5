"""Further tables for IT: what the data is coded in, decisions, answers, sources apart, and the run itself."""

from fhircheck.model.action import Words
from fhircheck.model.feedback import FindingState
from fhircheck.model.report import DecisionUse, RunReport
from fhircheck.model.source_group import Barrier
from fhircheck.report.feedback_words import WORDS as STATE_WORDS
from fhircheck.report.html.anchors import kind_anchor
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.bounds import Bounds
from fhircheck.report.html.html_words import PAGE
from fhircheck.report.html.rows import Cell, Table
from fhircheck.report.html.score_words import score_title
from fhircheck.report.numbers import seconds, size
from fhircheck.report.outcome import outcome
from fhircheck.report.reason_words import ending_words, note_words
from fhircheck.report.words import SEVERITY, WORDS


def systems(report: RunReport, both: Bilingual, bounds: Bounds) -> list[Table]:
    """Which code systems stand at which elements, and which units; none without a census."""
    if report.census is None:
        return []
    tables = []
    for name, key, counted in (("systems", "system", report.census.systems), ("units", "unit", report.census.units)):
        ordered = sorted(counted, key=lambda each: (-each.count, each.what, each.which))
        rows = [
            [Cell(both.same(each.what or "–"), code=True), Cell(both.same(each.which or "–"), code=True),
             Cell(both.number(each.count), number=float(each.count))]
            for each in ordered[: bounds.rows]
        ]  # fmt: skip
        columns = [both.say(PAGE, each) for each in ("where", key, "count")]
        if rows:
            more = max(len(ordered) - bounds.rows, 0)
            tables.append(Table(f"census-{name}", both.say(PAGE, key), columns, rows, frozenset({2}), more))
    return tables


def decisions(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """Other severities and accepted issues: those that want attention first."""
    uses = sorted((*report.overrides, *report.accepted), key=lambda use: (not use.expired, use.count > 0, -use.count))
    columns = [both.say(PAGE, key) for key in ("decision", "state", "found", "reason", "owner", "expires")]
    rows = [_decision(each, both) for each in uses[: bounds.rows]]
    more = max(len(uses) - bounds.rows, 0)
    return Table("decisions", both.say(PAGE, "decisions"), columns, rows, frozenset({2}), more)


def _decision(use: DecisionUse, both: Bilingual) -> list[Cell]:
    state = both.say(PAGE, "expired") if use.expired else both.say(PAGE, "accepted")
    if use.severity:
        state = Words(*SEVERITY.get(use.severity, (use.severity, use.severity)))
    texts = (use.reason or "–", use.owner or "–", use.expires or "–")
    return [
        Cell(both.same(use.what), code=True), Cell(state, mark="failed" if use.expired else ""),
        Cell(both.number(use.count), number=float(use.count)), *(Cell(both.same(each)) for each in texts),
    ]  # fmt: skip


def states(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """Where the findings stand in their series: those that came back first."""
    order = {"returned": 0, "open": 1, "assigned": 2, "fixed": 3, "accepted": 4}
    ordered = sorted(report.states, key=lambda each: (order.get(each.state, 1), -each.count, each.fingerprint))
    columns = [
        both.say(PAGE, key)
        for key in ("state", "finding", "definition", "found", "owner", "expires", "reason", "since")
    ]
    rows = [_state(each, both) for each in ordered[: bounds.rows]]
    more = max(len(ordered) - bounds.rows, 0)
    return Table("states", both.say(PAGE, "states"), columns, rows, frozenset({3}), more)


def _state(each: FindingState, both: Bilingual) -> list[Cell]:
    answer = each.answer
    texts = (answer.owner, answer.expires, answer.reason or answer.comment) if answer else ("", "", "")
    mark = "failed" if each.state == "returned" else ""
    return [
        Cell(Words(*STATE_WORDS[each.state]), mark=mark),
        Cell(both.same(each.kind), "#" + kind_anchor(each.kind), code=True),
        Cell(both.same(each.expression or each.definition or "–"), code=True),
        Cell(both.number(each.count), number=float(each.count)),
        *(Cell(both.same(text or "–")) for text in (*texts, each.since[:10])),
    ]


def apart(report: RunReport, both: Bilingual, bounds: Bounds) -> list[Table]:
    """Sources that were measured apart, and every two of them beside each other."""
    if not report.groups:
        return []
    names = [score_title(each.name, both) for each in report.groups[0].scores[:3]]
    columns = [*(both.say(PAGE, key) for key in ("source", "resources", "people")), *names]
    rows = [
        [
            Cell(_source(group.name, both)),
            Cell(both.number(sum(count for _, count in group.resources))),
            Cell(both.people(group.patients)),
            *(Cell(both.points(each.value)) for each in group.scores[:3]),
        ]
        for group in report.groups[: bounds.rows]
    ]
    more = max(len(report.groups) - bounds.rows, 0)
    title = both.say(PAGE, "sources-apart")
    tables = [Table("apart", title, columns, rows, frozenset(range(1, len(columns))), more)]
    pairs = sorted(report.pairs, key=lambda pair: (-len(pair.barriers), pair.first, pair.second))
    if pairs:
        columns = [both.say(PAGE, key) for key in ("source", "source", "shared", "barriers")]
        rows = [
            [Cell(_source(pair.first, both)), Cell(_source(pair.second, both)), Cell(both.people(pair.shared)),
             _barriers(pair.barriers, both)]
            for pair in pairs[: bounds.rows]
        ]  # fmt: skip
        more = max(len(pairs) - bounds.rows, 0)
        tables.append(Table("pairs", both.say(PAGE, "pairs"), columns, rows, frozenset({2}), more))
    return tables


def _source(name: str, both: Bilingual) -> Words:
    if not name:
        return Words(*WORDS["apart-not-said"])
    return both.source(name)


def _barriers(barriers: tuple[Barrier, ...], both: Bilingual) -> Cell:
    told = [
        Words(*(each.format(what=both.clean(barrier.what)).rstrip(":") for each in WORDS[f"barrier-{barrier.kind}"]))
        for barrier in barriers[:6]
    ]
    return Cell(told[0], lines=tuple(told[1:])) if told else Cell(both.say(PAGE, "nothing-between"))


def _baseline(report: RunReport, both: Bilingual) -> list[Words]:
    baseline = report.baseline
    if baseline is None:
        return []
    known, gone = both.number(baseline.known), both.number(baseline.gone)
    return [both.say(PAGE, "baseline-text", name=both.source(baseline.name), known=known, gone=gone)]


def _split(report: RunReport, both: Bilingual) -> list[Words]:
    split = report.split
    if split is None:
        return []
    return [
        both.say(PAGE, "split-text", valid=split.valid, invalid=split.invalid, held=split.held_back, no=split.unwritten)
    ]


def run_facts(report: RunReport, both: Bilingual) -> list[tuple[Words, list[Words]]]:
    """What was read when by what, and how it ended."""
    header, sources = report.header, report.sources
    names = [both.source(name) for name in sources.names[:12]]
    if len(sources.names) > 12:
        names.append(both.say(PAGE, "more", count=len(sources.names) - 12))
    reasons = [both.told(text, sources.names, ending_words) for text in report.verdict.reasons[:6]]
    code = both.same(str(report.verdict.exit_code))
    read = both.say(PAGE, "read-text", records=sources.records, files=sources.files,
                    size=both.of(lambda view: size(sources.bytes, view.language)))  # fmt: skip
    facts = [
        ("sources", names),
        ("read", [read]),
        ("sampled", [both.number(sources.sampled)] if sources.sampled is not None else []),
        ("started", [both.same(header.started)]),
        ("took", [both.of(lambda view: seconds(header.duration, view.language))]),
        ("version", [both.same(f"{header.version} · Python {header.python}" if header.python else header.version)]),
        ("ending", [joined([code, Words(*WORDS[outcome(report)]), *reasons], " · ")]),
        ("baseline", _baseline(report, both)),
        ("split", _split(report, both)),
        ("fingerprints", [both.number(len(report.fingerprints))]),
        ("notes", [both.told(note, sources.names, note_words) for note in report.notes[:12]]),
    ]  # fmt: skip
    return [(both.say(PAGE, key), values) for key, values in facts if values]
