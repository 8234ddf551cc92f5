"""The targets that an element's Reference type allows: which types, by which profiles, and where they stand."""

from typing import Any

from fhircheck.assertions.assertion import Surroundings

BASE = "http://hl7.org/fhir/StructureDefinition/"
SHOWN = 8


class AllowedTargets:
    """Answers for one element; definitions of profiles are looked up when first needed.

    anything: the element allows every type. alone: Reference is its only data type. aggregation, versioning: as
    the definition says, empty for no rule.
    """

    __slots__ = ("_answers", "_around", "_core", "_types", "aggregation", "alone", "anything", "targets", "versioning")

    def __init__(self, facet: dict[str, Any], around: Surroundings) -> None:
        self.targets: list[str] = facet["targets"]
        self.alone: bool = facet.get("alone", False)
        self.aggregation = frozenset(facet.get("aggregation", ()))
        self.versioning: str = facet.get("versioning", "")
        self._around = around
        plain = [each.partition("|")[0] for each in self.targets]
        self._core = frozenset(each[len(BASE) :] for each in plain if each.startswith(BASE))
        self.anything = not plain or "Resource" in self._core
        self._answers: dict[str, list[str]] = {}
        self._types: dict[str, str] | None = None

    def url(self, type_name: str) -> str:
        """The canonical of a resource type."""
        return BASE + type_name

    def is_core(self, profile: str) -> bool:
        """Whether a target is one of the specification's own: those are not held against the target's content."""
        return profile.startswith(BASE)

    def names(self, type_name: str) -> bool:
        """Whether the element allows a type, without a profile on it."""
        return self.anything or (type_name in self._core and len(self._core) == len(self.targets))

    def profiles_for(self, type_name: str) -> list[str]:
        """The target profiles that are made for a type."""
        found = self._answers.get(type_name)
        if found is None:
            if type_name in self._core and len(self._core) == len(self.targets):
                found = [BASE + type_name]
            else:
                types = self._all_types()
                found = [each for each in self.targets if types[each] == type_name]
            if len(self._answers) < 500:
                self._answers[type_name] = found
        return found

    def unknown(self) -> list[str]:
        """Target profiles that no loaded package has."""
        if len(self._core) == len(self.targets):
            return []
        return [each for each, name in self._all_types().items() if not name]

    def missing_before(self, said: str) -> tuple[list[str], bool]:
        """(unknown profiles that come first, whether one follows that is for the type `said`) in the targets' order."""
        name = said.removeprefix(BASE)
        if self.anything or name in self._core:
            return [], True
        missing: list[str] = []
        for profile, type_name in self._all_types().items():
            if type_name == name:
                return missing, True
            if not type_name:
                missing.append(profile)
        return missing, False

    def shown(self) -> str:
        """The allowed types, for a text."""
        names = sorted({each or "?" for each in self._all_types().values()})
        more = ", ..." if len(names) > SHOWN else ""
        return ", ".join(names[:SHOWN]) + more

    def _all_types(self) -> dict[str, str]:
        """Target profile -> the type it is made for, empty where the profile is not known."""
        if self._types is None:
            self._types = {each: self._type_of(each) for each in self.targets}
        return self._types

    def _type_of(self, profile: str) -> str:
        name = profile.partition("|")[0].removeprefix(BASE)
        if self._around.types.is_resource(name):
            return name
        definition = self._around.definitions.find(profile, "StructureDefinition") or {}
        return str(definition.get("type", ""))
