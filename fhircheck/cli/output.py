"""Where a report goes: standard output, or a file that appears whole or not at all."""

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from fhircheck.cli.ending import PipeClosed
from fhircheck.model.errors import CouldNotCheck, UsageError

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
    with _replaced(path, target, option) as file:
        yield _to_file(file, encoding)


@contextlib.contextmanager
def _replaced(path: str, target: Path, option: str) -> Iterator[BinaryIO]:
    """A temporary file beside `target` that takes its place when the block succeeds."""
    if target.is_dir():
        raise UsageError(f"{option} {path}: is a folder")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise UsageError(f"{option} {path}: cannot write there: {error.strerror}") from None
    try:
        with _naming(path, option):
            with os.fdopen(handle, "wb") as file:
                yield file
            os.chmod(name, _mode(target))
            os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _mode(target: Path) -> int:
    """Permissions of the file that is replaced, or those any new file gets."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


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
