"""The readiness report as text for a terminal: what is weakest, what to do next, said and measured, law."""

from typing import Any

from fhircheck.assess.words import say
from fhircheck.report.numbers import percent
from fhircheck.report.page import Page, Span
from fhircheck.report.shown import View

Json = dict[str, Any]
STATE_STYLES = {"not-ready": "bold red", "unknown": "magenta", "partly": "yellow", "ready": "green"}
VERDICT_STYLES = {"contradicted": "bold red", "supported": "green", "cannot-tell": "magenta", "not-measured": "dim"}
OPEN_SHOWN = 12


def as_text(document: Json, view: View) -> str:
    """The document (document.py) laid out at the view's width."""
    page = Page(view)
    _head(page, document)
    _steps(page, document)
    _claims(page, document)
    _maturity(page, document)
    _open(page, document)
    _unproven(page, document)
    _regulation(page, document)
    return page.text().lstrip("\n")


def named(subject: Json | None, language: str) -> str:
    """What a row is about."""
    return str(subject["name"]) if subject else say(language, "hospital")


def about(step: Json) -> str:
    """The applications or use cases a step is about; empty for the hospital."""
    return ", ".join(each["name"] for each in step["subjects"])


def by_measured(step: Json, language: str) -> str:
    """That a step follows from measured numbers, and of which subjects where not of all."""
    names = ", ".join(each["name"] for each in step["measured"] if each)
    words = say(language, "by-measured")
    return words if len(step["measured"]) >= len(step["subjects"]) or not names else f"{words}: {names}"


def waiting(rules: list[str], language: str) -> str:
    """How many rules wait for an answer."""
    return say(language, "waits-one") if len(rules) == 1 else say(language, "waits", count=len(rules))


def weakest_line(document: Json) -> str:
    """The weakest part of all, in a line."""
    weakest, language = document["weakest"], document["language"]
    if weakest is None:
        return say(language, "nothing-weak")
    state = say(language, weakest["state"])
    part = say(language, f"part-{weakest['part']}")
    return say(language, "weakest-line", subject=named(weakest["subject"], language), part=part, state=state)


def _head(page: Page, document: Json) -> None:
    language, answers = document["language"], document["answers"]
    title = say(language, "title")
    page.line((f"{title}: {document['hospital']}" if document["hospital"] else title, "bold"))
    page.wrapped((document["note"], ""))
    counted = say(language, "answered", answered=answers["answered"], questions=answers["questions"])
    page.wrapped((f"{counted} {say(language, 'judged', day=document['header']['judged'])}", ""))
    measured = document["header"]["measured"]
    words = say(language, "measured-with", names=", ".join(measured)) if measured else say(language, "nothing-measured")
    page.wrapped((words, ""))
    if document["maturity"]:
        page.wrapped((f"{say(language, 'weakest')}: ", "bold"), (weakest_line(document), ""))
    if answers["findings"]:
        page.heading(say(language, "findings").upper())
        page.wrapped((say(language, "findings-why"), "dim"), indent=2)
        for each in answers["findings"]:
            page.wrapped(
                (f"{each['severity']}  ", "red"), (f"{each['kind']}  ", "bold"), (each["text"], ""), indent=2, hanging=2
            )
            page.line((each["place"], "dim"), indent=4)


def _steps(page: Page, document: Json) -> None:
    language, steps = document["language"], document["steps"]
    page.heading(say(language, "steps").upper())
    if not steps:
        page.wrapped((say(language, "no-steps"), ""), indent=2)
        return
    page.wrapped((say(language, "steps-why"), "dim"), indent=2)
    width = len(str(len(steps)))
    for each in steps:
        owner = say(language, f"owner-{each['owner']}")
        beside = [owner, say(language, f"urgency-{each['urgency']}")]
        if each["after"]:
            beside.append(say(language, "after", numbers=", ".join(map(str, each["after"]))))
        if each["measured"]:
            beside.append(by_measured(each, language))
        if each["basis"]:
            beside.append(", ".join(rule["title"] for rule in each["basis"]))
        if each["counsel"]:
            beside.append(say(language, "counsel"))
        subject = f"{about(each)}: " if each["subjects"] else ""
        number = f"{each['number']:>{width}}. "
        page.wrapped((number, ""), (subject, "cyan"), (each["text"], "bold"), indent=2, hanging=width + 2)
        page.wrapped((each["next"].replace("`", ""), ""), indent=width + 4)
        page.wrapped(("; ".join(beside), "dim"), indent=width + 4)


def _claims(page: Page, document: Json) -> None:
    language, claims = document["language"], document["claims"]
    page.heading(say(language, "claims").upper())
    if not claims:
        page.wrapped((say(language, "no-claims"), ""), indent=2)
        return
    page.wrapped((say(language, "claims-why"), "dim"), indent=2)
    for each in claims:
        if each["verdict"] == "not-measured":
            continue
        verdict = (say(language, each["verdict"]), VERDICT_STYLES[each["verdict"]])
        page.wrapped(verdict, ("  ", ""), (f"{named(each['subject'], language)}: ", "cyan"), (each["text"], ""),
                     (f" {each['answer_text']}", "bold"), indent=2, hanging=2)  # fmt: skip
        page.wrapped((measured_line(each, language), ""), (f"  {each['source']}", "dim"), indent=4, hanging=2)

    for line in unmeasured(document):
        page.wrapped((line, "dim"), indent=2, hanging=2)


