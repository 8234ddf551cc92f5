"""``fhircheck serve``: stored runs in a local page, and ``$validate`` for other systems."""

import sys
from typing import Any

import click

from fhircheck.cli.history_options import store_options
from fhircheck.cli.package_options import Function, Option, package_options

_OPTIONS: tuple[Option, ...] = (
    click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
                 help="Where to listen. Any but this machine's own address needs TLS and a token."),
    click.option("--port", type=click.IntRange(0, 65_535), default=8014, show_default=True, metavar="N",
                 help="Port; 0: the system chooses one."),
    click.option("--public-url", default="", metavar="URL",
                 help="Address that browsers use where that is another: a name, or a proxy that does TLS."),
    click.option("--token", default="", metavar="REFERENCE",
                 help="Where the token is: env:NAME, file:PATH or keyring:SERVICE/USER.  "
                      "[default: none on this machine, else a new one, shown once]"),
    click.option("--certificate", default="", metavar="FILE", help="Certificate for TLS (PEM, with its chain)."),
    click.option("--key", default="", metavar="FILE", help="Its private key (PEM)."),
    click.option("--profile", "profiles", multiple=True, metavar="URL",
                 help="Check every resource of its type against this profile too. Repeatable."),
    click.option("--package", "packages", multiple=True, metavar="NAME#VERSION|FILE",
                 help="FHIR package with profiles and value sets, beside the built-in R4 core. Repeatable."),
    click.option("--settings", metavar="FILE", help="How to judge (TOML), as in fhircheck check."),
    click.option("--unknown-profile", type=click.Choice(("error", "warning", "information", "ignore")),
                 help="Severity of a claim to a profile that no package has.  [default: warning]"),
    click.option("--tx", "terminology_server", metavar="URL",
                 help="Terminology server to ask about codes that no package decides. Codes are sent to it."),
    click.option("--jobs", type=click.IntRange(min=0), default=1, show_default=True, metavar="N",
                 help="Processes that validate; 0 is one for each processor."),
    click.option("--time-limit", type=click.FloatRange(min=0.1, max=3600), default=30.0, show_default=True,
                 metavar="S", help="Seconds after which one validation is given up."),
    click.option("--max-body", type=click.IntRange(1, 1024), default=16, show_default=True, metavar="MB",
                 help="Largest body of a request, unpacked."),
    click.option("--show-values", is_flag=True,
                 help="Answers of $validate show values of what was sent (may be patient data)."),
    click.option("--assessment", default="", metavar="FILE",
                 help="Ask about cloud, regulation, recovery, people and AI in a page; answers are kept in FILE."),
    click.option("--language", type=click.Choice(("en", "de")), default="en", show_default=True,
                 envvar="FHIRCHECK_LANGUAGE", help="Language where the browser or client asks for neither."),
    click.option("--log-format", type=click.Choice(("text", "json")), default="text", show_default=True,
                 help="Form of the log on standard error: one line a request."),
)  # fmt: skip


def _options(function: Function) -> Function:
    function = store_options(package_options(function))
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("serve")
@_options
def serve(**given: Any) -> None:
    """Show stored runs in a local page; validate for other systems.

    The page shows series of runs (fhircheck check --history, fhircheck run), trends, reports and
    differences, and takes answers to findings.

    POST /fhir/[Type]/$validate answers a resource with an OperationOutcome; GET /fhir/metadata
    tells what this service can do; /health whether it works.

    Listens on this machine alone, unless --host names another address: then a token is needed,
    and TLS. Ctrl-C ends it.

    \b
    Exit codes: 0 ended by Ctrl-C or SIGTERM, 2 wrong use, 3 the address, a package or the
    history could not be had.
    """
    from fhircheck.api import run_options
    from fhircheck.cli.ending import say
    from fhircheck.serve.serve_options import ServeOptions
    from fhircheck.serve.server import serve as run_server

    names = (
        "profiles", "packages", "settings", "unknown_profile", "terminology_server", "offline", "package_cache",
        "registries",
    )  # fmt: skip
    checks = run_options((), measure=False, **{name: given.pop(name) for name in names})
    given["jobs"] = given["jobs"] or _processors()
    options = ServeOptions(checks, max_body=given.pop("max_body") << 20, **given)
    run_server(options, say, sys.stderr.isatty())


def _processors() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
