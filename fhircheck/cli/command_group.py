"""A click group whose commands are imported when they are called, and which ends as the exit codes promise."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from fhircheck.cli.ending import ended
from fhircheck.registry import Registry

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the command line: it lives in ``fhircheck.cli.<name>`` under its own name (_ for -)."""

    name: str
    summary: str

    def load(self) -> click.Command:
        """The click command itself."""
        name = self.name.replace("-", "_")
        found = getattr(import_module(f"fhircheck.cli.{name}"), name)
        assert isinstance(found, click.Command)
        return found


class CommandGroup(click.Group):
    """Lists its commands from `table` without loading them."""

    def __init__(self, *args: Any, table: Registry[Command], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, in the table's order."""
        return list(self.table.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command called `cmd_name`, None where there is none; ready to be completed where a shell asks."""
        entry = self.table.get(cmd_name)
        found = entry.load() if entry else None
        if found is not None and ctx.resilient_parsing:
            from fhircheck.cli.completing import attach

            attach(found)
        return found

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """The commands by the table alone, and the options of the group."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(each.name, help=each.summary) for each in self.table if each.name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command named by the first argument; a mistyped name is answered with the nearest one."""
        name = args[0]
        if name not in self.table and not name.startswith("-") and not ctx.resilient_parsing:
            near = get_close_matches(name, self.table.names, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(self.table.names)}."
            ctx.fail(f"No such command: {name}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.summary) for entry in self.table])

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run and exit; errors end as one line and an exit code, never as a traceback."""
        standalone = extra.pop("standalone_mode", True)
        run = super().main
        if not standalone:
            return run(args, prog_name, standalone_mode=False, **extra)
        sys.exit(ended(lambda: run(args, prog_name, standalone_mode=False, **extra)))
