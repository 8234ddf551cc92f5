"""For a profile that is not known: what it may have been meant for."""

from difflib import get_close_matches
from typing import Any

from fhircheck.definitions.canonical import TYPE_PREFIX, split_canonical
from fhircheck.model.protocols import Conformance

LOOKUPS = 500
"""Past so many different unknown URLs no more are looked up: each look-up walks all known names."""
SHOWN_VERSIONS = 5


class NearProfiles:
    """Suggestions out of the loaded definitions, bounded in number and kept."""

    def __init__(self, definitions: Conformance) -> None:
        self._definitions: Any = definitions
        self._hints: dict[str, str] = {}
        self._names: dict[str, list[str]] | None = None
        self._types: dict[str, list[str]] = {}

    def hint(self, canonical: str) -> str:
        """`` (loaded versions: 1.2.0)`` or `` (did you mean URL?)``, empty where nothing is near."""
        found = self._hints.get(canonical)
        if found is None and len(self._hints) < LOOKUPS and hasattr(self._definitions, "versions"):
            found = self._hints[canonical] = self._look_up(canonical[:500])
        return found or ""

    def types(self, name: str) -> list[str]:
        """Names of types that are much like `name`, the nearest first; they may be datatypes too."""
        found = self._types.get(name)
        if found is None:
            if len(self._types) >= LOOKUPS or not hasattr(self._definitions, "urls"):
                return []
            known = [each.removeprefix(TYPE_PREFIX) for each in self._definitions.urls("StructureDefinition")]
            found = get_close_matches(name[:64], [each for each in known if each.isalpha()], n=3, cutoff=0.75)
            self._types[name] = found
        return found

    def _look_up(self, canonical: str) -> str:
        url, version = split_canonical(canonical)
        versions = self._definitions.versions(url, "StructureDefinition") if version else ()
        if versions:
            return f" (loaded versions: {', '.join(versions[:SHOWN_VERSIONS])})"
        if self._names is None:
            self._names = {}
            for each in self._definitions.urls("StructureDefinition"):
                self._names.setdefault(_last(each), []).append(each)
        near = get_close_matches(_last(url), self._names, n=1, cutoff=0.8)
        urls = self._names[near[0]] if near else []
        best = get_close_matches(url, urls, n=1, cutoff=0.5)
        return f" (did you mean {best[0]}?)" if best else ""


def _last(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2].lower()
