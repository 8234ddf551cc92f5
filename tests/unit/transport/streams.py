"""Iterators for reader processes: they are found by their name in a process of their own."""

import os
import sys
import time
from collections.abc import Iterator

from fhircheck.model.errors import SourceUnusable
from fhircheck.transport.server_fault import ServerFault


def counted(until: int) -> Iterator[list[int]]:
    """Numbers, each with the process that made it; whoever prints does no harm."""
    for number in range(until):
        print("noise")
        yield [number, os.getpid()]


def failing(reason: str) -> Iterator[int]:
    """One item, then an exception of the kind `reason`."""
    yield 1
    if reason == "source":
        raise SourceUnusable("the server is gone")
    if reason == "server":
        raise ServerFault("server-refused", 503, "throttled")
    if reason == "bug":
        raise ZeroDivisionError("one by nothing")
    if reason == "unpicklable":
        raise ValueError(lambda: 0)
    os._exit(1 if reason == "died" else 0)


def surroundings(variable: str) -> Iterator[str | None]:
    """What a variable of the environment says in this process, and its folder."""
    yield os.environ.get(variable)
    yield os.getcwd()


def waiting(told: str) -> Iterator[int]:
    """Writes its process id into the file `told`, then gives nothing for a minute."""
    with open(told, "w") as file:
        file.write(str(os.getpid()))
    time.sleep(60)
    yield from ()


def settings() -> Iterator[tuple[str, str]]:
    """What the process inherited."""
    yield os.environ.get("FHIRCHECK_TEST_SECRET", ""), " ".join(sys.orig_argv)
