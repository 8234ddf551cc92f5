"""Which resource types a reference at an element path may point to, as the definitions say."""

from typing import Any

from fhircheck.model.protocols import Conformance

ANY = frozenset({"Resource"})
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_IN_PLACE = ("BackboneElement", "Element")
Element = dict[str, Any]


class TargetTypes:
    """Answers from the base definitions (ElementDefinition.type.targetProfile), one type read when first needed."""

    def __init__(self, conformance: Conformance) -> None:
        self._conformance = conformance
        self._elements: dict[str, dict[str, Element]] = {}
        self._answers: dict[str, frozenset[str] | None] = {}

    def __call__(self, path: str) -> frozenset[str] | None:
        """Types allowed at `path` (``Observation.note.authorReference``); None where no Reference stands there.

        ``contained.ofType(Patient)`` leads into a contained resource, ``_status`` to what stands beside a
        primitive. ANY: every type is allowed.
        """
        if path not in self._answers:
            self._answers[path] = self._allowed(path.split("."))
        return self._answers[path]

    def _allowed(self, names: list[str]) -> frozenset[str] | None:
        owner = at = names[0]
        types: list[Element] = []
        for name in names[1:]:
            if name.startswith("ofType("):
                owner = at = name[7:-1]
                continue
            if name.startswith("_"):
                owner = at = "Element"
                continue
            element, types = self._member(owner, at, name)
            if element is None:
                return None
            if "contentReference" in element:
                at = str(element["contentReference"]).rpartition("#")[2]
            elif len(types) == 1 and types[0].get("code") in _IN_PLACE:
                at = element["path"]
            elif len(types) == 1:
                owner = at = str(types[0].get("code"))
        return _targets(types)

    def _member(self, owner: str, at: str, name: str) -> tuple[Element | None, list[Element]]:
        """The element `name` below `at` in the definition of `owner`, and the types it has there."""
        elements = self._of(owner)
        element = elements.get(f"{at}.{name}")
        if element is not None:
            return element, element.get("type") or []
        for path, choice in elements.items():
            stem = path.removesuffix("[x]")
            if stem == path or not f"{at}.{name}".startswith(stem):
                continue
            suffix = f"{at}.{name}"[len(stem) :]
            types = [each for each in choice.get("type") or [] if _capital(str(each.get("code"))) == suffix]
            if types:
                return choice, types
        return None, []

    def _of(self, owner: str) -> dict[str, Element]:
        if owner not in self._elements:
            structure = self._conformance.find(_BASE + owner, "StructureDefinition") or {}
            elements = structure.get("snapshot", {}).get("element") or []
            self._elements[owner] = {each["path"]: each for each in elements}
        return self._elements[owner]


def _capital(code: str) -> str:
    return code[:1].upper() + code[1:]


def _targets(types: list[Element]) -> frozenset[str] | None:
    found: set[str] = set()
    for each in types:
        if each.get("code") == "Reference":
            found.update(str(url).rpartition("/")[2] for url in each.get("targetProfile") or [_BASE + "Resource"])
    return (ANY if "Resource" in found else frozenset(found)) if found else None
