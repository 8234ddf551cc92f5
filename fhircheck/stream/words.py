"""What a follower says while it follows: a line a notice and a few a window, as text or as JSON lines."""

from typing import Any

from fhircheck.model.plural import filled
from fhircheck.model.report import RunReport
from fhircheck.monitor.spans import said
from fhircheck.report.ndjson import encoded
from fhircheck.report.numbers import number, points
from fhircheck.report.outcome import errors, outcome, resources
from fhircheck.report.score_name import score_name
from fhircheck.report.shown import View, clean
from fhircheck.stream.notice import Notice
from fhircheck.stream.panes import iso
from fhircheck.stream.window import WindowResult

_TEXTS: dict[str, tuple[str, str]] = {
    "silence": ("no data{of} since {since} ({span})", "keine Daten{of} seit {since} ({span})"),
    "data-again": (
        "data{of} again, after a gap of {span} (from {since})",
        "wieder Daten{of}, nach einer Lücke von {span} (ab {since})",
    ),
    "clock-ahead": (
        "data{of} from the future: its clock is {span} ahead",
        "Daten{of} aus der Zukunft: die Uhr geht {span} vor",
    ),
    "late-data": ("data{of} arrived {span} after it was measured", "Daten{of} kamen {span} nach der Messung an"),
    "duplicates": (
        "a resource{of} came again, unchanged; it is counted",
        "eine Ressource{of} kam unverändert noch einmal; sie zählt mit",
    ),
    "line-unfinished": (
        "{of}: the last line waits for its end since {since}",
        "{of}: die letzte Zeile wartet seit {since} auf ihr Ende",
    ),
    "file-unfinished": (
        "{of}: waits for its end since {since}; not checked yet",
        "{of}: wartet seit {since} auf das Ende; noch nicht geprüft",
    ),
    "file-replaced": (
        "{of}: another file took its place; it is read from its beginning",
        "{of}: eine andere Datei steht an der Stelle; sie wird von vorn gelesen",
    ),
    "file-truncated": (
        "{of}: was cut; it is read from its beginning",
        "{of}: wurde gekürzt; die Datei wird von vorn gelesen",
    ),
    "file-rewritten": (
        "{of}: was written anew; it is counted again",
        "{of}: wurde neu geschrieben und zählt noch einmal",
    ),
    "file-unreadable": ("{of}: cannot be read", "{of}: nicht lesbar"),
    "of": (" of {name}", " von {name}"),
    "window": (
        "window {span}: {resources} {resources:resource|resources}, {errors} {errors:error|errors},"
        " {warnings} {warnings:warning|warnings}",
        "Fenster {span}: {resources} {resources:Ressource|Ressourcen}, {errors} Fehler, {warnings}"
        " {warnings:Warnung|Warnungen}",
    ),
    "score": ("{name} {value}", "{name} {value}"),
    "score-total": ("{name} {value} (since the start {total})", "{name} {value} (seit Beginn {total})"),
    "times": (
        "arrival: half within {half}, 99% within {most}",
        "Ankunft: die Hälfte binnen {half}, 99 % binnen {most}",
    ),
    "late": ("late {late}", "verspätet {late}"),
    "ahead": ("clock ahead {ahead}", "Uhr geht vor {ahead}"),
    "twice": ("sent twice {twice}", "doppelt {twice}"),
    "gap": ("longest gap {gap}", "längste Lücke {gap}"),
    "silent": ("silent: {names}", "stumm: {names}"),
    "silent-of": ("{name} since {since}", "{name} seit {since}"),
    "everything": ("the whole stream", "der ganze Strom"),
}
_SHOWN = 5
"""Silent devices that are named in a line."""


def _say(view: View, text: str, /, **values: str) -> str:
    return filled(_TEXTS[text][view.language == "de"], values)


def _moment(moment: float) -> str:
    return iso(moment).replace("+00:00", "Z")


def _span(seconds: float) -> str:
    return said(seconds) if seconds < 60 else said(round(seconds))


def shown_origin(name: str, view: View) -> str:
    """A device, a system or a file as it may be shown."""
    kind = name.partition("/")[0]
    return clean(view.names.resource(name) if kind in ("Device", "DeviceMetric") else view.names.source(name))


