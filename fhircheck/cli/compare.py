"""``fhircheck compare``: two stores beside each other, as a protocol that can be signed off."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from fhircheck.cli.compare_options import compare_options_of
from fhircheck.cli.connection_options import remarks_said, sided_connection_options
from fhircheck.cli.spark_options import with_engine
from fhircheck.model.byte_size import bytes_of
from fhircheck.model.errors import UsageError

ENDINGS = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json", ".csv": "csv", ".ndjson": "ndjson",
           ".txt": "text"}  # fmt: skip


def _with_connections(function: Callable[..., Any]) -> Callable[..., Any]:
    return sided_connection_options(function, "before", "after")


@click.command("compare")
@compare_options_of
@_with_connections
@click.pass_context
def compare(ctx: click.Context, /, **given: Any) -> None:
    """Compare two stores of FHIR data: is everything there, unchanged, and still linked?

    For a restored backup, a move to the cloud, a change of vendor. BEFORE and AFTER are files (JSON,
    XML, NDJSON, also packed), folders, globs, - or a FHIR server's URL, also mixed.

    The protocol says what was compared, counts that add up, what is missing, extra or changed
    (elements, never values), and whether references and attachments were kept.

    \b
    Exit codes: 0 the same, 1 differences (see --fail-on), 2 wrong use,
    3 could not compare: what cannot be read is never "the same".
    """
    from fhircheck.cli.run_command import disguise, hidden

    names = disguise(given.pop("hash_ids"))
    with hidden(names, (given["before"], given["after"], *given["more_before"], *given["more_after"])):
        ctx.exit(_compared(names, **given))


def _compared(names: Any, *, format_: str, output: str | None, reports: tuple[str, ...], language: str,
              **given: Any) -> int:  # fmt: skip
    """Compare, write all that was asked for, and return the exit code."""
    from fhircheck.cli.ending import say
    from fhircheck.cli.output import opened
    from fhircheck.cli.progress import shown
    from fhircheck.cli.run_command import screen
    from fhircheck.reconcile.comparing import run_comparison
    from fhircheck.report.comparison import LISTINGS
    from fhircheck.report.comparison.protocol import title
    from fhircheck.report.shown import View, clean

    on_screen = output in (None, "-")
    width, color = screen(on_screen)
    view = View("compare", language, names=names, width=width, color=color and format_ == "text")
    options = _options(given, bool(names.key))
    encoding = (sys.stdout.encoding or "utf-8") if format_ == "text" and on_screen else "utf-8"
    with ExitStack() as stack:
        targets = [(format_, view, stack.enter_context(opened(output, encoding)))]
        targets += [(_form(path), View("compare", language, names=names), stack.enter_context(_file(path)))
                    for path in reports]  # fmt: skip
        sinks = [LISTINGS[form](seen, write) for form, seen, write in targets if form in LISTINGS]
        stack.enter_context(remarks_said())
        with shown(allowed=not (on_screen and sinks and sys.stdout.isatty()), unit="resources", rate=True) as progress:
            report = run_comparison(options(progress), _together(sinks))
        _write(report, targets)
    if not (format_ == "text" and on_screen) and (report.verdict.exit_code or not on_screen):
        say(clean(title(report, view).text))
    return int(report.verdict.exit_code)


def _options(given: dict[str, Any], hash_ids: bool) -> Callable[[Any], Any]:
    """The options of the comparison, but for its progress. Raises UsageError where they do not fit together."""
    from fhircheck.reconcile.comparing import CompareOptions
    from fhircheck.reconcile.duckdb_engine import LEAST
    from fhircheck.reconcile.mapping_file import load_renames
    from fhircheck.reconcile.reading import Side
    from fhircheck.reconcile.rules import Renames, Rules
    from fhircheck.transport.auth.checks import check_one_server

    memory = bytes_of(given["memory_limit"], "--memory-limit", LEAST)
    spark = with_engine(given, None).get("spark")
    renames = load_renames(given["mapping"]) if given["mapping"] else Renames()
    rules = Rules(given["identity"], given["decimals"], given["ignore"], renames, hash_ids).checked()
    sides = []
    for name in ("before", "after"):
        sources = (given[name], *given[f"more_{name}"])
        connection = given["connections"][name]
        check_one_server(connection, [each for each in sources if each.lower().startswith("http")])
        sides.append(Side(name, sources, given[f"{name}_base"], connection))

    def options(progress: Any) -> CompareOptions:
        return CompareOptions(sides[0], sides[1], rules, given["jobs"], memory, given["work"],
                              given["fail_on"], given["offline"], moved=given["moved"], spark=spark,
                              progress=progress)  # fmt: skip

    return options


def _form(path: str) -> str:
    form = ENDINGS.get(Path(path).suffix.lower())
    if form is None:
        raise UsageError(f"--report {path}: its ending says no form: there are {', '.join(ENDINGS)}")
    return form


def _file(path: str) -> Any:
    from fhircheck.report.write_report import file_for

    return file_for(path)


def _together(sinks: list[Callable[[Any], None]]) -> Callable[[Any], None] | None:
    if len(sinks) < 2:
        return sinks[0] if sinks else None

    def sink(each: Any) -> None:
        for one in sinks:
            one(each)

    return sink


def _write(report: Any, targets: list[tuple[str, Any, Callable[[str], None]]]) -> None:
    from fhircheck.report.comparison import FORMS

    for form, view, write in targets:
        if form in FORMS:
            write(FORMS[form](report, view))
