"""The command line: ``fhircheck COMMAND``; commands are loaded when they are used, one file each."""

import click

from fhircheck import __version__
from fhircheck.cli.command_group import Command, CommandGroup
from fhircheck.registry import Registry

COMMANDS: Registry[Command] = Registry(
    "commands",
    Command("check", "Validate, measure and score FHIR data."),
    Command("validate", "Validate FHIR data and list all findings."),
    Command("follow", "Follow data that keeps coming: findings at once, rolling windows."),
    Command("run", "Run the scheduled check that JOB.toml describes."),
    Command("init", "Write a first job file for `fhircheck run`, from questions."),
    Command("fetch", "Fetch the data of a FHIR server into a folder of NDJSON files."),
    Command("server", "Judge a FHIR server: what it declares and what it does."),
    Command("assess", "Ask about cloud, regulation, recovery, people and AI; say what is next."),
    Command("serve", "Show stored runs in a local page; validate for other systems."),
    Command("history", "List, show, compare and prune the runs that were remembered."),
    Command("feedback", "Answer findings of remembered runs: accept, assign, fixed, as a table."),
    Command("alerts", "List the receivers of alerts, and send them a test message."),
    Command("diff", "Say what has changed between two runs."),
    Command("compare", "Compare two stores of FHIR data: is everything there, unchanged, and still linked?"),
    Command("report", "Show a stored report in another form or language."),
    Command("rubric", "Show, check and apply rubrics: what the scores are made of."),
    Command("use-cases", "List and show use cases: what projects need of the data."),
    Command("privacy", "Look for names, identifiers and people who can be recognised."),
    Command("explain", "Explain a type of finding, a measure or a criterion."),
    Command("fhirpath", "Evaluate the FHIRPath EXPRESSION on each resource in FILE."),
    Command("snapshot", "Make the snapshot of a profile from its base and its differential."),
    Command("packages", "List, install and export FHIR packages."),
    Command("completion", "Complete commands, options and names in bash, zsh and fish."),
)


@click.group(
    cls=CommandGroup,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 clean, 1 findings, 2 wrong use, 3 could not check (3 wins over 1).",
)
@click.version_option(__version__, prog_name="fhircheck", message="%(prog)s %(version)s")
def main() -> None:
    """Validate FHIR R4 data against profiles and score how standardized and AI-ready it is."""
