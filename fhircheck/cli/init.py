"""``fhircheck init``: a first job file, from questions."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fhircheck.cli.package_options import OFFLINE, PACKAGE_CACHE, Function, Option
from fhircheck.model.plural import filled

if TYPE_CHECKING:
    from fhircheck.model.connection import Connection
    from fhircheck.monitor.first_job import Answers
    from fhircheck.monitor.source_look import Look

_SIGN_INS = ("none", "basic", "bearer", "oauth2", "smart")
_NEEDS = {"basic": ("user", "secret"), "bearer": ("secret",), "oauth2": ("client_id", "secret"),
          "smart": ("client_id", "secret", "scope")}  # fmt: skip
_ASKED = {"user": "User", "client_id": "Client id", "secret": "Where its secret is (env:NAME, file:PATH, keyring:S/U)",
          "scope": "Scopes"}  # fmt: skip
_USUAL = {"secret": "env:FHIR_SECRET", "scope": "system/*.rs"}

_OPTIONS: tuple[Option, ...] = (
    click.argument("file", metavar="[JOB.toml]", default="job.toml"),
    click.option("--source", "sources", multiple=True, metavar="PATH_OR_URL", help="What is checked. Repeatable."),
    click.option("--name", metavar="NAME", help="Name of the job.  [default: of the source]"),
    click.option("--auth", type=click.Choice(_SIGN_INS), help="How to sign in to the server."),
    click.option("--user", metavar="NAME", help="User of --auth basic."),
    click.option("--client-id", metavar="ID", help="Client of --auth oauth2 and smart."),
    click.option("--secret", metavar="env:NAME|file:PATH|keyring:SERVICE/USER", help="Where the secret is."),
    click.option("--scope", metavar="SCOPES", help="Scopes of --auth smart."),
    click.option("--use-case", "use_cases", multiple=True, metavar="NAME",
                 help="Use case to judge.  [default: those whose types are there]"),
    click.option("--reports", metavar="FOLDER", help="Where reports are written.  [default: reports]"),
    click.option("--since-last/--whole", default=None, help="Read only what has changed, or all each time."),
    click.option("--server/--no-server", "judge_server", default=None, help="Judge the server too."),
    click.option("--language", type=click.Choice(("en", "de")), envvar="FHIRCHECK_LANGUAGE", help="Of reports."),
    click.option("--yes", "-y", is_flag=True, help="Ask nothing: take what options say, and defaults."),
    click.option("--force", is_flag=True, help="Replace a file that is there."),
    OFFLINE,
    PACKAGE_CACHE,
)  # fmt: skip


def _options(function: Function) -> Function:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("init")
@_options
def init(**given: Any) -> None:
    """Write a first job file for `fhircheck run`, from questions.

    The sources are looked into: packages are proposed for the profiles that their data claims, use
    cases for the types that are there. Comments in the file say what else can be asked for.

    \b
    Exit codes: 0 written, 2 wrong use (a file is there already).
    """
    _init(**given)


def _init(file: str, yes: bool, force: bool, offline: bool, package_cache: str | None, **given: Any) -> None:
    from fhircheck.cli.output import opened
    from fhircheck.monitor.first_job import job_text
    from fhircheck.report import RENDERERS

    _check_place(file, yes, force)
    answers, look = _answers(Path(file), given, yes, offline, package_cache)
    with opened(file, option="init") as write:
        write(job_text(answers, RENDERERS.names))
    _say_end(file, answers, look)


def _check_place(file: str, yes: bool, force: bool) -> None:
    """Nothing is overwritten without being asked. Raises UsageError."""
    from fhircheck.model.errors import UsageError

    if not os.path.lexists(file) or force:
        return
    if yes or not click.confirm(f"{file} is there already. Replace it?", default=False):
        raise UsageError(f"{file} is there already and stays as it is; --force replaces it")


def _answers(
    file: Path, given: dict[str, Any], yes: bool, offline: bool, package_cache: str | None
) -> "tuple[Answers, Look]":
    """All that is asked, in the order of the file; options go before questions."""
    from fhircheck.monitor.first_job import Answers
    from fhircheck.monitor.job_reading import below, is_url
    from fhircheck.monitor.source_look import default_name, fitting_use_cases, look_at, proposed_packages

    sources = _sources(list(given["sources"]), yes)
    has_server = any(map(is_url, sources))
    sign_in = _sign_in(given, yes) if has_server else {}
    folder = "" if str(file.parent) == "." else str(file.parent)
    named = [each if is_url(each) else below(folder, each) for each in sources]
    look = look_at(named, _connection(sign_in, folder, sources), offline)
    _say_look(look)
    answers = Answers(given["name"] or _ask("Name of the job", default_name(sources[0]), yes), sources)
    answers.sign_in = sign_in
    answers.language = given["language"] or _ask("Language of reports", "en", yes, click.Choice(("en", "de")))
    answers.packages = proposed_packages(look.claims, package_cache)
    fitting = list(given["use_cases"]) or fitting_use_cases(look.types)
    answers.use_cases = fitting if given["use_cases"] or yes else _chosen("Use cases to judge", fitting)
    answers.reports = given["reports"] or _ask("Folder for reports", "reports", yes)
    answers.since_last = _whether(given["since_last"], "Read only what has changed since the last run?", yes)
    if has_server:
        answers.judge_server = _whether(given["judge_server"], "Judge the server too (its interfaces)?", yes)
    return answers, look


def _sources(given: list[str], yes: bool) -> list[str]:
    from fhircheck.model.errors import UsageError

    if given:
        return given
    if yes:
        raise UsageError("name what is to be checked: --source PATH_OR_URL")
    found = [_ask("What is to be checked (file, folder or a server's base address)", "data", yes)]
    while more := click.prompt("Another one (empty: no)", default="", show_default=False):
        found.append(more)
    return found


def _sign_in(given: dict[str, Any], yes: bool) -> dict[str, str]:
    """Keys of [connection]; where no secret is, only where it is found."""
    method = given["auth"] or _ask("How to sign in", "none", yes, click.Choice(_SIGN_INS))
    if method == "none":
        return {}
    asked = {name: given[name] or _ask(_ASKED[name], _USUAL.get(name), yes) for name in _NEEDS[method]}
    return {"auth": method, **{name: str(value) for name, value in asked.items() if value}}


def _connection(sign_in: dict[str, str], folder: str, sources: list[str]) -> "Connection":
    """How the server is spoken to while it is looked at. Raises UsageError where a secret is not named but written."""
    from fhircheck.model.connection import Connection
    from fhircheck.model.errors import UsageError
    from fhircheck.monitor.job_reading import below
    from fhircheck.transport.http_url import has_credentials

    if any(has_credentials(each) for each in sources):
        raise UsageError("a user or password in a URL is not taken: use --auth and --secret")
    fields = {"auth": "sign_in", "scope": "scopes"}
    found = {fields.get(name, name): value for name, value in sign_in.items()}
    kind, _, place = found.get("secret", "env:x").partition(":")
    if kind not in ("env", "file", "keyring") or not place:
        raise UsageError("a secret is not written down but named by where it is: env:NAME, file:PATH or keyring:S/U")
    if kind == "file":
        found["secret"] = f"file:{below(folder, place)}"
    return Connection(**found)  # type: ignore[arg-type]


def _ask(question: str, default: str | None, yes: bool, kind: Any = str) -> str:
    if yes and default is not None:
        return default
    if yes:
        from fhircheck.model.errors import UsageError

        raise UsageError(f"{question}: is needed; name it as an option")
    return str(click.prompt(question, default=default, type=kind))


def _whether(given: bool | None, question: str, yes: bool) -> bool:
    if given is not None:
        return given
    return False if yes else bool(click.confirm(question, default=False))


def _chosen(question: str, proposed: list[str]) -> list[str]:
    text = click.prompt(f"{question} (empty: none)", default=", ".join(proposed), show_default=bool(proposed))
    return [each.strip() for each in text.split(",") if each.strip() and each.strip() != "-"]


def _say_look(look: "Look") -> None:
    from fhircheck.report.shown import clean

    if look.types:
        shown = ", ".join(f"{count} {kind}" for kind, count in look.types.most_common(8))
        counts = {"rest": len(look.types) - 8, "claims": len(look.claims)}
        more = filled(" and {rest} more {rest:type|types}", counts) if len(look.types) > 8 else ""
        click.echo(f"seen: {shown}{more}; {filled('{claims} {claims:profile|profiles} claimed', counts)}")
    for name, fault in look.faults:
        click.echo(f"could not be read yet: {clean(name)}: {clean(fault, 400)}", err=True)


def _say_end(file: str, answers: "Answers", look: "Look") -> None:
    from fhircheck.monitor.job_file import JobFaulty, load_job

    click.echo(f"{file}: written")
    try:
        load_job(file)
    except JobFaulty as faulty:  # a secret that is not there yet
        for line in faulty.lines:
            click.echo(f"to do: {line}", err=True)
    for each in answers.packages:
        if not each.installed:
            click.echo(f"to do: fhircheck packages install {each.label.partition('#')[0]}")
    click.echo(f"next: fhircheck run --dry-run {file}")
