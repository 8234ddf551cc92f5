"""The readiness report as Markdown, for a wiki or a ticket."""

from typing import Any

from fhircheck.assess.text import (
    about,
    applies,
    by_measured,
    lacking,
    measured_line,
    named,
    unmeasured,
    verified,
    waiting,
    weakest_line,
)
from fhircheck.assess.words import say
from fhircheck.report.markdown_text import code, plain, table, told
from fhircheck.report.shown import View

Json = dict[str, Any]


def as_markdown(document: Json, view: View) -> str:
    """The document (document.py) as Markdown; nothing of the answers becomes markup."""
    parts = [*_head(document), *_steps(document), *_claims(document), *_maturity(document), *_open(document)]
    return "\n\n".join([*parts, *_unproven(document), *_regulation(document)]) + "\n"


def _head(document: Json) -> list[str]:
    language, answers = document["language"], document["answers"]
    title = say(language, "title") + (f": {document['hospital']}" if document["hospital"] else "")
    counted = say(language, "answered", answered=answers["answered"], questions=answers["questions"])
    names = document["header"]["measured"]
    measured = say(language, "measured-with", names=", ".join(names)) if names else say(language, "nothing-measured")
    lines = [
        f"# {told(title)}",
        plain(document["note"]),
        plain(f"{counted} {say(language, 'judged', day=document['header']['judged'])}") + f" {told(measured)}",
        f"**{plain(say(language, 'weakest'))}:** {told(weakest_line(document))}",
    ]
    if answers["findings"]:
        lines += [f"## {plain(say(language, 'findings'))}", plain(say(language, "findings-why"))]
        lines.append(
            "\n".join(
                f"- **{plain(each['kind'])}** {told(each['text'])} {told(each['place'])}"
                for each in answers["findings"]
            )
        )
    return lines


def _steps(document: Json) -> list[str]:
    language, steps = document["language"], document["steps"]
    title = f"## {plain(say(language, 'steps'))}"
    if not steps:
        return [title, plain(say(language, "no-steps"))]
    head = [say(language, key) for key in ("number", "subject", "step", "owner", "when")]
    rows = [
        [
            str(each["number"]),
            told(about(each) or say(language, "hospital")),
            f"**{plain(each['text'])}** {sentence(each['next'])}" + _marks(each, language),
            plain(say(language, f"owner-{each['owner']}")),
            plain(
                "; ".join(
                    [
                        say(language, f"urgency-{each['urgency']}"),
                        *(
                            [say(language, "after", numbers=", ".join(map(str, each["after"])))]
                            if each["after"]
                            else []
                        ),
                    ]
                )
            ),
        ]
        for each in steps
    ]
    return [title, plain(say(language, "steps-why")), table(head, rows, "rllll")]


def sentence(text: str) -> str:
    """A sentence of ours, what stands in backticks as code."""
    return "".join(code(each) if place % 2 else plain(each) for place, each in enumerate(text.split("`")))


def _marks(step: Json, language: str) -> str:
    shown = [by_measured(step, language)] if step["measured"] else []
    shown += [say(language, "counsel")] if step["counsel"] else []
    return f" ({told('; '.join(shown))})" if shown else ""


def _claims(document: Json) -> list[str]:
    language, claims = document["language"], document["claims"]
    title = f"## {plain(say(language, 'claims'))}"
    if not claims:
        return [title, plain(say(language, "no-claims"))]
    head = [say(language, key) for key in ("subject", "claim", "measured", "verdict")]
    rows = [
        [
            told(named(each["subject"], language)),
            f"{plain(each['text'])} **{plain(each['answer_text'])}**",
            told(measured_line(each, language)),
            plain(say(language, each["verdict"])),
        ]
        for each in claims
        if each["verdict"] != "not-measured"
    ]
    lines = "\n".join(f"- {told(line)}" for line in unmeasured(document))
    shown = [table(head, rows, "llll")] if rows else []
    return [title, plain(say(language, "claims-why")), *shown, *([lines] if lines else [])]


def _maturity(document: Json) -> list[str]:
    language, found = document["language"], document["maturity"]
    if not found:
        return []
    parts = [f"## {plain(say(language, 'maturity'))}", plain(say(language, "maturity-why"))]
    head = [
        say(language, "subject"),
        *(say(language, f"part-{part}") for part in ("data", "interface", "organisation")),
    ]
    rows = []
    for each in found:
        by_part = {part["part"]: part for part in each["parts"]}
        cells = []
        for name in ("data", "interface", "organisation"):
            part = by_part[name]
            lines = [f"**{plain(say(language, part['state']))}**", *(plain(line) for line in lacking(part, language))]
            cells.append("<br>".join(lines))
        rows.append([told(each["subject"]["name"]), *cells])
    return [*parts, table(head, rows, "llll")]


def _open(document: Json) -> list[str]:
    language = document["language"]
    if not document["open"]:
        return []
    lines = [
        f"- {told(named(each['subject'], language))}: {plain(each['text'])} ({plain(waiting(each['rules'], language))})"
        for each in document["open"]
    ]
    return [f"## {plain(say(language, 'open'))}", plain(say(language, "open-why")), "\n".join(lines)]


def _unproven(document: Json) -> list[str]:
    language = document["language"]
    if not document["unproven"]:
        return []
    texts = dict.fromkeys(each["text"] for each in document["unproven"])
    lines = "\n".join(f"- {plain(text)}" for text in texts)
    return [f"## {plain(say(language, 'unproven'))}", plain(say(language, "unproven-why")), lines]


def _regulation(document: Json) -> list[str]:
    language, regulation = document["language"], document["regulation"]
    head = [say(language, key) for key in ("rule", "applies", "fact", "verified")]
    rows = [
        [
            plain(each["title"]) if not number else "",
            told(applies(each, language)) if not number else "",
            plain(fact["text"]),
            told(verified(fact, language)),
        ]
        for each in regulation["rules"]
        for number, fact in enumerate(each["facts"])
    ]
    return [
        f"## {plain(say(language, 'regulation'))}",
        plain(say(language, "regulation-why", day=regulation["state"])),
        table(head, rows, "llll"),
    ]
