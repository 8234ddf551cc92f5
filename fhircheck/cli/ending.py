"""How a command ends: its exit code, and at most one line on stderr instead of a traceback."""

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import click

from fhircheck.model.errors import FhircheckError
from fhircheck.monitor.deadline import Terminated, terminable

CANNOT_CHECK = 3
INTERRUPTED = 130
SIGNALLED = 128
"""What is added to the number of a signal that ended a command."""
PIPE_CLOSED = 141


class PipeClosed(Exception):
    """Whoever read our output has stopped reading."""


def ended(command: Callable[[], object]) -> int:
    """Run `command` and return the exit code; what it raises becomes one line on stderr.

    0 clean, 1 findings, 2 wrong use (click's own errors too), 3 could not check, 130 interrupted,
    143 ended by SIGTERM (129 by SIGHUP), 141 the reader of a pipe has gone (as for any program that a closed pipe
    ends).
    """
    try:
        with terminable():
            code = command()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        return _stopped(error)
    except PipeClosed:
        return PIPE_CLOSED
    except FhircheckError as error:
        say(str(error))
        return error.exit_code
    except MemoryError:
        say("out of memory: nothing can be said about the data; try fewer --jobs, or split the input")
        return CANNOT_CHECK
    except Exception as error:
        if _no_temporary_folder(error):
            say("no folder for temporary files can be written: name one with TMPDIR")
        else:
            _bug(error)
        return CANNOT_CHECK


def _no_temporary_folder(error: Exception) -> bool:
    """Whether the standard library looked for a folder for temporary files and found none (a read-only container)."""
    if not isinstance(error, FileNotFoundError):
        return False
    frames = traceback.extract_tb(error.__traceback__)
    return Path(frames[-1].filename).name == "tempfile.py" and frames[-1].name == "_get_default_tempdir"


def _stopped(error: BaseException) -> int:
    """Exit code of a command that was asked to end; click raises an error of its own for what asked it."""
    asked = error if isinstance(error, KeyboardInterrupt) else error.__cause__
    say("terminated" if isinstance(asked, Terminated) else "interrupted")
    return SIGNALLED + asked.signal if isinstance(asked, Terminated) else INTERRUPTED


def say(line: str) -> None:
    """Write one line to stderr, whatever `line` holds."""
    from fhircheck.report.shown import clean

    text = "fhircheck: " + clean(" ".join(line.split()), longest=1000)
    try:
        click.echo(
            text.encode(sys.stderr.encoding or "utf-8", "replace").decode(sys.stderr.encoding or "utf-8"), err=True
        )
    except OSError:
        return


def _bug(error: BaseException) -> None:
    """Say that and where we failed, but never the exception's own text, which may hold data."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "fhircheck" in Path(frame.filename).parts] or list(frames)
    where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "unknown place"
    if os.environ.get("FHIRCHECK_DEBUG") == "1":
        _trace(error)
    say(
        f"a bug in fhircheck ({type(error).__name__} at {where}): nothing is known about the data that was not yet"
        " checked. Please report it with the output of the same command under FHIRCHECK_DEBUG=1 (it shows no data)"
    )


def _trace(error: BaseException) -> None:
    """The traceback without the texts of the exceptions."""
    cause: BaseException | None = error
    while cause is not None:
        lines = traceback.format_tb(cause.__traceback__)
        click.echo(f"Traceback:\n{''.join(lines)}{type(cause).__name__}", err=True)
        cause = cause.__cause__ or cause.__context__
