"""The view for the clinic: patients, gaps in documentation, plain words; no paths."""

from fractions import Fraction

from fhircheck.model.action import Words
from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.model.small_cells import cell_of
from fhircheck.model.use_case import UseCaseResult
from fhircheck.model.use_case_cells import cells_of_case
from fhircheck.report.html.anchors import measure_anchor
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.bounds import Bounds
from fhircheck.report.html.html_words import PAGE
from fhircheck.report.html.measure_words import plain, record_kind
from fhircheck.report.html.rows import Cell, Table
from fhircheck.report.sections.use_cases import JUDGED, measured
from fhircheck.report.undecided_words import REASONS
from fhircheck.report.words import WORDS


def smallest_cell(report: RunReport) -> int:
    """Counts of people below it are not shown: the largest such bound that a part of the report was made with."""
    bounds = [each.smallest_cell for each in report.use_cases]
    return max([*bounds, report.census.smallest_cell if report.census else 0], default=0) or 10


def gaps(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """Measures that scores count and that have items that fail: most patients first."""
    counted = {part.measure for score in report.scores for part in score.parts if part.counted}
    failing = [
        each
        for each in report.measures
        if each.numerator < each.denominator and (each.name in counted or each.status == "failed")
    ]
    limit = smallest_cell(report)
    failing.sort(
        key=lambda each: (-cell_of(each.patients_failed, limit).least, -(each.denominator - each.numerator), each.name)
    )
    columns = [both.say(PAGE, key) for key in ("what", "patients", "records", "in-order", "who", "action")]
    return Table(
        "gaps",
        both.say(PAGE, "gaps"),
        columns,
        [_gap(each, report, both, limit) for each in failing[: bounds.rows]],
        frozenset({1, 2, 3}),
        max(len(failing) - bounds.rows, 0),
    )


def _gap(each: MeasureResult, report: RunReport, both: Bilingual, limit: int) -> list[Cell]:
    actions = [action for action in report.actions if action.measure == each.name]
    owners = dict.fromkeys(action.owner for action in actions)
    said = tuple(dict.fromkeys(_clean(action.clinic, both) for action in actions))
    return [
        Cell(plain(each.name), "#" + measure_anchor(each.name)),
        Cell(_patients(each, both, limit), number=float(cell_of(each.patients_failed, limit).least)),
        Cell(both.number(each.resources_failed or each.denominator - each.numerator),
             number=float(each.resources_failed or each.denominator - each.numerator)),
        _share(each.share, both),
        Cell(joined([Words(*WORDS[f"owner-{owner}"]) for owner in owners]) if owners else both.same("–")),
        Cell(said[0] if said else both.same("–"), lines=said[1:4]),
    ]  # fmt: skip


def _clean(words: Words, both: Bilingual) -> Words:
    return Words(both.clean(words.english), both.clean(words.german))


def _patients(each: MeasureResult, both: Bilingual, limit: int) -> Words:
    if not each.patients_failed:
        return both.same("–")
    shown = both.people(cell_of(each.patients_failed, limit))
    return shown if each.patients_exact else both.say(PAGE, "about", count=shown)


def kinds(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """Records by kind, those with most errors first."""
    ordered = sorted(report.resources, key=lambda each: (-each[2], -each[1], each[0]))
    rows = []
    for name, count, bad in ordered[: bounds.rows]:
        share = Fraction(count - bad, count) if count else None
        counts = (Cell(both.number(each), number=float(each)) for each in (count, bad))
        rows.append([Cell(record_kind(both.clean(name))), *counts, _share(share, both)])
    columns = [both.say(PAGE, key) for key in ("kind", "count", "bad", "in-order")]
    caption = both.say(PAGE, "kinds")
    return Table("kinds", caption, columns, rows, frozenset({1, 2, 3}), max(len(ordered) - bounds.rows, 0))


def _share(share: Fraction | None, both: Bilingual) -> Cell:
    """A share, with a bar."""
    return Cell(both.percent(share), share=None if share is None else float(share * 100), number=float(share or 0))


def open_reasons(report: RunReport, both: Bilingual, bounds: Bounds) -> Table:
    """Why things could not be told, in words, with how often."""
    counts: dict[str, int] = {}
    for each in report.undecided:
        counts[each.reason] = counts.get(each.reason, 0) + each.count
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    rows = [
        [Cell(Words(*REASONS[name]) if name in REASONS else both.same(name.replace("-", " "))),
         Cell(both.number(count), number=float(count))]
        for name, count in ordered[: bounds.rows]
    ]  # fmt: skip
    columns = [both.say(PAGE, "reason"), both.say(PAGE, "times")]
    return Table(
        "open-reasons", both.say(PAGE, "open"), columns, rows, frozenset({1}), max(len(ordered) - bounds.rows, 0)
    )


def use_cases(report: RunReport, both: Bilingual, bounds: Bounds) -> list[dict[str, object]]:
    """Of each use case what the funnel does not show: outcomes, groups, what came too late, what is open."""
    return [_use_case(number, each, both, bounds) for number, each in enumerate(report.use_cases[: bounds.cases], 1)]


def _use_case(number: int, case: UseCaseResult, both: Bilingual, bounds: Bounds) -> dict[str, object]:
    cells = cells_of_case(case)
    groups = [
        [Cell(_group(each.group.group, both)), Cell(both.people(each.eligible)), Cell(both.people(each.usable)),
         Cell(both.people(each.labelled))]
        for each in cells.groups[: bounds.rows]
    ]  # fmt: skip
    columns = [both.say(PAGE, key) for key in ("group", "eligible", "use-case-usable-short", "labelled")]
    return {
        "title": both.texts(case.title),
        "groups": Table(f"groups-{number}", both.say(PAGE, "use-case-groups"), columns, groups, frozenset({1, 2, 3})),
        "measures": _measures(number, case, both, bounds),
        "classes": [(both.same(name), both.people(cell)) for name, cell in cells.classes[: bounds.rows]],
        "leaks": [(both.same(name), both.number(count), both.people(cell)) for name, count, cell in cells.leaks[:12]],
        "open": [(both.same(name), both.same(why)) for name, why in case.undecided[:12]],
        "written": case.written,
    }


def _measures(number: int, case: UseCaseResult, both: Bilingual, bounds: Bounds) -> Table:
    """The measures over the patients of a use case, those that fail first."""
    shown = sorted(
        (each for each in measured(case) if each.status in JUDGED),
        key=lambda each: (JUDGED.index(each.status), each.share or 0, each.name),
    )
    columns = [both.say(PAGE, key) for key in ("measure", "status", "share", "judged", "untold")]
    rows = [
        [Cell(plain(each.name), "#" + measure_anchor(each.name)),
         Cell(Words(*WORDS[f"status-{each.status}"]), mark=each.status), _share(each.share, both),
         Cell(both.number(each.denominator)), Cell(both.number(each.cannot_tell))]
        for each in shown[: bounds.rows]
    ]  # fmt: skip
    more = max(len(shown) - bounds.rows, 0)
    caption = both.say(PAGE, "use-case-measures")
    return Table(f"measures-{number}", caption, columns, rows, frozenset({2, 3, 4}), more)


def _group(group: str, both: Bilingual) -> Words:
    return Words(*WORDS[f"group-{group}"]) if f"group-{group}" in WORDS else both.same(group)
