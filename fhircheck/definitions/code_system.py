"""A CodeSystem's concepts as a flat table with their place in the hierarchy."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Concept = dict[str, Any]
INACTIVE_STATUS = frozenset({"retired", "inactive"})
"""Values of the property `status` that say a code is not to be used any more (codesystem-concept-properties.html)."""


@dataclass(slots=True)
class CodeTable:
    """Codes of one CodeSystem.

    complete: whether all codes are there (content = complete). case_sensitive: only where it is said
    to be (codesystem.html: where it is not said, be lenient in what is accepted). parents: code -> codes
    right above it, by nesting and by the properties `parent` and `subsumedBy`. properties: code -> {property: values}.
    codes: code -> display. content, version, supplements, language: as the resource says. designations: code -> other
    texts, each with its language, which may be empty.
    """

    url: str
    complete: bool
    case_sensitive: bool
    codes: dict[str, str] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=dict)
    properties: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    content: str = ""
    version: str = ""
    supplements: str = ""
    compositional: bool = False
    language: str = ""
    designations: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _folded: dict[str, str] | None = None
    _children: dict[str, list[str]] | None = None

    def find(self, code: str) -> str | None:
        """`code` as the system writes it, or None where it is not among the codes here."""
        if code in self.codes:
            return code
        if self.case_sensitive:
            return None
        if self._folded is None:
            self._folded = {each.lower(): each for each in reversed(self.codes)}
        return self._folded.get(code.lower())

    def displays(self, code: str) -> tuple[str, ...]:
        """All texts the system has for `code`, the display first."""
        own = self.codes.get(code)
        return (*((own,) if own else ()), *(text for _, text in self.designations.get(code, ())))

    def flag(self, code: str, name: str) -> bool:
        """Whether the boolean property `name` of `code` is true."""
        values = self.properties.get(code, {}).get(name, ())
        return any(value is True or value == "true" for value in values)

    def inactive(self, code: str) -> bool:
        """Whether the concept is marked as not to be used any more."""
        status = self.properties.get(code, {}).get("status", ())
        return self.flag(code, "inactive") or any(
            value in INACTIVE_STATUS for value in status if isinstance(value, str)
        )

    def abstract(self, code: str) -> bool:
        """Whether the concept only groups others (property ``notSelectable``)."""
        return self.flag(code, "notSelectable") or self.flag(code, "abstract")

    def children(self, code: str) -> list[str]:
        """The codes right under `code`."""
        if self._children is None:
            self._children = {}
            for each, parents in self.parents.items():
                for parent in parents:
                    self._children.setdefault(parent, []).append(each)
        return self._children.get(code, [])

    def below(self, top: str) -> set[str]:
        """All codes under `top`, without `top` itself; a circle in the hierarchy ends where it closes."""
        found: set[str] = set()
        waiting = [top]
        while waiting:
            for code in self.children(waiting.pop()):
                if code not in found and code != top:
                    found.add(code)
                    waiting.append(code)
        return found


def code_table(resource: dict[str, Any]) -> CodeTable:
    """The table of the CodeSystem `resource`; broken concepts are left out."""
    table = CodeTable(
        str(resource.get("url", "")),
        resource.get("content") == "complete" and not resource.get("supplements"),
        resource.get("caseSensitive") is True,
        content=str(resource.get("content", "")),
        version=str(resource.get("version", "")),
        supplements=str(resource.get("supplements", "")),
        compositional=resource.get("compositional") is True,
        language=str(resource.get("language", "")),
    )
    for concept, parent in _walk(resource.get("concept")):
        code = concept["code"]
        table.codes[code] = str(concept.get("display", ""))
        parents = {parent} if parent else set()
        for each in _objects(concept.get("property")):
            value = next((value for name, value in each.items() if name.startswith("value")), None)
            table.properties.setdefault(code, {}).setdefault(str(each.get("code")), []).append(value)
            if each.get("code") in ("parent", "subsumedBy"):
                parents.add(str(value))
        if parents:
            table.parents.setdefault(code, set()).update(parents)
        texts = [
            (str(each.get("language", "")), each["value"])
            for each in _objects(concept.get("designation"))
            if isinstance(each.get("value"), str)
        ]
        if texts:
            table.designations[code] = texts
    return table


def _objects(values: Any) -> list[dict[str, Any]]:
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


def _walk(concepts: Any) -> Iterator[tuple[Concept, str]]:
    """Every concept with the code above it; without recursion, since a tree can be deep."""
    waiting = [(concept, "") for concept in reversed(_objects(concepts))]
    while waiting:
        concept, parent = waiting.pop()
        if isinstance(concept.get("code"), str):
            yield concept, parent
            waiting.extend((below, concept["code"]) for below in reversed(_objects(concept.get("concept"))))
