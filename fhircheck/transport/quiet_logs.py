"""Logs of the libraries below: urllib3 writes whole URLs, whose queries hold patients' data and signatures of links."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_OURS = threading.local()


class _WithoutQueries(logging.Filter):
    """Cuts queries out of what is logged about requests of ours; all other records stay as they are."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(_OURS, "silent", False):
            return False
        if getattr(_OURS, "now", False) and isinstance(record.args, tuple):
            record.args = tuple(_cut(each) for each in record.args)
        return True


_FILTER = _WithoutQueries()


@contextmanager
def without_addresses() -> Iterator[None]:
    """What this thread asks of servers in the block is not logged at all: the address itself is a secret."""
    _filtered()
    _OURS.silent = True
    try:
        yield
    finally:
        _OURS.silent = False


def _filtered() -> None:
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(_FILTER)  # is there once, however often it is added


@contextmanager
def without_queries() -> Iterator[None]:
    """What this thread does in the block is logged without the queries of URLs."""
    _filtered()
    _OURS.now = True
    try:
        yield
    finally:
        _OURS.now = False


def _cut(value: object) -> object:
    text = str(value) if isinstance(value, Exception) else value
    return text.partition("?")[0] + "?..." if isinstance(text, str) and "?" in text else value
