"""The view for IT: measures, findings with their places, profiles, packages, systems, the run itself."""

from fractions import Fraction

from fhircheck.model.action import Words
from fhircheck.model.issue import SEVERITIES, Issue
from fhircheck.model.report import IssueGroup, MeasureResult, PackageSummary, ProfileUse, RunReport, ScorePart
from fhircheck.report.german import criterion_reason
from fhircheck.report.html.anchors import kind_anchor, measure_anchor
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.bounds import Bounds
from fhircheck.report.html.html_words import PAGE
from fhircheck.report.html.rows import Cell, Table
from fhircheck.report.html.score_words import score_title
from fhircheck.report.messages import message
from fhircheck.report.numbers import weight
from fhircheck.report.remedies import in_no_package, loaded, remedy
from fhircheck.report.score_interval import results_of
from fhircheck.report.sections.measures import STATUSES
from fhircheck.report.sections.scores import why_less, why_not
from fhircheck.report.undecided_words import REASONS
from fhircheck.report.words import SEVERITY, WORDS


def measures(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """All measures, those that fail first."""
    counts = {part.measure: score.name for score in reversed(report.scores) for part in score.parts if part.counted}
    ordered = sorted(report.measures, key=lambda each: (STATUSES.index(each.status), each.share or 0, each.name))
    columns = [both.say(PAGE, key) for key in ("measure", "status", "share", "judged", "untold", "needed", "counts-in")]
    return Table(
        "measures",
        both.say(PAGE, "measures"),
        columns,
        [_measure(each, counts.get(each.name), both) for each in ordered[: bounds.rows]],
        frozenset({2, 3, 4, 5}),
        max(len(ordered) - bounds.rows, 0),
    )


def _measure(each: MeasureResult, score: str | None, both: Bilingual) -> list[Cell]:
    needed = 1 - each.threshold.maximum_failing if each.threshold else None
    share = each.share
    return [
        Cell(both.same(each.name), "#" + measure_anchor(each.name), code=True),
        Cell(Words(*WORDS[f"status-{each.status}"]), mark=each.status, number=float(STATUSES.index(each.status))),
        Cell(both.percent(share, needed), share=None if share is None else float(share * 100),
             number=-1.0 if share is None else float(share)),
        Cell(both.number(each.denominator), number=float(each.denominator)),
        Cell(both.number(each.cannot_tell), number=float(each.cannot_tell)),
        Cell(both.percent(needed), number=-1.0 if needed is None else float(needed)),
        Cell(score_title(score, both) if score else both.same("–"), "#scores-parts" if score else ""),
    ]  # fmt: skip


def findings(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """Findings by type and element, the most severe and most frequent first, with their places."""
    ordered = sorted(
        report.issues, key=lambda each: (SEVERITIES.index(each.severity), -each.count, each.kind, each.definition)
    )
    columns = [
        both.say(PAGE, key) for key in ("severity", "finding", "definition", "profile", "found", "resources", "places")
    ]
    rows = [_finding(each, both, bounds) for each in ordered[: bounds.rows]]
    more = max(len(ordered) - bounds.rows, 0)
    return Table("findings", both.say(PAGE, "findings"), columns, rows, frozenset({4, 5}), more)


def _finding(group: IssueGroup, both: Bilingual, bounds: Bounds) -> list[Cell]:
    shown = group.examples[: bounds.examples]
    fold = both.say(PAGE, "examples", count=len(shown)) if len(shown) != 1 else both.say(PAGE, "example")
    return [
        Cell(Words(*SEVERITY[group.severity]), mark=group.severity, number=float(SEVERITIES.index(group.severity))),
        Cell(both.same(group.kind), "#" + kind_anchor(group.kind), code=True),
        Cell(both.same(group.definition or "–"), code=True),
        Cell(both.same(group.profile or "–"), code=True),
        Cell(both.number(group.count), number=float(group.count)),
        Cell(both.number(group.resources), number=float(group.resources)),
        Cell(both.same(""), fold=fold if shown else None, lines=tuple(_example(each, both) for each in shown)),
    ]


def _example(issue: Issue, both: Bilingual) -> Words:
    said = both.of(lambda view: both.clean(message(issue, view)))
    mark = both.say(PAGE, "fingerprint", value=issue.fingerprint)
    return joined([said, both.place(issue.place), mark], " · ")


def profiles(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """Profiles: those that were not found first."""
    ordered = sorted(report.profiles, key=lambda use: (use.found, use.valid - use.resources, -use.resources, use.url))
    columns = [both.say(PAGE, key) for key in ("profile", "how", "resources", "valid", "decided")]
    rows = [_profile(each, both) for each in ordered[: bounds.rows]]
    more = max(len(ordered) - bounds.rows, 0)
    return Table("profiles", both.say(PAGE, "profiles"), columns, rows, frozenset({2, 3, 4}), more)


def _profile(use: ProfileUse, both: Bilingual) -> list[Cell]:
    how = Words(*WORDS[f"how-{use.how}"]) if f"how-{use.how}" in WORDS else both.same(use.how)
    missing = both.say(PAGE, "missing")
    valid = both.number(use.valid) if use.found else both.same("–")
    return [
        Cell(both.same(use.url), code=True),
        Cell(how if use.found else missing, mark="" if use.found else "failed"),
        Cell(both.number(use.resources), number=float(use.resources)),
        Cell(valid, number=float(use.valid)),
        Cell(both.number(use.decided), number=float(use.decided)),
    ]


def packages(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """Where the definitions came from."""
    columns = [both.say(PAGE, key) for key in ("package", "definitions", "origin", "sha256")]
    rows = [_package(each, both) for each in report.packages[: bounds.rows]]
    more = max(len(report.packages) - bounds.rows, 0)
    return Table("packages", both.say(PAGE, "packages"), columns, rows, frozenset({1}), more)


def _package(each: PackageSummary, both: Bilingual) -> list[Cell]:
    name = both.same(f"{each.name}#{each.version}")
    count = Cell(both.number(each.definitions), number=float(each.definitions))
    return [Cell(name, code=True), count, Cell(both.same(each.origin)), Cell(both.same(each.sha256 or "–"), code=True)]


def undecided(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """What could not be told, what about, and the command that would decide it."""
    ordered = sorted(report.undecided, key=lambda each: (-each.count, each.reason, each.detail))
    there = loaded(report)
    rows = []
    for each in ordered[: bounds.rows]:
        canonical = each.detail.partition(" ")[0]
        cure = remedy(canonical, both.view.command, there)
        hint = Words(*WORDS["no-package"]) if in_no_package(canonical) else both.same(cure or "–")
        reason = Words(*REASONS[each.reason]) if each.reason in REASONS else both.same(each.reason)
        rows.append([
            Cell(reason), Cell(both.same(each.detail or "–"), code=True),
            Cell(both.number(each.count), number=float(each.count)), Cell(hint, code=bool(cure)),
        ])  # fmt: skip
    columns = [both.say(PAGE, key) for key in ("reason", "detail", "times", "remedy")]
    more = max(len(ordered) - bounds.rows, 0)
    return Table("undecided", both.say(PAGE, "open"), columns, rows, frozenset({2}), more)


def _lost(part: ScorePart, result: MeasureResult | None, both: Bilingual) -> Words:
    """Why a criterion lost points, or does not count."""
    if not part.counted:
        return both.say(PAGE, "not-counted", reason=both.of(lambda view: why_not(part.note, view)))
    return both.of(lambda view: both.clean(why_less(part, result, view)) or "–")


def scores(report: RunReport, both: Bilingual, bounds: Bounds) -> list[Table]:
    """A table a score: each criterion with its weight, what it earned, and the reasons."""
    columns = [both.say(PAGE, key) for key in ("measure", "weight", "earned", "part-why", "part-lost")]
    tables = []
    for number, score in enumerate(report.scores[: bounds.cases], 1):
        value = both.say(PAGE, "score-of", points=both.points(score.value))
        rubric = joined([both.say(PAGE, "rubric"), both.same(score.rubric)], " ")
        caption = joined([score_title(score.name, both), value, rubric], " · ")
        measures = results_of(score, report)
        rows = [
            [
                Cell(both.same(part.measure), "#" + measure_anchor(part.measure), code=True),
                Cell(_weight(part.weight, both), number=float(part.weight)),
                Cell(_weight(part.earned, both) if part.counted else both.same("–"), number=float(part.earned)),
                Cell(both.sentence(part.reason, criterion_reason)),
                Cell(_lost(part, measures.get(part.measure), both)),
            ]
            for part in score.parts[: bounds.rows]
        ]  # fmt: skip
        more = max(len(score.parts) - bounds.rows, 0)
        tables.append(Table(f"score-{number}", caption, columns, rows, frozenset({1, 2}), more))
    return tables


def _weight(value: Fraction, both: Bilingual) -> Words:
    return both.of(lambda view: weight(value, view.language))
