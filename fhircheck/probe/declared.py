"""What a server's CapabilityStatement declares, indexed by names in the form they are compared in."""

from collections import defaultdict
from typing import Any, NamedTuple

from fhircheck.probe.requirement import (
    FLAGS,
    dicts,
    format_name,
    operation_name,
    parameter_name,
    text_of,
    texts,
)


class Named(NamedTuple):
    """A search parameter (with type) or an operation, with the canonical of its definition."""

    type: str
    definition: str


class Level:
    """One resource type, or the system level. A type that is listed several times is one of these."""

    def __init__(self) -> None:
        self.interactions: set[str] = set()
        self.parameters: dict[str, list[Named]] = defaultdict(list)
        self.operations: dict[str, list[Named]] = defaultdict(list)
        self.includes: set[str] = set()
        self.revincludes: set[str] = set()
        self.profiles: set[str] = set()
        self.flags: dict[str, set[str]] = defaultdict(set)

    def take(self, node: dict[str, Any]) -> None:
        """Add what `node` (``rest`` or ``rest.resource``) lists."""
        self.interactions.update(each["code"] for each in dicts(node, "interaction") if text_of(each, "code"))
        for each in dicts(node, "searchParam"):
            if text_of(each, "name"):
                self.parameters[parameter_name(each["name"])].append(_named(each))
        for each in dicts(node, "operation"):
            if text_of(each, "name"):
                self.operations[operation_name(each["name"])].append(_named(each))
        self.includes.update(text for text, _ in texts(node, "searchInclude"))
        self.revincludes.update(text for text, _ in texts(node, "searchRevInclude"))
        for member in ("profile", "supportedProfile"):
            self.profiles.update(text for text, _ in texts(node, member))
        for flag in FLAGS:
            value = node.get(flag)
            values = value if isinstance(value, list) else [value]
            self.flags[flag].update(
                "" if each is True else str(each) for each in values if each is True or (isinstance(each, str) and each)
            )


class Declared:
    """All that the CapabilityStatement `capability` says of a server. What has a wrong form is left out."""

    def __init__(self, capability: dict[str, Any]) -> None:
        self.system = Level()
        self.resources: dict[str, Level] = {}
        self.services: set[str] = set()
        software = capability.get("software")
        self.software = {name for name in ("name", "version") if isinstance(software, dict) and text_of(software, name)}
        self.formats = {format_name(text) for text, _ in texts(capability, "format")}
        self.patch_formats = {text for text, _ in texts(capability, "patchFormat")}
        self.claims = {text for text, _ in texts(capability, "instantiates")}
        self.guides = {text for text, _ in texts(capability, "implementationGuide")}
        for rest in dicts(capability, "rest"):
            if rest.get("mode", "server") == "server":
                self._take(rest)

    def can(self, kind: str, interaction: str) -> bool:
        """Whether an interaction of a resource type is declared."""
        return kind in self.resources and interaction in self.resources[kind].interactions

    def offers(self, kind: str, operation: str) -> bool:
        """Whether an operation of a resource type is declared; its name without ``$``."""
        return kind in self.resources and operation in self.resources[kind].operations

    def _take(self, rest: dict[str, Any]) -> None:
        self.system.take(rest)
        for resource in dicts(rest, "resource"):
            if text_of(resource, "type"):
                self.resources.setdefault(resource["type"], Level()).take(resource)
        for service in dicts(rest.get("security"), "service"):
            self.services.update(each["code"] for each in dicts(service, "coding") if text_of(each, "code"))
            if text_of(service, "text"):
                self.services.add(service["text"])


def _named(node: dict[str, Any]) -> Named:
    return Named(text_of(node, "type"), text_of(node, "definition"))
