"""The folder a comparison works in: made for it and gone with it, or kept so that it can be gone on with."""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from fhircheck.model.errors import CouldNotCheck, UsageError

MARK = "fhircheck-compare.json"
KEY_VARIABLE = "FHIRCHECK_HASH_KEY"
_FORM = 1


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """Where rows are. key: secret of the hashes in it, drawn for it or out of FHIRCHECK_HASH_KEY."""

    path: Path
    key: bytes = field(repr=False)

    def side(self, name: str, fingerprint: str) -> Path:
        """The folder of a side's rows; rows made by other rules are taken away."""
        folder = self.path / name
        told = folder / "rules"
        if folder.exists() and not (told.is_file() and told.read_text() == fingerprint):
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700, exist_ok=True)
        told.write_text(fingerprint)
        return folder


@contextmanager
def work_folder(asked: str | None) -> Iterator[WorkFolder]:
    """The folder that was asked for, or one that goes when the block ends.

    Raises UsageError where it holds something else, CouldNotCheck where another process works in it.
    """
    given = os.environ.get(KEY_VARIABLE, "").encode()[:64]
    if asked is None:
        path = Path(tempfile.mkdtemp(prefix="fhircheck-compare-"))
        try:
            yield WorkFolder(path, given or secrets.token_bytes(32))
        finally:
            shutil.rmtree(path, ignore_errors=True)
        return
    path = Path(asked)
    handle = _mark(path, asked)
    try:
        _alone(handle, asked)
        yield WorkFolder(path, given or _key(path / MARK))
    finally:
        os.close(handle)


def _mark(path: Path, asked: str) -> int:
    """The open file that marks the folder as one of ours, made where the folder is new."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path.iterdir()) and not (path / MARK).is_file():
            raise UsageError(f"--work {asked}: holds something else: name an empty or a new folder")
        return os.open(path / MARK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise UsageError(f"--work {asked}: {fault.strerror or 'cannot be used'}") from None


def _alone(handle: int, asked: str) -> None:
    """Keep others out of the folder for as long as `handle` is open."""
    with suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CouldNotCheck(f"--work {asked}: another comparison works in this folder") from None


def _key(path: Path) -> bytes:
    """The key of the hashes in the folder, drawn when it is first used."""
    with suppress(ValueError, KeyError, TypeError):
        return bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["key"])
    key = secrets.token_bytes(32)
    path.write_text(json.dumps({"format": "fhircheck-compare-work", "version": _FORM, "key": key.hex()}))
    return key
