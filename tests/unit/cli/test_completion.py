"""Shell completion: what is proposed, and that real shells take it."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fhircheck.cli.completing import VALUES
from fhircheck.cli.completion import SHELLS
from tests.needs import ROOT, program

START = 'import sys; from fhircheck.cli import main; main(prog_name="fhircheck")'


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which ``fhircheck`` is this checkout."""
    command = tmp_path / "bin" / "fhircheck"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{sys.executable}' -c '{START}' \"$@\"\n")
    command.chmod(0o755)
    return f"{command.parent}{os.pathsep}{os.environ['PATH']}"


def proposed(words: str, **environment: str) -> list[str]:
    """What is proposed for the last of `words`, as ``type,value``."""
    typed = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1), "_FHIRCHECK_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [sys.executable, "-c", START], env={**os.environ, **typed, **environment}, cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("fhircheck che", ["plain,check"]),
        ("fhircheck check --use-case tele", ["plain,telemedicine-vital-signs"]),
        ("fhircheck check --format js", ["plain,json"]),
        ("fhircheck check --rubric pub", ["plain,published"]),
        ("fhircheck explain cardinality-mi", ["plain,cardinality-min"]),
        ("fhircheck use-cases show sep", ["plain,sepsis-diagnosis-support"]),
        ("fhircheck server --against isik-b", ["plain,isik-basis"]),
        ("fhircheck check data", ["file,data"]),
        ("fhircheck check --rubric ./own", ["file,./own"]),
        ("fhircheck check x --tables my", ["dir,my"]),
        ("fhircheck check --smallest", ["plain,--smallest-cell"]),
    ],
)
def test_proposed(words: str, first: list[str]) -> None:
    assert proposed(words) == first


def test_series_of_the_history_are_proposed(tmp_path: Path) -> None:
    from fhircheck.history.store import Store

    assert proposed("fhircheck check --series ", XDG_STATE_HOME=str(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []
    with Store.open(str(tmp_path / "fhircheck" / "history.sqlite")) as store:
        document = __import__("tests.golden.sample_reports", fromlist=["CLEAN"]).CLEAN
        from fhircheck.report.json import document as form
        from fhircheck.report.shown import View

        store.add_run("klinik-a", form(document, View()))
    assert proposed("fhircheck check --series kl", XDG_STATE_HOME=str(tmp_path)) == ["plain,klinik-a"]


def test_what_cannot_be_found_out_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite").write_text("no database")
    found = proposed("fhircheck history trend ", FHIRCHECK_HISTORY=str(tmp_path / "broken.sqlite"))
    assert found == []
    assert proposed("fhircheck check --package ", FHIRCHECK_PACKAGE_CACHE=str(tmp_path / "broken.sqlite")) == ["file,"]


OF_THE_MACHINE = {"series", "run", *(each for each in VALUES if each.startswith("packages"))}


@pytest.mark.parametrize("name", [each for each in VALUES if each not in OF_THE_MACHINE])
def test_every_table_has_names(name: str) -> None:
    names = [each for each, _ in VALUES[name]()]
    assert names
    assert len(set(names)) == len(names)


def test_every_name_is_a_parameter() -> None:
    """A renamed option or argument must not lose its names unseen."""
    import click

    from fhircheck.cli import main

    known: set[str] = set()

    def walk(command: click.Command, above: str) -> None:
        path = f"{above} {command.name}".strip()
        for each in command.params:
            known.update((str(each.name), f"{path} {each.name}"))
        for below in command.commands.values() if isinstance(command, click.Group) else ():
            walk(below, path)

    for name in main.list_commands(click.Context(main)):
        found = main.get_command(click.Context(main), name)
        assert found is not None
        walk(found, "")
    assert set(VALUES) - {"run"} <= known


@pytest.mark.parametrize("shell", SHELLS)
def test_installed_where_the_shell_looks(shell: str, tmp_path: Path, path: str) -> None:
    folders = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "set")}
    command = ["fhircheck", "completion", shell]
    environment = {**os.environ, **folders, "PATH": path}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    done = subprocess.run([*command, "--install"], env=environment, capture_output=True, text=True, check=True)
    written = Path(done.stdout.split(":")[0])
    assert written.is_relative_to(tmp_path)
    assert written.read_text() == printed
    assert "_FHIRCHECK_COMPLETE" in printed


START_OF: dict[str, tuple[list[str], str]] = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(fhircheck completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -Uz compinit; compinit -u -D; eval "$(fhircheck completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "fhircheck completion fish | source"),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes(shell: str, tmp_path: Path, path: str) -> None:
    """Typed in a terminal: the name of a command and of a use case, each with a tab."""
    program(shell, shell)
    command, setup = START_OF[shell]
    environment = {"PATH": path, "HOME": str(tmp_path), "TERM": "dumb", "PS1": "$ ", "LANG": "C.UTF-8"}
    child, terminal = pty.fork()
    if not child:
        os.execvpe(command[0], command, environment)
    try:
        typed(terminal, f"{setup}; echo rea''dy\n", "ready")
        typed(terminal, "fhircheck use-c\t", "use-cases ")
        typed(terminal, "show tele\t", "telemedicine-vital-signs")
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)


def typed(terminal: int, keys: str, expected: str, seconds: float = 30) -> None:
    """Type `keys` and wait until `expected` stands on the screen."""
    os.write(terminal, keys.encode())
    seen, until = "", time.monotonic() + seconds
    while expected not in seen:
        left = until - time.monotonic()
        assert left > 0, f"{expected!r} never came: {seen!r}"
        if select.select([terminal], [], [], left)[0]:
            seen = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen + os.read(terminal, 65_536).decode(errors="replace"))
