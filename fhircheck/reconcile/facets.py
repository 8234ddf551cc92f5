"""What a leaf of a resource is about: it names the type of a change without naming values."""

from hashlib import blake2b
from typing import Any, Literal

from fhircheck.model.path import shown_name

Facet = Literal[
    "value", "code", "unit", "reference", "attachment", "number", "amount", "date", "narrative", "order", "links"
]  # fmt: skip
"""amount: a number without its precision. order: of the items of a list. links: of the references in it. value: all
else."""

_CODE = {"system": "code", "code": "code", "version": "code"}
_UNIT = {"system": "unit", "code": "unit", "unit": "unit"}
_NONE: dict[str, str] = {}
_DATES = ("Date", "DateTime", "Instant", "Period", "Time")
_DATE_NAMES = frozenset(("start", "end", "date", "issued", "sent", "received", "created", "authored", "recorded",
                         "started", "authoredOn", "whenHandedOver", "whenPrepared", "event", "timestamp"))  # fmt: skip


def facets_of(node: dict[str, Any]) -> dict[str, str]:
    """Facets of the members of an object: those of a Quantity, of a Coding, or none."""
    code = node.get("code")
    if code.__class__ is str or "unit" in node:
        amount = node.get("value")
        if "unit" in node or amount.__class__ not in (str, dict, list, bool, type(None)):
            return _UNIT
        if "system" in node or "display" in node:
            return _CODE
    elif "system" in node and "display" in node:
        return _CODE
    return _NONE


def facet_of_name(name: str) -> str:
    """The facet of a text by the name of its element."""
    return "date" if name in _DATE_NAMES or name.endswith(_DATES) else "value"


class PathNames:
    """Element paths as 32-bit numbers, each with its facet; odd names out of the data are not kept."""

    LIMIT = 50_000

    def __init__(self) -> None:
        self.names: dict[int, tuple[str, str]] = {}
        self._known: dict[tuple[str, str], int] = {}

    def number(self, path: str, facet: str) -> int:
        """The number of `path` with `facet`: the same in every process."""
        key = path, facet
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self.LIMIT:
                self._known.clear()
                self.names.clear()
            shown = ".".join(map(shown_name, path.split(".")))
            text = f"{shown}\n{facet}".encode()
            found = self._known[key] = int.from_bytes(blake2b(text, digest_size=4).digest(), "big") >> 1
            self.names[found] = shown, facet
        return found
