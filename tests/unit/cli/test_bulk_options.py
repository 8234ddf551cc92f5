"""The options of a Bulk Data fetch: what they ask for, and which do not fit together."""

from typing import Any

import click
import pytest
from click.testing import CliRunner

from fhircheck.cli.bulk_options import BulkAsked, bulk_options
from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.sources.bulk_request import ExportRequest


def asked(*arguments: str) -> BulkAsked:
    """What a command with these options is handed."""
    found: list[BulkAsked] = []

    @click.command()
    @bulk_options
    def command(bulk: BulkAsked) -> None:
        found.append(bulk)

    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return found[0]


ALL = (
    *("--bulk", "--patient-level", "--type-filter", "Observation?status=final", "--type-filter", "Patient?active=true"),
    *("--elements", "id,name", "--elements", "id", "--output-format", "application/ndjson"),
    *("--associated", "LatestProvenanceResources", "--keep-export", "--token-for", "https://files.example.org"),
    *("--export-timeout", "0.5"),
)


def test_all_of_them() -> None:
    found = asked(*ALL)
    assert found.request(types=("Patient,Observation", "Patient"), since="2026-01-01", post=True) == ExportRequest(
        "patient",
        "",
        ("Patient", "Observation"),
        "2026-01-01",
        ("Observation?status=final", "Patient?active=true"),
        ("id", "name"),
        "application/ndjson",
        (),
        ("LatestProvenanceResources",),
        True,
    )
    options = found.options(Connection(rate=3))
    assert (options.keep_export, options.token_for, options.patience.whole) == (
        True,
        ("https://files.example.org",),
        1800,
    )
    assert options.connection.rate == 3


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({}, "system"),
        ({"group": "g"}, "group"),
        ({"patients": ("a",)}, "patient"),
        ({"group": "g", "patients": ("a",)}, "group"),
    ],
)
def test_the_level(given: dict[str, Any], level: str) -> None:
    assert asked("--bulk").request(**given).level == level


def test_a_group_and_all_patients_are_too_much() -> None:
    with pytest.raises(UsageError):
        asked("--bulk", "--patient-level").request(group="g")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--patient-level",),
        ("--type-filter", "Patient?a=b"),
        ("--elements", "id"),
        ("--output-format", "x"),
        ("--associated", "x"),
        ("--keep-export",),
        ("--token-for", "https://a.example.org"),
        ("--export-timeout", "1"),
        ("--bulk", "--export-timeout", "0"),
    ],
)
def test_none_goes_without_bulk(arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        asked(*arguments)
    assert str(caught.value).startswith(arguments[-2] if len(arguments) > 1 else arguments[0])


def test_nothing_is_asked() -> None:
    assert asked() == BulkAsked()
