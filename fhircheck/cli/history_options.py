"""Where runs are remembered: the same option for every command that speaks to a history."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from fhircheck.cli.package_options import Function, Option

SUFFIXES = (".sqlite", ".sqlite3", ".db")
_SCHEMES = ("sqlite:", "postgresql:", "postgres:", "postgresql+psycopg:")

HISTORY: Option = click.option(
    "--history",
    default="",
    metavar="URL|FILE",
    help="The history: a file of SQLite or postgresql://USER@HOST/DATABASE.  [default: $FHIRCHECK_HISTORY, else "
    "~/.local/state/fhircheck/history.sqlite]",
)
HISTORY_PASSWORD: Option = click.option(
    "--history-password",
    default="",
    metavar="REF",
    help="Where the database's password is: env:NAME, file:PATH or keyring:SERVICE/USER; else PGPASSWORD, ~/.pgpass.",
)
_REMEMBER: tuple[Option, ...] = (
    click.option(
        "--history",
        metavar="[URL|FILE]",
        help="Remember this run and say what has changed: in a file of SQLite (.sqlite, .sqlite3, .db) or in "
        "postgresql://USER@HOST/DATABASE.  [default: $FHIRCHECK_HISTORY, else ~/.local/state/fhircheck/history.sqlite]",
    ),
    HISTORY_PASSWORD,
    click.option("--series", metavar="NAME", help="The series of runs it belongs to.  [default: the source's name]"),
)


def store_options(function: Function) -> Function:
    """Add the options of a command that works on a history."""
    return HISTORY(HISTORY_PASSWORD(function))


def remember_options(function: Function) -> Function:
    """Add the options of a command whose run may be remembered; its class must be RememberingCommand."""
    for option in reversed(_REMEMBER):
        function = option(function)
    return function


class RememberingCommand(click.Command):
    """A command with ``--history [URL|FILE]``: what follows is its value only where it names a store."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, once the optional value is decided."""
        return super().parse_args(ctx, decided(args))


def decided(args: Sequence[str]) -> list[str]:
    """`args` with each ``--history`` joined to its value, an empty one where none follows."""
    found: list[str] = []
    rest = iter(args)
    for each in rest:
        if each == "--":
            return [*found, each, *rest]
        if each == "--history":
            following = next(rest, None)
            if following is not None and names_store(following):
                found.append(f"--history={following}")
                continue
            found.append("--history=")
            if following is None:
                continue
            return found + decided([following, *rest])
        found.append(each)
    return found


def names_store(text: str) -> bool:
    """Whether `text` names a store and no source: by its scheme, or by a database's suffix."""
    return text.startswith(_SCHEMES) or (not text.startswith("-") and Path(text).suffix.lower() in SUFFIXES)


def memory_of(given: dict[str, Any]) -> Any:
    """Take the options out of `given`: where the run is to be remembered, None where it is not.

    Raises UsageError for a place or a name that makes no sense.
    """
    history, password, series = (given.pop(name, None) for name in ("history", "history_password", "series"))
    if history is None:
        if series or password:
            from fhircheck.model.errors import UsageError

            raise UsageError(f"--{'series' if series else 'history-password'} has no use without --history")
        return None
    from fhircheck.history.judge import judge_of
    from fhircheck.monitor.remember import Memory

    return Memory(history, series or series_of(given["sources"], given["hash_ids"]), password or "", judge_of())


def series_of(sources: Sequence[str], hidden: bool) -> str:
    """The name of the series that `sources` are by themselves: a file's, a folder's or a server's name.

    hidden: file names are hidden, so that the series must be named. Raises UsageError where it must be.
    """
    from urllib.parse import urlsplit

    from fhircheck.model.errors import UsageError

    found = ""
    if len(sources) == 1 and not hidden and sources[0] != "-":
        is_url = sources[0].lower().startswith(("http://", "https://"))
        found = (urlsplit(sources[0]).hostname or "") if is_url else Path(sources[0]).absolute().name.partition(".")[0]
    name = "".join(each if each.isalnum() or each in " .+-_" else "-" for each in found).strip(" .+-_")
    if not name:
        raise UsageError("--history: name the series of runs with --series NAME, the same for every run of it")
    return name[:120].strip()
