"""What no run can know of a data set and its holder must say: title, publisher, contact, access, legal basis.

Which facts are mandatory follows HealthDCAT-AP release 8 (cardinality rules by access level) and Croissant 1.0
(http://mlcommons.org/croissant/1.0, dataset-level information).
"""

import json
import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.transport.bounded_file import read_bounded

CATALOGUE = (
    "title",
    "description",
    "identifier",
    "access",
    "legislation",
    "health_category",
    "hdab.name",
    "hdab.email|page",
    "distribution.access_url",
)
"""Mandatory at every access level, beside what the run says itself (theme, structured data, variables)."""
NON_PUBLIC = ("contact.email|page", "keyword", "provenance", "type")
"""Mandatory where access is not public, beside CATALOGUE."""
CROISSANT = ("title", "description", "license", "page", "publisher.name", "issued")


@dataclass(frozen=True, slots=True)
class CardFacts:
    """The file of facts as it was read; empty where there is none."""

    values: dict[str, Any] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """The text at ``name`` or ``table.name``, empty where it is missing."""
        found: Any = self.values
        for step in path.split("."):
            found = found.get(step, "") if isinstance(found, dict) else ""
        return found if isinstance(found, str) else str(found)

    def many(self, name: str) -> list[str]:
        """The texts of a list, in its order."""
        return list(self.values.get(name, ()))

    def missing_for_catalogue(self) -> tuple[str, ...]:
        """Mandatory facts of HealthDCAT-AP that are missing; without an access level, those of data not public."""
        more = () if self.text("access") in ("public", "restricted") else NON_PUBLIC
        return tuple(name for name in (*CATALOGUE, *more) if not self._has(name))

    def missing_for_croissant(self) -> tuple[str, ...]:
        """Mandatory facts of Croissant that are missing."""
        return tuple(name for name in CROISSANT if not self._has(name))

    def _has(self, path: str) -> bool:
        """``contact.email|page``: one of the two is enough."""
        table, dot, names = path.rpartition(".")
        return any(self.text(f"{table}{dot}{name}") for name in names.split("|"))


LARGEST = 1 << 20
NO_FACTS = CardFacts()


def load_card_facts(path: str) -> CardFacts:
    """The facts in a TOML file. Raises UsageError where it cannot be read or has another form than
    card_facts.schema.json says."""
    import jsonschema

    data = read_bounded(path, LARGEST, f"--card-facts {path}", reason=str)
    try:
        values = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise UsageError(f"--card-facts {path}: not TOML ({fault})") from None
    values = json.loads(json.dumps(values, default=str))  # dates become text
    schema = json.loads((files("fhircheck.report.card") / "card_facts.schema.json").read_text(encoding="utf-8"))
    faults = sorted(jsonschema.Draft202012Validator(schema).iter_errors(values), key=lambda each: list(each.path))
    if faults:
        place = ".".join(str(step) for step in faults[0].absolute_path)
        raise UsageError(f"--card-facts {path}: {place + ': ' if place else ''}{faults[0].message[:200]}")
    return CardFacts(values)
