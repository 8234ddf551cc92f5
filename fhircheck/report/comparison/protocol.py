"""The comparison as a protocol to sign off: blocks that every form draws in its own way."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from fhircheck.measures.owners import NO_OWNER
from fhircheck.measures.portability import OTHERS
from fhircheck.model.months import known_month_name
from fhircheck.model.reconcile import FEW, SMALLEST, Counts, Difference, ReconcileReport
from fhircheck.report.comparison.words import WORDS, say
from fhircheck.report.numbers import number, percent, seconds, size
from fhircheck.report.shown import View, clean

Tone = Literal["good", "bad", "unknown", "plain"]
SHOWN = 40
MONTHS = 60


@dataclass(frozen=True, slots=True)
class Title:
    """The verdict."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; strong where it is a reason of the verdict."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of text. align: ``l`` or ``r`` for each column. strong: the last row is a sum."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Signatures:
    """Places to sign. head: what is asked of each; rows: who."""

    head: tuple[str, ...]
    rows: tuple[str, ...]


Block = Title | Heading | Sentence | Table | Signatures


def protocol(report: ReconcileReport, view: View) -> list[Block]:
    """The whole protocol in the view's language. Nothing in it is a value of the data but ids and names of sources."""
    return [
        *_verdict(report, view),
        *_counts(report, view),
        *_elements(report, view),
        *_listed(report, view),
        *_references(report, view),
        *_attachments(report, view),
        *_codes(report, view),
        *_months(report, view),
        *_what(report, view),
        *_rules(report, view),
        *_portability(report, view),
        Heading(say(view, "sign")),
        Sentence(say(view, "sign-why")),
        Signatures(tuple(say(view, each) for each in ("name", "role", "date", "signature")),
                   (say(view, "clinic"), say(view, "it"))),
    ]  # fmt: skip


def title(report: ReconcileReport, view: View) -> Title:
    """The verdict in a few words."""
    outcome = report.verdict.outcome
    if outcome == "complete":
        return Title(say(view, "complete-more" if report.verdict.reasons else "complete"), "good")
    return Title(say(view, outcome), "bad" if outcome == "not-complete" else "unknown")


def reasons(report: ReconcileReport, view: View) -> list[str]:
    """The verdict's reasons in words."""
    return [
        say(view, f"{name}-one" if count == 1 and f"{name}-one" in WORDS else name, count=number(count, view.language))
        for name, count in report.verdict.reasons
    ]


def _verdict(report: ReconcileReport, view: View) -> list[Block]:
    found: list[Block] = [title(report, view)]
    if report.verdict.outcome == "could-not-tell":
        found.append(Sentence(say(view, "could-not-tell-why"), strong=True))
    return [*found, *(Sentence(each, strong=True) for each in reasons(report, view))]


def _cells(counts: Counts, view: View, copies: bool) -> tuple[str, ...]:
    numbers = (counts.before, counts.after, counts.same, counts.changed, counts.missing, counts.extra)
    told = f"{counts.missing_copies}/{counts.extra_copies}" if _has_copies(counts) else "0"
    return (*(number(each, view.language) for each in numbers), *((told,) if copies else ()))


def _has_copies(counts: Counts) -> bool:
    return bool(counts.missing_copies or counts.extra_copies)


def _table_of(first: str, rows: list[tuple[str, Counts]], view: View, *, strong: bool = False) -> Table:
    """Counts by row; the column of copies only where there are some."""
    copies = any(_has_copies(counts) for _, counts in rows)
    columns = (*_COLUMNS, "copies-col") if copies else _COLUMNS
    head = (say(view, first), *(say(view, each) for each in columns))
    cells = tuple((name, *_cells(counts, view, copies)) for name, counts in rows)
    return Table(head, cells, "l" + "r" * len(columns), strong)


_COLUMNS = ("before", "after", "same", "changed-col", "missing-col", "extra-col")


def _counts(report: ReconcileReport, view: View) -> list[Block]:
    rows = [(clean(kind), counts) for kind, counts in report.types]
    by_id, by_identifier, by_content = (number(each, view.language) for each in report.matched)
    told = say(view, "matched", id=by_id, identifier=by_identifier, content=by_content,
               moved=number(report.counts.moved, view.language))  # fmt: skip
    copies = [Sentence(say(view, "copies-mean"))] if _has_copies(report.counts) else []
    table = _table_of("type", [*rows, (say(view, "total"), report.counts)], view, strong=True)
    return [Heading(say(view, "counts")), table, Sentence(say(view, "adds-up")), *copies, Sentence(told)]


