"""Temporary files without a name: the operating system removes them with the process, however that ends."""

import os
import tempfile
from typing import IO

from fhircheck.model.errors import CouldNotCheck


def temporary_folder() -> str:
    """Where temporary files go: TMPDIR, else the system's. Raises CouldNotCheck where it cannot be written to.

    A TMPDIR that cannot be used is not passed over: what it was set for, room or encryption, the other folder may lack.
    """
    folder = tempfile.tempdir or os.environ.get("TMPDIR")
    if folder is None:
        try:
            return tempfile.gettempdir()
        except OSError as error:
            raise CouldNotCheck(f"no temporary folder can be written to: {error.strerror} (set TMPDIR)") from error
    if not os.path.isdir(folder):
        raise CouldNotCheck(f"temporary folder {folder}: is no folder (set TMPDIR)")
    return folder


def temporary_file() -> IO[bytes]:
    """A new file. Raises CouldNotCheck where the folder cannot take it."""
    folder = temporary_folder()
    try:
        return tempfile.TemporaryFile(prefix="fhircheck-", dir=folder)
    except OSError as error:
        raise lost(error) from error


def lost(error: OSError) -> CouldNotCheck:
    """What to raise where a temporary file cannot be written or read: one line that names the folder."""
    return CouldNotCheck(f"temporary folder {temporary_folder()}: {error.strerror} (set TMPDIR)")
