"""Questions about the hospital as pages: a form a part, answers kept in a file, the report at the end. No script."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fhircheck.assess.answer_file import AnswerFile
from fhircheck.assess.answers import MOST_INSTANCES, Answers, Sheet, Value, asked, enabled, instance_name
from fhircheck.assess.form import Group, Question, said
from fhircheck.assess.interview import entered_values
from fhircheck.serve.pages.answering import Fields, first
from fhircheck.serve.pages.rendering import render
from fhircheck.serve.pages.visit import Visit
from fhircheck.serve.pages.words import say

SELECT_FROM = 12
"""Answers from which on they are chosen in a list instead of beside each other."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a page shows it. chosen: codes, or the text to show. fault: what is wrong with what was entered."""

    question: Question
    text: str
    help: str
    options: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]
    proof: str
    fault: str


def overview(visit: Visit, file: AnswerFile | None) -> str:
    """The parts of the questionnaire with how far each is."""
    title = say(visit.language, "assess-title")
    if file is None:
        return render("message.html", visit, title, text=say(visit.language, "assess-none"))
    answers = file.load()
    rows = []
    for group in file.form.groups:
        put = [bool(sheet.get(each.link)) for each, sheet in asked(file.form, answers) if each.group == group.link]
        rows.append((group, said(group.texts, visit.language), sum(put), len(put) - sum(put)))
    about = said(file.form.about, visit.language)
    return render("assess.html", visit, title, rows=rows, about=about)


def part(visit: Visit, file: AnswerFile | None, link: str) -> str:
    """The form of one part, of one instance where it repeats."""
    kept, group = _of(file, link)
    answers = kept.load()
    sheets = answers.sheets(group)
    index = visit.whole("index", 0, 0, len(sheets) if group.repeats else 0)
    if index == len(sheets):  # one that is being added
        sheets.append({})
    note = {"more": "assess-more", "kept": "assess-kept"}.get(visit.asked("note"), "")
    return _form(visit, kept, group, answers, index, note=note)


def taken(visit: Visit, file: AnswerFile | None, group: str, fields: Fields) -> Any:
    """Keep what a form brought; then what follows from it. With faults, the form again with what was entered."""
    from starlette.responses import HTMLResponse

    kept, part_ = _of(file, group)
    answers = kept.load()
    sheets = answers.sheets(part_)
    text = first(fields, "index")
    index = min(int(text), len(sheets)) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    new = part_.repeats and index == len(sheets) < MOST_INSTANCES
    if new:
        sheets.append({})
    index = min(index, len(sheets) - 1)
    action = first(fields, "action")
    if first(fields, "revision") != kept.revision():
        return HTMLResponse(
            _form(visit, kept, part_, answers, index, fault=say(visit.language, "assess-meanwhile")), 409
        )
    if new and (action == "remove" or not _anything(part_, fields)):
        del sheets[index]
        return _next(kept, part_, answers, index)
    if action == "remove" and part_.repeats:
        del sheets[index]
        _keep(kept, answers, fields)
        return _to(part_, 0, "kept")
    before = _shown(kept, part_, sheets[index], answers)
    faults = _take(part_, sheets[index], fields, visit.language)
    if faults:
        key = "assess-faulty-one" if len(faults) == 1 else "assess-faulty"
        fault = say(visit.language, key, count=len(faults))
        return HTMLResponse(_form(visit, kept, part_, answers, index, fault=fault, faults=faults, fields=fields), 422)
    _keep(kept, answers, fields)
    if _shown(kept, part_, sheets[index], answers) - before:
        return _to(part_, index, "more")
    if action == "add":
        return _to(part_, len(sheets), "kept")
    return _next(kept, part_, answers, index)


def measured(store: Any, labels: frozenset[str]) -> list[Any]:
    """The latest run of each series that could check, the newest first; of an application or use case of its name."""
    from fhircheck.assess.evidence import piece_of

    latest = [run for each in store.series() if (run := store.latest(each.name, good=True)) is not None]
    latest.sort(key=lambda run: run.finished, reverse=True)
    return [
        piece_of("report", run.series if run.series in labels else "", run.name, store.document(run.series, run.number))
        for run in latest
    ]


def report(visit: Visit, file: AnswerFile | None, store: Any) -> Any:
    """The readiness report of the answers, beside what the runs in the store measured (None: there is none yet)."""
    from starlette.responses import Response

    from fhircheck.assess.assessment import assess
    from fhircheck.assess.document import Document
    from fhircheck.assess.html import as_html, policy
    from fhircheck.assess.validating import check_file
    from fhircheck.report.shown import View

    if file is None:
        raise LookupError("assessment")
    now = datetime.now(UTC)
    pieces = measured(store, file.form.labels()) if store is not None else []
    found = assess(file.form, file.load(), pieces, now)
    findings = check_file(file.path) if file.there() else []
    document = Document(found, visit.language).whole(findings, [each.name for each in pieces], now)
    page = as_html(document, View("assess", visit.language))
    return Response(page.encode(), headers={"Content-Security-Policy": policy()}, media_type="text/html")


