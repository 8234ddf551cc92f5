"""``fhircheck completion``: the script by which a shell completes, printed or put in its place."""

import os
from pathlib import Path

import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_FHIRCHECK_COMPLETE"
_ZSH = "  fpath+=({folder}); autoload -Uz compinit; compinit   # in ~/.zshrc, where it is not there yet"


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.option("--install", is_flag=True, help="Write the script to where the shell looks for it.")
def completion(shell: str, install: bool) -> None:
    """Complete commands, options and names in bash, zsh and fish.

    Prints the script that has SHELL complete commands, options, file names, use cases, rubrics, names to explain,
    packages and series of the history; it asks fhircheck itself, so it need not be made anew after an update.

    \b
    For one session:  eval "$(fhircheck completion bash)"
    For good:         fhircheck completion bash --install
    """
    text = script(shell)
    if not install:
        click.echo(text, nl=False)
        return
    path = place(shell)
    _write(path, text)
    click.echo(f"{path}: written; new shells complete fhircheck")
    if shell == "zsh":
        click.echo(_ZSH.format(folder=path.parent))


def script(shell: str) -> str:
    """The script for `shell`."""
    from click.shell_completion import get_completion_class

    from fhircheck.cli import main

    found = get_completion_class(shell)
    assert found is not None
    made = found(main, {}, "fhircheck", VARIABLE)
    return (made.source_template % made.source_vars()).strip() + "\n"


def place(shell: str) -> Path:
    """Where `shell` looks for scripts of a user's own (bash: bash-completion 2; zsh: a folder of fpath)."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return {
        "bash": data / "bash-completion" / "completions" / "fhircheck",
        "zsh": data / "zsh" / "site-functions" / "_fhircheck",
        "fish": settings / "fish" / "completions" / "fhircheck.fish",
    }[shell]


def _write(path: Path, text: str) -> None:
    from fhircheck.cli.output import opened
    from fhircheck.model.errors import UsageError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--install: {path.parent}: {(error.strerror or 'cannot be made').lower()}") from None
    with opened(str(path), option="--install") as write:
        write(text)
