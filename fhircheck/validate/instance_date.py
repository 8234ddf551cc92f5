"""The day an instance is from: out of elements that the settings name, since FHIR has no such element for all types."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from fhircheck.model.errors import UsageError

Node = dict[str, Any]
Steps = tuple[tuple[str, str], ...]
_STEP = re.compile(r"(?:([A-Za-z][A-Za-z0-9]*)|ofType\(([A-Z][A-Za-z]*)\))(?:\.|\Z)")
_DAY = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:T.*)?", re.DOTALL)


def parse_path(path: str) -> Steps:
    """The steps of a path such as ``entry.resource.ofType(Composition).date``. Raises UsageError for any other."""
    steps, at = [], 0
    while found := _STEP.match(path, at):
        steps.append((found[1] or "", found[2] or ""))
        at = found.end()
        if at == len(path) and not path.endswith("."):
            return tuple(steps)
    raise UsageError(f"dates: {path[:100]!r} is no path of element names and ofType(Type)")


def _values(nodes: Iterable[Any], steps: Steps) -> Iterator[Any]:
    if not steps:
        yield from nodes
        return
    name, kind = steps[0]
    for node in nodes:
        if node.__class__ is not dict:
            continue
        if kind:
            yield from _values((node,) if node.get("resourceType") == kind else (), steps[1:])
        else:
            value = node.get(name)
            yield from _values(value if value.__class__ is list else (value,), steps[1:])


class InstanceDates:
    """Dates of resources by their type. dates: (resource type, paths), the first path with a date counts."""

    def __init__(self, dates: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self._paths = {name: tuple(parse_path(each) for each in paths) for name, paths in dates}

    def of(self, node: Node) -> str:
        """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; empty where nothing dates the resource."""
        for steps in self._paths.get(str(node.get("resourceType")), ()):
            for value in _values((node,), steps):
                found = _DAY.fullmatch(value) if value.__class__ is str else None
                if found:
                    return found[1]
        return ""


def within(day: str, start: str, end: str) -> bool:
    """Whether a date, perhaps without day or month, can lie in a period; either end may be open (empty)."""
    size = len(day)
    return (not start or start[:size] <= day) and (not end or day <= end[:size])
