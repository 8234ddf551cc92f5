"""A job file (TOML) -> Job: held against job.schema.json, then against what its values mean; all faults at once."""

import os
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.model.job import Job
from fhircheck.monitor.job_schema import Fault, faults, shown_key
from fhircheck.monitor.toml_places import Path, nearest, places
from fhircheck.transport.bounded_file import read_bounded

LARGEST = 1 << 20
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TOML_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(slots=True)
class JobText:
    """A job file as it was read. data: plain values, variables filled in. lines: where each key stands."""

    path: str
    data: dict[str, Any]
    lines: dict[Path, int]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: Path, message: str) -> None:
        """Note what is wrong at `path`."""
        self.faults.append(Fault(nearest(self.lines, path), shown_key(path), message))

    def trying(self, path: Path, function: Callable[..., Any], *arguments: Any) -> Any:
        """What `function` gives; a UsageError becomes a fault at `path`, and None is given."""
        try:
            return function(*arguments)
        except UsageError as error:
            self.fault(path, str(error))
            return None


class JobFaulty(UsageError):
    """A job file that cannot be used. faults: all that is wrong with it, in the order of the file."""

    def __init__(self, path: str, found: list[Fault]) -> None:
        ordered = sorted(set(found))
        more = f" (and {len(ordered) - 1} more: fhircheck run --check lists all)" if len(ordered) > 1 else ""
        super().__init__(ordered[0].said(path) + more)
        self.lines = [each.said(path) for each in ordered]


def load_job(path: str) -> Job:
    """The job in the file at `path`. Raises JobFaulty (a UsageError) with all that is wrong, by line."""
    from fhircheck.monitor.job_reading import job_of

    text = read_job(path)
    text.faults += faults(text.data, text.lines)
    job = None if text.faults else job_of(text)
    if text.faults or job is None:
        raise JobFaulty(path, text.faults)
    return job


def read_job(path: str) -> JobText:
    """The file as plain data, days as text and ``${NAME}`` filled in from the environment.

    Raises UsageError where it is missing, too large or no TOML.
    """
    text = _content(path)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        place = _TOML_LINE.search(str(error))
        what = _TOML_LINE.sub("", str(error)).strip() or "nested too deep"
        raise JobFaulty(path, [Fault(int(place[1]) if place else 0, "", f"no TOML: {what[:200]}")]) from None
    found = JobText(path, {}, places(text))
    found.data = _plain(data, (), found)
    return found


def _content(path: str) -> str:
    data = read_bounded(path, LARGEST, f"job {path}")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise UsageError(f"job {path}: not UTF-8 text") from None


def _plain(value: Any, path: Path, found: JobText) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each, (*path, key), found) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, (*path, number), found) for number, each in enumerate(value)]
    if isinstance(value, str):
        return _filled_in(value, path, found)
    return value.isoformat()[:10] if isinstance(value, date) else value


def _filled_in(value: str, path: Path, found: JobText) -> str:
    for name in _unset(value):
        found.fault(path, f"${{{name}}}: the environment has no such variable, or it is empty")
    return _VARIABLE.sub(lambda match: os.environ.get(match[1], ""), value)


def _unset(value: str) -> Iterator[str]:
    return (name for name in _VARIABLE.findall(value) if not os.environ.get(name))