def _months(report: ReconcileReport, view: View) -> list[Block]:
    by_month: dict[int, Counts] = {}
    for _, month, counts in report.months:
        by_month[month] = by_month.get(month, Counts()) + counts
    differing = {month: each for month, each in sorted(by_month.items()) if each.differences}
    found: list[Block] = [Heading(say(view, "months"))]
    if not differing:
        return [*found, Sentence(say(view, "months-same", count=number(len(by_month), view.language)))]
    shown = list(differing.items())[:MONTHS]
    found.append(_table_of("month", [(_month(month, view), each) for month, each in shown], view))
    if FEW in by_month:
        found.append(Sentence(say(view, "months-few", count=SMALLEST)))
    if len(differing) > MONTHS:
        found.append(Sentence(say(view, "more", count=len(differing) - MONTHS)))
    if others := len(by_month) - len(differing):
        found.append(Sentence(say(view, "months-other", count=number(others, view.language))))
    return found


def _month(month: int, view: View) -> str:
    if month in (0, FEW):
        return say(view, "no-date" if not month else "few", count=SMALLEST)
    return known_month_name(month)


def _elements(report: ReconcileReport, view: View) -> list[Block]:
    if not report.elements:
        return []
    rows = tuple(
        (number(each.resources, view.language), clean(each.path), say(view, f"change-{each.change}"),
         name(each.examples[0], view) if each.examples else "")
        for each in report.elements[:SHOWN]
    )  # fmt: skip
    head = (say(view, "resources"), say(view, "element"), say(view, "change"), say(view, "examples"))
    found: list[Block] = [Heading(say(view, "elements")), Table(head, rows, "rlll")]
    if len(report.elements) > SHOWN:
        found.append(Sentence(say(view, "more", count=number(len(report.elements) - SHOWN, view.language))))
    return found


def name(text: str, view: View) -> str:
    """``Type/id``, or the place of a resource without an id, as it may be shown."""
    kind, bracket, place = text.partition(" (")
    if bracket and view.names.key:
        return f"{clean(kind)} ({view.names.source(place.rpartition(':')[0])}:{clean(place.rpartition(':')[2])}"
    return clean(text)


def _listed(report: ReconcileReport, view: View) -> list[Block]:
    if not report.examples:
        return []
    rows = tuple((say(view, f"status-{each.status}"), name(_who(each), view), _told(each, view))
                 for each in report.examples[:SHOWN])  # fmt: skip
    total = report.counts.differences
    found: list[Block] = [Heading(say(view, "list")), Table(("", say(view, "resources"), ""), rows, "lll")]
    if total > len(rows):
        found.append(Sentence(say(view, "more", count=number(total - len(rows), view.language))))
    return found


def _who(each: Difference) -> str:
    return each.before or each.after


def _told(each: Difference, view: View) -> str:
    """The first changed elements of a difference, and its new id where it has one."""
    told = [
        f"{clean(path.removeprefix(f'{each.type}.'))}: {say(view, f'change-{change}')}"
        for path, change in each.elements[:3]
    ]
    if len(each.elements) > 3:
        told.append("…")
    if each.before and each.after and each.before != each.after:
        told.insert(0, f"→ {name(each.after, view)}")
    return "; ".join(told)


def _references(report: ReconcileReport, view: View) -> list[Block]:
    found, language = report.references, view.language
    rows = tuple(
        (say(view, label), number(one, language), number(other, language))
        for label, one, other in (
            ("own", found.own_before, found.own_after), ("whole", found.whole_before, found.whole_after),
            ("outside", found.outside_before, found.outside_after),
        )
    )  # fmt: skip
    blocks: list[Block] = [Heading(say(view, "references")),
                           Table(("", say(view, "before"), say(view, "after")), rows, "lrr"),
                           Sentence(say(view, "kept-references", count=number(found.kept, language)))]  # fmt: skip
    if found.broken:
        lost = tuple((number(count, language), clean(path)) for path, count in found.broken[:SHOWN])
        blocks.append(Table(("", say(view, "lost-at")), lost, "rl"))
    return blocks