def unmeasured(document: Json) -> list[str]:
    """For each option: how many claims it would measure, and of what."""
    language, lines = document["language"], []
    for option in ("--report", "--server-report", "--compare"):
        kept = [each for each in document["claims"] if each["verdict"] == "not-measured" and each["by"] == option]
        if kept:
            names = ", ".join(dict.fromkeys(named(each["subject"], language) for each in kept))
            lines.append(say(language, "would-measure", option=option, count=len(kept), names=names))
    return lines


def measured_line(claim: Json, language: str) -> str:
    """What was measured, and what would have been expected."""
    measured = claim["measured"]
    if measured is None:
        return say(language, "not-measured")
    line = f"{say(language, 'measured')}: {measured['text']}"
    if measured["least"] is None and measured["most"] is None:
        return line
    return f"{line}; {say(language, 'expected', share=percent(claim['expected'], language))}"


def _maturity(page: Page, document: Json) -> None:
    language = document["language"]
    if not document["maturity"]:
        return
    page.heading(say(language, "maturity").upper())
    page.wrapped((say(language, "maturity-why"), "dim"), indent=2)
    for group in ("applications", "ai"):
        rows = [each for each in document["maturity"] if each["subject"]["group"] == group]
        if rows:
            page.blank()
            page.line((say(language, group), "bold"), indent=2)
        for each in rows:
            spans: list[Span] = [(f"{each['subject']['name']}: ", "cyan")]
            for part in each["parts"]:
                spans.append((f"{say(language, 'part-' + part['part'])} ", ""))
                spans.append((say(language, part["state"]), STATE_STYLES[part["state"]]))
                spans.append((", ", ""))
            page.wrapped(*spans[:-1], indent=4, hanging=2)
            for line in lacking(each["parts"][0], language):
                page.wrapped((line, "dim"), indent=6, hanging=2)


def lacking(part: Json, language: str) -> list[str]:
    """What a part lacks, and what of it is not known."""
    denied = set(part["contradicted"])
    lines = []
    for key, kept in (
        ("lacks", [each["text"] for each in part["unmet"] if each["name"] not in denied]),
        ("denied", [each["text"] for each in part["unmet"] if each["name"] in denied]),
        ("unclear", [each["text"] for each in part["open"]]),
    ):
        if kept:
            lines.append(f"{say(language, key)}: {', '.join(kept)}")
    return lines


def _open(page: Page, document: Json) -> None:
    language, open_ = document["language"], document["open"]
    if not open_:
        return
    page.heading(say(language, "open").upper())
    page.wrapped((say(language, "open-why"), "dim"), indent=2)
    for each in open_[:OPEN_SHOWN]:
        subject = f"{each['subject']['name']}: " if each["subject"] else ""
        page.wrapped(
            (subject, "cyan"), (each["text"], ""), (f"  {waiting(each['rules'], language)}", "dim"), indent=2, hanging=2
        )
    if len(open_) > OPEN_SHOWN:
        page.line((say(language, "more", count=len(open_) - OPEN_SHOWN), "dim"), indent=2)


def _unproven(page: Page, document: Json) -> None:
    language = document["language"]
    if not document["unproven"]:
        return
    page.heading(say(language, "unproven").upper())
    page.wrapped((say(language, "unproven-why"), "dim"), indent=2)
    for text in dict.fromkeys(each["text"] for each in document["unproven"]):
        page.wrapped((text, ""), indent=2, hanging=2)


def _regulation(page: Page, document: Json) -> None:
    language, rules = document["language"], document["regulation"]["rules"]
    page.heading(say(language, "regulation").upper())
    page.wrapped((say(language, "regulation-why", day=document["regulation"]["state"]), "dim"), indent=2)
    for each in rules:
        if each["applies"] == "no":
            page.blank()
            page.wrapped((each["title"], "bold"), (f"  {applies(each, language)}", "dim"), indent=2, hanging=2)
            continue
        page.blank()
        page.wrapped((each["title"], "bold"), (f"  {applies(each, language)}", ""), indent=2, hanging=2)
        for fact in each["facts"]:
            page.wrapped((fact["text"], ""), indent=4)
            page.wrapped((verified(fact, language), "dim"), indent=6, hanging=2)


def applies(rule: Json, language: str) -> str:
    """Whether a rule applies, to what, and whether a judgement is needed."""
    key = {"yes": "applies-yes", "no": "applies-no", "cannot-tell": "applies-open"}[rule["applies"]]
    parts = [say(language, key)]
    if rule["subjects"]:
        parts[0] += ": " + ", ".join(each["name"] for each in rule["subjects"])
    if rule["counsel"] and rule["applies"] != "no":
        parts.append(say(language, "counsel"))
    return "; ".join(parts)


def verified(fact: Json, language: str) -> str:
    """How a fact was verified, its source and its day."""
    parts = [say(language, f"mark-{fact['mark']}")]
    if fact["source"]:
        parts += [fact["source"], fact["day"] or say(language, "no-day")]
    if fact["open"]:
        parts.append(say(language, "unsettled"))
    return "; ".join(parts)
