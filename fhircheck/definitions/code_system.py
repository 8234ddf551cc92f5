"""A CodeSystem's concepts as a flat table with their place in the hierarchy."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Concept = dict[str, Any]


@dataclass(slots=True)
class CodeTable:
    """Codes of one CodeSystem.

    complete: whether all codes are there (content = complete). case_sensitive: only where it is said
    to be (codesystem.html: where it is not said, be lenient in what is accepted). parents: code -> codes
    right above it, by nesting and by the properties `parent` and `subsumedBy`. properties: code -> {property: values}.
    """

    url: str
    complete: bool
    case_sensitive: bool
    codes: dict[str, str] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=dict)
    properties: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    def below(self, top: str) -> set[str]:
        """All codes under `top`, without `top` itself; a circle in the hierarchy ends where it closes."""
        children: dict[str, list[str]] = {}
        for code, parents in self.parents.items():
            for parent in parents:
                children.setdefault(parent, []).append(code)
        found: set[str] = set()
        waiting = [top]
        while waiting:
            for code in children.get(waiting.pop(), ()):
                if code not in found and code != top:
                    found.add(code)
                    waiting.append(code)
        return found


def code_table(resource: dict[str, Any]) -> CodeTable:
    """The table of the CodeSystem `resource`; broken concepts are left out."""
    table = CodeTable(
        str(resource.get("url", "")),
        resource.get("content") == "complete",
        resource.get("caseSensitive") is True,
    )
    for concept, parent in _walk(resource.get("concept")):
        code = concept["code"]
        table.codes[code] = str(concept.get("display", ""))
        parents = {parent} if parent else set()
        for each in concept.get("property") or ():
            value = next((value for name, value in each.items() if name.startswith("value")), None)
            table.properties.setdefault(code, {}).setdefault(str(each.get("code")), []).append(value)
            if each.get("code") in ("parent", "subsumedBy"):
                parents.add(str(value))
        if parents:
            table.parents[code] = parents
    return table


def _walk(concepts: Any) -> Iterator[tuple[Concept, str]]:
    """Every concept with the code above it; without recursion, since a tree can be deep."""
    waiting = [(concept, "") for concept in reversed(concepts or [])]
    while waiting:
        concept, parent = waiting.pop()
        if isinstance(concept, dict) and isinstance(concept.get("code"), str):
            yield concept, parent
            waiting.extend((below, concept["code"]) for below in reversed(concept.get("concept") or []))