def _attachments(report: ReconcileReport, view: View) -> list[Block]:
    found, language = report.attachments, view.language
    if not found.before and not found.after:
        return []
    rows = (
        (say(view, "attachments"), number(found.before, language), number(found.after, language)),
        (say(view, "inline"), *(f"{number(count, language)} ({size(octets, language)})"
                                for count, octets in (found.inline_before, found.inline_after))),
        (say(view, "unsound"), number(found.unsound_before, language), number(found.unsound_after, language)),
    )  # fmt: skip
    told = {each: number(getattr(found, each), language) for each in ("same", "changed", "missing", "extra")}
    blocks: list[Block] = [Heading(say(view, "attachments")),
                           Table(("", say(view, "before"), say(view, "after")), rows, "lrr"),
                           Sentence(say(view, "attached", **told))]  # fmt: skip
    if found.by_address:
        blocks.append(Sentence(say(view, "by-address", count=number(found.by_address, language)), strong=True))
    return blocks


def _codes(report: ReconcileReport, view: View) -> list[Block]:
    differing = [each for each in report.codes if each.before != each.after]
    found: list[Block] = [Heading(say(view, "codes"))]
    if not differing:
        return [*found, Sentence(say(view, "codes-same"))]
    differing.sort(key=lambda each: (-abs(each.before - each.after), each.path, each.system, each.unit))
    rows = tuple(
        (number(each.before, view.language), number(each.after, view.language), clean(each.path), clean(each.unit),
         clean(each.system)) for each in differing[:SHOWN]
    )  # fmt: skip
    head = tuple(say(view, each) for each in ("before", "after", "element", "unit", "system"))
    found.append(Table(head, rows, "rrlll"))
    if len(differing) > SHOWN:
        found.append(Sentence(say(view, "more", count=number(len(differing) - SHOWN, view.language))))
    return found


def _what(report: ReconcileReport, view: View) -> list[Block]:
    blocks: list[Block] = [Heading(say(view, "what"))]
    rows: list[tuple[str, ...]] = []
    for key, side in (("before", report.before), ("after", report.after)):
        head = say(view, key)
        rows += [(head if not at else "", say(view, "source"), clean(view.names.source(each), 500))
                 for at, each in enumerate(side.sources)]  # fmt: skip
        told = (("resources", side.resources), ("without-id", side.without_id), ("several", side.several),
                ("versions", side.versions), ("kept", side.kept))  # fmt: skip
        rows += [("", say(view, label), number(count, view.language)) for label, count in told
                 if count or label == "resources"]  # fmt: skip
        rows += [("", say(view, "bytes"), size(side.bytes, view.language)), ("", say(view, "digest"), side.digest)]
        rows += [("", say(view, "unread"), _unread(kind, count, places, view)) for kind, count, places in side.unread]
    return [*blocks, Table(("", "", ""), tuple(rows), "lll")]


def _unread(kind: str, count: int, places: tuple[tuple[str, int], ...], view: View) -> str:
    where = ", ".join(f"{clean(view.names.source(source))}:{record + 1}" for source, record in places[:3])
    return f"{number(count, view.language)}× {kind} ({where})"


def _rules(report: ReconcileReport, view: View) -> list[Block]:
    rules = report.rules
    told = [
        say(view, f"identity-{rules.identity}"),
        say(view, f"decimals-{rules.decimals}"),
        say(view, "not-looked-at"),
    ]
    if rules.ignored:
        told.append(say(view, "ignored", names=", ".join(map(clean, rules.ignored))))
    if rules.renamed:
        told.append(say(view, "renamed", names=", ".join(f"{count} {what}" for what, count in rules.renamed)))
    told.append(say(view, "fingerprint", name=rules.fingerprint))
    told.append(say(view, "made", version=report.version, started=report.started[:19],
                    seconds=seconds(report.seconds, view.language), engine=report.engine))  # fmt: skip
    return [Heading(say(view, "rules")), *(Sentence(each) for each in told)]


def _portability(report: ReconcileReport, view: View) -> list[Block]:
    """Shares of what is public, and what each house or vendor owns, of both stores."""
    rows: list[tuple[str, ...]] = []
    for each in report.portability:
        if each.before[1] or each.after[1]:
            rows.append((say(view, each.measure), *(_public(pair, view) for pair in (each.before, each.after))))
        rows += [
            (f"  {_owner(of, view)}", *(number(count, view.language) for count in counts)) for of, *counts in each.own
        ]
    if not rows:
        return []
    head = ("", say(view, "before"), say(view, "after"))
    return [
        Heading(say(view, "portability")),
        Table(head, tuple(rows), "lrr"),
        Sentence(say(view, "portability-means")),
    ]


def _public(pair: tuple[int, int], view: View) -> str:
    public, judged = pair
    return f"{percent(Fraction(public, judged), view.language)}" if judged else "–"


def _owner(of: str, view: View) -> str:
    return say(view, "few-others") if of == OTHERS else say(view, "no-owner") if of == NO_OWNER else clean(of)
