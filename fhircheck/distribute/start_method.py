"""How worker processes are started: as the platform does, unless threads, a wish or a long path speak against it."""

import os
import threading
from typing import Any

START_METHOD = "FHIRCHECK_START_METHOD"
"""Environment variable: fork, forkserver or spawn, where the platform's own choice does not fit."""
_ADDRESS = len("/pymp-12345678/listener-12345678")
"""Characters that multiprocessing adds to the temporary folder for the address of its fork server."""
_LONGEST = 103
"""Bytes of a socket's address in the file system: 104 with the zero behind it where it is shortest (BSD, macOS)."""


def start_context() -> Any:
    """The context of multiprocessing that makes processes and their pipes.

    A process with threads is not forked: a lock may stay held in the copy for ever. A fork server listens at a path in
    the temporary folder; where that path would be too long for a socket, processes are spawned, which needs no
    address: they are as clean, and nothing is put into another folder than the one that was named.
    """
    import multiprocessing

    method = os.environ.get(START_METHOD) or multiprocessing.get_start_method()
    if method == "fork" and not os.environ.get(START_METHOD) and threading.active_count() > 1:
        method = "forkserver"
    if method == "forkserver" and not _address_fits():
        method = "spawn"
    return multiprocessing.get_context(method)


def _address_fits() -> bool:
    import tempfile

    try:
        folder = os.fsencode(tempfile.gettempdir())
    except OSError:
        return False  # no folder at all
    return len(folder) + _ADDRESS <= _LONGEST