def notice_line(notice: Notice, view: View) -> str:
    """A notice in one line."""
    of = shown_origin(notice.of, view) if notice.of else ""
    if of and not notice.is_file:
        of = _say(view, "of", name=of)
    text = _say(view, notice.kind, of=of, since=_moment(notice.since), span=_span(notice.seconds))
    return f"{_moment(notice.at)}  {text}"


def notice_form(notice: Notice, view: View) -> str:
    """A notice as a JSON line: its member ``event`` tells it from findings."""
    form: dict[str, Any] = {
        "event": notice.kind,
        "time": _moment(notice.at),
        "of": shown_origin(notice.of, view) if notice.of else None,
        "since": _moment(notice.since) if notice.since else None,
        "seconds": round(notice.seconds, 3),
    }
    return encoded(form)


def window_lines(result: WindowResult, view: View) -> list[str]:
    """A window in a few lines of at most 80 columns or so."""
    report = result.report
    head = _say(
        view, "window", span=_span(result.end - result.begin), resources=number(resources(report), view.language),
        errors=number(errors(report), view.language), warnings=number(report.count("warning"), view.language),
    )  # fmt: skip
    lines = [f"{_moment(result.end)}  {head}"]
    lines += [f"  {each}" for each in _scores(result, view)]
    times = _times(result, view)
    lines += [f"  {', '.join(times)}"] if times else []
    if result.silent:
        names = [
            _say(view, "silent-of", name=shown_origin(name, view) or _say(view, "everything"), since=_moment(since))
            for name, since in result.silent[:_SHOWN]
        ]
        more = len(result.silent) - _SHOWN
        lines.append("  " + _say(view, "silent", names=", ".join(names) + (f" (+{more})" if more > 0 else "")))
    return lines


def _scores(result: WindowResult, view: View) -> list[str]:
    totals = {each.name: each.value for each in result.total.scores} if result.total is not None else {}
    found = []
    for score in result.report.scores:
        name, value = score_name(score.name, view), points(score.value, view.language)
        key = "score-total" if score.name in totals else "score"
        found.append(_say(view, key, name=name, value=value, total=points(totals.get(score.name), view.language)))
    return found


def _times(result: WindowResult, view: View) -> list[str]:
    facts = result.arrivals
    found = []
    if facts.delay_half is not None and facts.delay_most is not None:
        found.append(_say(view, "times", half=_span(facts.delay_half), most=_span(facts.delay_most)))
    for name, count in (("late", facts.late), ("ahead", facts.ahead), ("twice", facts.duplicates)):
        if count:
            found.append(_say(view, name, **{name: number(count, view.language)}))
    if facts.gap:
        found.append(_say(view, "gap", gap=_span(facts.gap)))
    return found


def window_form(result: WindowResult, view: View) -> str:
    """A window as a JSON line."""
    facts = result.arrivals
    form = {
        "event": "end" if result.final else "window",
        "number": result.number or None,
        "from": _moment(result.begin),
        "to": _moment(result.end),
        **_figures(result.report, view),
        "since_start": _figures(result.total, view) if result.total is not None else None,
        "records_since_start": result.records,
        "bytes_since_start": result.bytes,
        "arrivals": {
            "timed": facts.timed,
            "late": facts.late,
            "ahead": facts.ahead,
            "duplicates": facts.duplicates,
            "changed": facts.changed,
            "silences": facts.silences,
            "longest_gap": round(facts.gap, 3),
            "delay_p50": facts.delay_half,
            "delay_p99": facts.delay_most,
        },
        "silent": [{"of": shown_origin(name, view) or None, "since": _moment(since)} for name, since in result.silent],
    }
    return encoded(form)


def _figures(report: RunReport, view: View) -> dict[str, Any]:
    return {
        "outcome": outcome(report),
        "resources": resources(report),
        "errors": errors(report),
        "warnings": report.count("warning"),
        "coverage": None if report.coverage is None else round(float(report.coverage), 6),
        "scores": {
            score_name(each.name, view): None if each.value is None else round(float(each.value), 3)
            for each in report.scores
        },
        "measures": {
            each.name: {"numerator": each.numerator, "denominator": each.denominator, "status": each.status}
            for each in report.measures
            if each.denominator
        },
    }