def _of(file: AnswerFile | None, link: str) -> tuple[AnswerFile, Group]:
    """The file and the group. Raises LookupError where there is no such part."""
    if file is None or link not in {each.link for each in file.form.groups}:
        raise LookupError(link)
    return file, file.form.group(link)


def _anything(group: Group, fields: Fields) -> bool:
    """Whether anything was entered."""
    return any(text.strip() for question in group.questions for text in fields.get(question.link, ()))


def _keep(file: AnswerFile, answers: Answers, fields: Fields) -> None:
    file.keep(answers, "in-progress", first(fields, "revision"))


def _shown(file: AnswerFile, group: Group, sheet: Sheet, answers: Answers) -> set[str]:
    return {each.link for each in group.questions if enabled(file.form, each, sheet, answers)}


def _to(group: Group, index: int, note: str) -> Any:
    from starlette.responses import RedirectResponse

    return RedirectResponse(f"/assess/{quote(group.link)}?index={index}&note={note}", 303)


def _next(file: AnswerFile, group: Group, answers: Answers, index: int) -> Any:
    """The next instance, else the next part, else the overview."""
    from starlette.responses import RedirectResponse

    if group.repeats and index + 1 < len(answers.sheets(group)):
        return _to(group, index + 1, "kept")
    groups = file.form.groups
    place = groups.index(group) + 1
    return _to(groups[place], 0, "kept") if place < len(groups) else RedirectResponse("/assess", 303)


def _take(group: Group, sheet: Sheet, fields: Fields, language: str) -> dict[str, str]:
    """Put what was entered onto the sheet; what is wrong, by question. A question that was not on the form stays."""
    faults: dict[str, str] = {}
    for question in group.questions:
        if f"on.{question.link}" not in fields:
            continue
        values, fault = _entered(question, fields.get(question.link, [""]))
        if question.required and not values and not fault:
            fault = "assess-needed"
        if fault:
            faults[question.link] = say(language, fault, least=question.least, most=question.most)
            continue
        sheet[question.link] = values
        proof = first(fields, question.evidence).strip() if question.evidence else ""
        sheet.pop(question.evidence, None)
        if proof:
            sheet[question.evidence] = (proof[: question.longest],)
    return faults


def _entered(question: Question, given: list[str]) -> tuple[tuple[Value, ...], str]:
    """Values, and the word that says what is wrong."""
    if question.kind == "choice":
        options = [option for each in given if each and (option := question.option(each)) is not None]
        if len(options) > 1 and any(each.exclusive for each in options):
            return (), "assess-exclusive"
        return tuple(dict.fromkeys(each.code for each in options if question.many or each is options[0])), ""
    values, fault = entered_values(question, given[0])
    words = {"bounds": "assess-number", "date": "assess-date", "long": "assess-long"}
    return values, words.get(fault, "")


def _form(
    visit: Visit,
    file: AnswerFile,
    group: Group,
    answers: Answers,
    index: int,
    *,
    note: str = "",
    fault: str = "",
    faults: dict[str, str] | None = None,
    fields: Fields | None = None,
) -> str:
    sheets = answers.sheets(group)
    sheet = sheets[index]
    shown = [
        _asked(each, sheet, visit.language, (faults or {}).get(each.link, ""), fields)
        for each in group.questions
        if enabled(file.form, each, sheet, answers)
    ]
    names = [instance_name(file.form, group, each, visit.language) for each in sheets] if group.repeats else []
    title = names[index] if names else said(group.texts, visit.language)
    return render(
        "assess_part.html",
        visit,
        title,
        group=group,
        part=said(group.texts, visit.language),
        names=names,
        index=index,
        shown=shown,
        revision_of_file=file.revision(),
        note=say(visit.language, note) if note else "",
        fault=fault,
        select_from=SELECT_FROM,
    )


def _asked(question: Question, sheet: Sheet, language: str, fault: str, fields: Fields | None) -> Asked:
    chosen = tuple(str(each) for each in sheet.get(question.link, ()))
    proof = str(next(iter(sheet.get(question.evidence, ())), "")) if question.evidence else ""
    if fault and fields is not None:
        chosen, proof = tuple(fields.get(question.link, ())), first(fields, question.evidence)
    return Asked(
        question,
        said(question.texts, language),
        said(question.help, language).replace("`", ""),
        tuple((each.code, said(each.texts, language)) for each in question.options),
        chosen,
        proof,
        fault,
    )
