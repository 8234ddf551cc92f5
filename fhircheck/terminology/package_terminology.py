"""Membership of value sets by the loaded packages: composed once, kept on disk, looked up in memory."""

from collections.abc import Callable
from typing import Any

from fhircheck.model.protocols import Conformance
from fhircheck.terminology.compose import Composer
from fhircheck.terminology.membership import Membership

FORM = 2
Kept = Callable[[str, Callable[[], dict[str, Any] | None]], dict[str, Any] | None]


class PackageTerminology:
    """Answers about value sets out of one set of definitions.

    kept: looks a key up in the cache on disk, or makes and keeps it.
    """

    def __init__(self, definitions: Conformance, kept: Kept) -> None:
        self._composer = Composer(definitions)
        self._key = definitions.fingerprint()
        self._kept = kept
        self._memberships: dict[str, Membership] = {}

    def membership(self, value_set: str) -> Membership:
        """What is known of the value set with this canonical."""
        found = self._memberships.get(value_set)
        if found is None:
            key = f"value-set {self._key} {FORM} {value_set}"
            data = self._kept(key, lambda: self._composer.compose(value_set).to_json())
            found = self._memberships[value_set] = Membership.from_json(data or {})
        return found
