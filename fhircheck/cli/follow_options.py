"""Options of `follow` alone: windows, checkpoint, when it ends, what it tells of."""

import click

from fhircheck.cli.package_options import Function, Option

_OPTIONS: tuple[Option, ...] = (
    click.option("--window", default="24h", show_default=True, metavar="TIME",
                 help="Measures and scores are of what arrived in so long a time; a whole number of steps."),
    click.option("--every", default="5m", show_default=True, metavar="TIME",
                 help="A window ends, and is told of, so often (90s, 5m, 1h)."),
    click.option("--checkpoint", metavar="DIR",
                 help="Keep positions and counts there (no values), so that after any end a restart goes on: nothing "
                      "is lost or counted twice."),
    click.option("--restart", is_flag=True, help="Forget what the checkpoint holds, and begin again."),
    click.option("--for", "lasts", metavar="TIME", help="End after so long; 0s reads what is there."),
    click.option("--until", metavar="TIME", help="End at this moment (ISO 8601)."),
    click.option("--idle", metavar="TIME", help="End when nothing has come for so long."),
    click.option("--silence", default="1h", show_default=True, metavar="TIME",
                 help="Tell of devices and systems that send nothing for so long; 0s for none."),
    click.option("--late", default="1d", show_default=True, metavar="TIME",
                 help="Tell of data that comes so long after it was measured; 0s for none."),
    click.option("--clock-tolerance", default="5m", show_default=True, metavar="TIME",
                 help="Tell of data whose time lies further in the future."),
    click.option("--patience", default="1m", show_default=True, metavar="TIME",
                 help="Tell of a half-written last line or file after so long; it is checked once it is whole."),
    click.option("--poll", default="1s", show_default=True, metavar="TIME",
                 help="Look for news so often where the system tells of none (network drives)."),
    click.option("--replay", is_flag=True,
                 help="Standard input begins again after a restart: pass over what was counted."),
    click.option("--alerts", metavar="JOB.toml",
                 help="Tell the receivers ([[alerts]]) of this job file of each window; needs --history."),
    click.option("--now", metavar="TIME",
                 help="The moment the data is judged at (ISO 8601).  [default: when it arrives]"),
)  # fmt: skip


def follow_options_of(function: Function) -> Function:
    """Add them."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
