"""A Bundle's entries, found by fullUrl and by type and id: made once a Bundle, in one walk over it."""

from typing import Any

from fhircheck.model.reference_text import HISTORY

Node = dict[str, Any]
KEPT = 4
"""Bundles whose index is kept: one within the other while they are checked."""


class BundleIndex:
    """Numbers of the entries, by what they can be found by.

    by_url: fullUrl, and ``fullUrl/_history/version`` where meta.versionId is there; None: without a fullUrl.
    by_identity: ``Type/id`` and ``Type/id/_history/version``. position: id() of an entry's resource -> number.
    """

    __slots__ = ("bundle", "by_identity", "by_url", "entries", "position")

    def __init__(self, bundle: Node) -> None:
        self.bundle = bundle
        found = bundle.get("entry")
        self.entries: list[Any] = found if found.__class__ is list else []
        self.by_url: dict[str | None, list[int]] = {}
        self.by_identity: dict[str, list[int]] = {}
        self.position: dict[int, int] = {}
        for number, entry in enumerate(self.entries):
            if entry.__class__ is dict:
                self._add(number, entry)

    def _add(self, number: int, entry: Node) -> None:
        url = text(entry, "fullUrl") or None
        self.by_url.setdefault(url, []).append(number)
        resource = entry.get("resource")
        if resource.__class__ is not dict:
            return
        self.position[id(resource)] = number
        identity = identity_of(resource)
        version = version_of(resource)
        if identity:
            self.by_identity.setdefault(identity, []).append(number)
        if version and url:
            self.by_url.setdefault(f"{url}{HISTORY}{version}", []).append(number)
        if version and identity:
            self.by_identity.setdefault(f"{identity}{HISTORY}{version}", []).append(number)

    def resource(self, number: int) -> Node | None:
        """The resource of an entry, None where it has none."""
        entry = self.entries[number]
        resource = entry.get("resource") if entry.__class__ is dict else None
        return resource if resource.__class__ is dict else None

    def full_url(self, number: int) -> str:
        """The fullUrl of an entry, or empty."""
        return text(self.entries[number], "fullUrl")


class BundleIndexes:
    """The indexes of the Bundles being checked."""

    def __init__(self) -> None:
        self._kept: dict[int, BundleIndex] = {}

    def of(self, bundle: Node) -> BundleIndex:
        """The index of `bundle`, made where it is not there yet."""
        found = self._kept.get(id(bundle))
        if found is None or found.bundle is not bundle:
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            found = self._kept[id(bundle)] = BundleIndex(bundle)
        return found

    def forget(self) -> None:
        """Let go of all: the next record comes."""
        self._kept.clear()


def text(node: Any, name: str) -> str:
    """The string member `name` of an object, empty where there is none."""
    value = node.get(name) if node.__class__ is dict else None
    return value if value.__class__ is str else ""


def identity_of(resource: Node) -> str:
    """``Type/id`` of a resource, or empty."""
    name, identity = text(resource, "resourceType"), text(resource, "id")
    return f"{name}/{identity}" if name and identity else ""


def version_of(resource: Node) -> str:
    """meta.versionId of a resource, or empty."""
    return text(resource.get("meta"), "versionId")
