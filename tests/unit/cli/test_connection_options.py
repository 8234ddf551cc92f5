"""The options of a connection: what a run is handed, from options, environment and settings file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from fhircheck.api import run_options
from fhircheck.cli.connection_options import connection_options
from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import UsageError
from fhircheck.prepared import with_settings
from fhircheck.run import RunOptions
from fhircheck.transport.auth.checks import OPTIONS
from fhircheck.validate.settings_file import CONNECTION

URL = "https://fhir.example.org/fhir/Patient"


@click.command()
@connection_options
def command(connection: Connection) -> None:
    click.echo(repr(connection))


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "hunter2")


def given(*words: str, **environment: str) -> Any:
    return CliRunner().invoke(command, words, env=environment)


def test_nothing_asked_for_is_the_default() -> None:
    assert given().stdout.strip() == repr(DEFAULT_CONNECTION)


def test_options_and_environment_variables_say_the_same() -> None:
    words = ("--auth", "oauth2", "--client-id", "c", "--secret", "env:PLACE", "--token-url", "https://a.example/t",
             "--scope", "system/*.rs", "--client-auth", "post", "--timeout", "7.5", "--retries", "2", "--rate", "3",
             "--concurrency", "1", "--allow-http", "--proxy", "http://proxy:3128")  # fmt: skip
    expected = Connection("oauth2", client_id="c", secret="env:PLACE", token_url="https://a.example/t", rate=3.0,
                          scopes="system/*.rs", client_auth="post", read_timeout=7.5, retries=2, concurrency=1,
                          allow_http=True, proxy="http://proxy:3128")  # fmt: skip
    assert given(*words).stdout.strip() == repr(expected)
    pairs = {}
    names = iter([each for each in words if each != "--allow-http"])
    for name in names:
        pairs["FHIRCHECK_" + name[2:].replace("-", "_").upper()] = next(names)
    assert given(FHIRCHECK_ALLOW_HTTP="1", **pairs).stdout.strip() == repr(expected)
    assert "retries=9" in given("--retries", "9", FHIRCHECK_RETRIES="2").stdout


def test_every_option_has_one_name_everywhere() -> None:
    options = {each.opts[0] for each in command.params}
    assert options == set(OPTIONS.values())
    assert {"--" + each.replace("_", "-"): field for each, field in CONNECTION.items()} == {
        option: field for field, option in OPTIONS.items()
    }


def test_what_does_not_fit_is_wrong_use(tmp_path: Path) -> None:
    assert isinstance(given("--auth", "basic").exception, UsageError)
    open_ = tmp_path / "secret"
    open_.write_text("x")
    open_.chmod(0o644)
    said = given("--auth", "bearer", "--secret", f"file:{open_}").stderr
    assert said.startswith("fhircheck: file:")
    assert "chmod 600" in said


def test_check_hands_the_connection_to_the_run(fhircheck: Callable[..., Any], run: Any) -> None:
    assert fhircheck("check", URL, "--auth", "bearer", "--secret", "env:PLACE").code == 0
    assert run.options.connection == Connection("bearer", secret="env:PLACE")


SETTINGS = """
[connection]
auth = "oauth2"
client_id = "c"
secret = "env:PLACE"
scope = "system/*.rs"
timeout = 5
"""


def test_a_settings_file_says_what_options_leave_open(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS)
    asked = RunOptions((URL,), settings=str(file), connection=Connection(client_id="mine", retries=1))
    options, _ = with_settings(asked)
    expected = Connection(
        "oauth2", client_id="mine", secret="env:PLACE", scopes="system/*.rs", read_timeout=5, retries=1
    )
    assert options.connection == expected
    file.write_text(SETTINGS.replace('client_id = "c"', ""))
    with pytest.raises(UsageError, match="--auth oauth2 needs --client-id"):
        with_settings(RunOptions((URL,), settings=str(file)))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('secret = "hunter2"', "connection.secret: a secret is not written down"),
        ('password = "hunter2"', "'password' was unexpected"),
        ("timeout = 0", "connection.timeout"),
        ('auth = "magic"', "connection.auth"),
    ],
)
def test_a_settings_file_holds_no_secret(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"[connection]\n{line}\n")
    with pytest.raises(UsageError, match=said) as raised:
        with_settings(RunOptions((URL,), settings=str(file)))
    assert "hunter2" not in str(raised.value)


def test_the_library_takes_a_connection_or_its_fields() -> None:
    expected = Connection("bearer", secret="env:PLACE")
    for connection in (expected, {"sign_in": "bearer", "secret": "env:PLACE"}):
        assert run_options((URL,), connection=connection).connection == expected
    with pytest.raises(UsageError, match="no field is called 'signin'; did you mean sign_in"):
        run_options((URL,), connection={"signin": "bearer"})
    with pytest.raises(UsageError, match="must be a Connection"):
        run_options((URL,), connection="bearer")


def test_credentials_for_several_servers_are_wrong_use() -> None:
    connection = Connection("bearer", secret="env:PLACE")
    with_settings(RunOptions((URL, URL + "?active=true", "file.json"), connection=connection))
    with pytest.raises(UsageError, match="for one server, but several are named"):
        with_settings(RunOptions((URL, "https://other.example.org/fhir"), connection=connection))
