"""Whether the receivers of a job can be used, told before anything is sent; and files named from the job's folder."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.monitor.alerts import ALERTS
from fhircheck.monitor.alerts.receiver import Table, name_of, wish_of

_FILES = ("file", "ca_file")
_REFERENCES = ("url", "secret")


def below(table: Table, folder: str) -> dict[str, Any]:
    """The table with its files named from here: in the job file they are below its folder."""
    found = dict(table)
    for key in _FILES:
        if key in found:
            found[key] = _from(folder, str(found[key]))
    for key in _REFERENCES:
        kind, colon, place = str(found.get(key, "")).partition(":")
        if colon and kind == "file":
            found[key] = f"file:{_from(folder, place)}"
    return found


def _from(folder: str, path: str) -> str:
    path = os.path.expanduser(path)
    return os.path.join(folder, path) if folder else path


def alert_faults(tables: Iterable[Table], history: bool = True) -> Iterator[tuple[int, str]]:
    """(number of the table, what is wrong with it): secrets that are not there, addresses in the open, names twice.

    The tables fit the schema, and their files are named from here. history: whether the job has one, which knows what
    was told before.
    """
    seen: set[str] = set()
    for number, table in enumerate(tables):
        receiver, name = ALERTS[table["type"]], name_of(table)
        if name in seen:
            yield number, f"two receivers are called {name}: give one of them another name"
        seen.add(name)
        if not history and not receiver.every_run:
            yield number, f"{receiver.name} needs a history, which knows what was told before"
        try:
            wish_of(table)
            if table.get("enabled", True):
                receiver.check(table)
        except UsageError as fault:
            yield number, str(fault)


def check_alerts(tables: Iterable[Mapping[str, Any]], history: bool = True) -> None:
    """Raises UsageError for the first fault of the tables [[alerts]]; see `alert_faults`."""
    for number, fault in alert_faults(tables, history):
        raise UsageError(f"alerts[{number + 1}]: {fault}")
