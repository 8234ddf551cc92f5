"""Where a report goes: standard output, or a file that appears whole or not at all."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from fhircheck.cli.ending import PipeClosed
from fhircheck.model.errors import CouldNotCheck
from fhircheck.transport.whole_file import named_file

Write = Callable[[str], None]


@contextlib.contextmanager
def opened(path: str | None, encoding: str = "utf-8", option: str = "--output") -> Iterator[Write]:
    """A function that writes text to `path`, or to standard output for None and ``-``; `option` named it.

    A file is written beside its place and moved there at the end: when the block fails, what was
    there before stays. Raises UsageError where the folder is missing or cannot be written to,
    CouldNotCheck where writing fails (disk full), PipeClosed where nobody reads any more.
    """
    if path is None or path == "-":
        yield _to_stdout(encoding)
        return
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file() and not target.is_dir():
        with _naming(path, option), open(target, "wb") as device:  # a pipe, /dev/null: nothing to move in place
            yield _to_file(device, encoding)
        return
    with named_file(path, option) as file, _naming(path, option):
        yield _to_file(file, encoding)


@contextlib.contextmanager
def _naming(path: str, option: str) -> Iterator[None]:
    """Say which file an OSError of the block is about, where it is about writing the report."""
    try:
        yield
    except _CannotWrite as error:
        raise CouldNotCheck(f"{option} {path}: the report could not be written: {error.strerror}") from None


class _CannotWrite(OSError):
    """Writing the report failed; set apart from other errors that pass through the block."""


def _to_file(file: BinaryIO, encoding: str) -> Write:
    def write(text: str) -> None:
        try:
            file.write(text.encode(encoding, "replace"))
            file.flush()
        except OSError as error:
            raise _CannotWrite(error.errno, error.strerror) from None

    return write


def _to_stdout(encoding: str) -> Write:
    stdout = sys.stdout

    def write(text: str) -> None:
        try:
            stdout.buffer.write(text.encode(encoding, "replace"))
            stdout.buffer.flush()
        except OSError as error:
            _silence()
            if error.errno in (errno.EPIPE, errno.EINVAL):
                raise PipeClosed from None
            raise CouldNotCheck(f"the report could not be written: {error.strerror}") from None

    return write


def _silence() -> None:
    """Nothing can be written any more: keep the interpreter from trying so again at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
