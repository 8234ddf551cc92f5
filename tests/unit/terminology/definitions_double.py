"""A tiny set of definitions in memory."""

from typing import Any


class Definitions:
    """Conformance resources by ``url`` and ``url|version``; counts how often each is looked for."""

    def __init__(self, *resources: dict[str, Any]) -> None:
        self.resources: dict[tuple[str, str], dict[str, Any]] = {}
        self.asked: list[tuple[str, str, str]] = []
        for each in resources:
            self.resources[each["url"], each["resourceType"]] = each
            if "version" in each:
                self.resources[f"{each['url']}|{each['version']}", each["resourceType"]] = each

    def find(self, canonical: str, resource_type: str = "", referrer: str = "") -> dict[str, Any] | None:
        self.asked.append((canonical, resource_type, referrer))
        return self.resources.get((canonical, resource_type))

    def find_version(self, canonical: str, resource_type: str = "", referrer: str = "") -> str:
        return str((self.resources.get((canonical, resource_type)) or {}).get("version", ""))

    def fingerprint(self) -> str:
        return "double"
