"""The table of commands, `explain`, and `--version`."""

from pathlib import Path

import click
import pytest

import fhircheck.cli
from fhircheck import __version__
from fhircheck.cli import COMMANDS

FOLDER = Path(fhircheck.cli.__file__).parent


def test_table_and_folder_agree() -> None:
    files = {
        path.stem.replace("_", "-")
        for path in FOLDER.glob("*.py")
        if "@click.command(" in path.read_text() or "@click.group(" in path.read_text()
    }
    assert files - {"--init--"} == set(COMMANDS.names)


@pytest.mark.parametrize("name", COMMANDS.names)
def test_a_command_says_of_itself_what_the_table_says(name: str) -> None:
    command = COMMANDS[name].load()
    assert command.name == name
    assert command.get_short_help_str(limit=200) == COMMANDS[name].summary


def test_help_lists_all_commands_and_the_exit_codes(fhircheck) -> None:
    ended = fhircheck("--help")
    assert ended.code == 0
    for entry in COMMANDS:
        assert entry.name in ended.stdout
    assert "3 could not check" in ended.stdout
    assert fhircheck("check", "-h").code == 0


def test_version(fhircheck) -> None:
    assert fhircheck("--version").stdout == f"fhircheck {__version__}\n"


def test_check_takes_all_options_of_validate_and_those_of_its_measures() -> None:
    check, validate = ([each.opts for each in COMMANDS[name].load().params] for name in ("check", "validate"))
    assert [each for each in check if each in validate] == validate
    privacy = [each.opts for each in COMMANDS["privacy"].load().params]
    shared = [["--de-identified"], ["--date-precision"], ["--quasi-identifier"], ["--sensitive"]]
    assert all(each in check and each in privacy and each not in validate for each in shared)


def test_the_options_scripts_lean_on_are_there() -> None:
    options = {option for each in COMMANDS["check"].load().params for option in each.opts}
    assert options >= {
        "--profile", "--package", "--format", "--output", "--jobs", "--memory-limit", "--sample", "--min-coverage",
        "--fail-on", "--min-score", "--offline",
    }  # fmt: skip


def test_explain_a_name(fhircheck) -> None:
    ended = fhircheck("explain", "cardinality-min")
    assert ended.code == 0
    assert ended.stdout.startswith("cardinality-min")
    assert "http://hl7.org/fhir" in ended.stdout


def test_explain_suggests(fhircheck) -> None:
    ended = fhircheck("explain", "cardinalty-min")
    assert ended.code == 2
    assert "Did you mean cardinality-min" in ended.stderr


def test_explain_without_a_name_lists_all(fhircheck) -> None:
    from fhircheck.report.kinds import ISSUE_KINDS

    text = fhircheck("explain").stdout
    assert all(f"  {kind.name} " in text for kind in ISSUE_KINDS)


def test_not_standalone_raises_as_click_does() -> None:
    with pytest.raises(click.UsageError):
        fhircheck.cli.main(["check"], standalone_mode=False)
