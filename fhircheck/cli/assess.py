"""``fhircheck assess``: the organisation around the data: cloud, regulation, recovery, people, AI."""

import sys
from typing import Any

import click

from fhircheck.cli.history_options import store_options
from fhircheck.cli.package_options import Function, Option

FORMATS = ("text", "html", "markdown", "json")

_OPTIONS: tuple[Option, ...] = (
    click.argument("file", metavar="[FILE]", default="readiness.json"),
    click.option("--answers", metavar="FILE", help="Ask nothing: read a QuestionnaireResponse (JSON, XML) from FILE."),
    click.option("--report", "reports", multiple=True, metavar="[NAME=]FILE|RUN",
                 help="What `fhircheck check --format json` measured, of application or use case NAME;"
                 " RUN of the history: SERIES@latest. Repeatable."),
    click.option("--server-report", "servers", multiple=True, metavar="[NAME=]FILE",
                 help="What `fhircheck server --save` wrote. Repeatable."),
    click.option("--compare", "compares", multiple=True, metavar="[NAME=]FILE",
                 help="Protocol of `fhircheck compare --format json`. Repeatable."),
    click.option("--questionnaire", is_flag=True, help="Write the FHIR Questionnaire, for another form filler."),
    click.option("--rules", is_flag=True, help="Write the decision table: condition, recommendation, source."),
    click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
                 help="Form of the report."),
    click.option("--output", metavar="FILE", help="Write to FILE (whole or not at all)."),
    click.option("--language", type=click.Choice(("en", "de")), default="en", show_default=True,
                 envvar="FHIRCHECK_LANGUAGE", help="Language of questions and texts."),
)  # fmt: skip


def _options(function: Function) -> Function:
    function = store_options(function)
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("assess")
@_options
@click.pass_context
def assess(ctx: click.Context, /, **given: Any) -> None:
    """Ask about cloud, regulation, recovery, people and AI; say what is next.

    Answers are kept in FILE (a FHIR QuestionnaireResponse) after each question: stopped, the same
    command goes on. With --answers nothing is asked. What the answers claim is set beside what was
    measured. No legal advice.

    \b
    Exit codes: 0 report written, 1 the answers have errors (the report says which),
    2 wrong use, 3 the answers or a measured report cannot be read.
    """
    from fhircheck.assess.form import questionnaire_text

    if given["questionnaire"]:
        _write(questionnaire_text(), given, "json")
        return
    if given["rules"]:
        from fhircheck.assess.rule_list import rule_list

        _write(rule_list(_view(given)), given, "text")
        return
    ctx.exit(_assess(**given))


def _assess(file: str, answers: str | None, **given: Any) -> int:
    from datetime import UTC, datetime

    from fhircheck.assess.assessment import assess as judged
    from fhircheck.assess.document import Document
    from fhircheck.assess.form import shipped
    from fhircheck.assess.forms import FORMS
    from fhircheck.assess.response import answers_of, read_response
    from fhircheck.assess.validating import check_file

    form, now = shipped(), datetime.now(UTC)
    pieces = _pieces(given)
    if answers is None:
        from fhircheck.cli.asking import ask

        if not ask(form, file, given["language"]):
            return 0
    path = file if answers is None else answers
    response = read_response(path)
    findings = check_file(path)
    found = judged(form, answers_of(form, response), pieces, now)
    document = Document(found, given["language"]).whole(findings, [each.name for each in pieces], now)
    _write(FORMS[given["format_"]](document, _view(given)), given, given["format_"])
    return int(any(each.severity in ("error", "fatal") for each in findings))


def _pieces(given: dict[str, Any]) -> list[Any]:
    """The measured documents, read before anything is asked."""
    from contextlib import ExitStack

    from fhircheck.assess.evidence import read_pieces
    from fhircheck.assess.form import shipped
    from fhircheck.history.judge import Runs

    form = shipped()
    where, password = given["history"], given["history_password"]
    labels = form.labels()
    with ExitStack() as stack:
        runs = Runs(where, password, stack)
        found = read_pieces("report", given["reports"], labels, lambda name: runs.read(name)[1])
    for kind, option in (("server", "servers"), ("compare", "compares")):
        found += read_pieces(kind, given[option], labels)
    return found


def _view(given: dict[str, Any]) -> Any:
    from fhircheck.cli.run_command import screen
    from fhircheck.report.shown import View

    width, color = screen(given["output"] in (None, "-"))
    return View("assess", given["language"], width=width, color=color and given["format_"] == "text")


def _write(text: str, given: dict[str, Any], form: str) -> None:
    from fhircheck.cli.output import opened

    on_screen = given["output"] in (None, "-")
    encoding = (sys.stdout.encoding or "utf-8") if form == "text" and on_screen else "utf-8"
    with opened(given["output"], encoding) as write:
        write(text)
