"""A file that appears whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from fhircheck.model.errors import UsageError


@contextmanager
def whole_file(path: Path, *, mode: int = 0o644, durable: bool = False) -> Iterator[BinaryIO]:
    """A file beside `path` that takes its place when the block succeeds, and goes when it does not.

    mode: permissions. durable: the bytes are on the disk before the name is. Raises OSError where it cannot be written.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.absolute().parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


@contextmanager
def named_file(path: str, option: str) -> Iterator[BinaryIO]:
    """The whole file that `option` named: what a link points to is replaced, permissions that are there are kept.

    Raises UsageError where it is a folder or cannot be made there, OSError where it cannot be written.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise UsageError(f"{option} {path}: is a folder")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(whole_file(target, mode=kept_mode(target)))
        except OSError as error:
            raise UsageError(f"{option} {path}: cannot write there: {error.strerror}") from None
        yield file


def kept_mode(path: Path, new: int | None = None) -> int:
    """Permissions of the file at `path`; where there is none, `new`, or those any new file gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
    return usual_mode() if new is None else new


def usual_mode() -> int:
    """Permissions that any new file gets."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
