"""What was counted between two commits, as bytes: hashes, counts and places; no value of the data.

It is read by a list of what may be in it, so that a file made by somebody else can hold nothing but counts.
"""

import io
import pickle
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.facts import Group, Groups, Partial
from fhircheck.model.link_facts import key_of
from fhircheck.model.path import shown_term
from fhircheck.stream.arrivals import ArrivalFacts

_ALLOWED = {
    "builtins": {"bytearray", "dict", "frozenset", "int", "list", "set"},
    "collections": {"Counter", "defaultdict"},
    "array": {"array", "_array_reconstructor"},
    "decimal": {"Decimal"},
    "fhircheck.model.bounded_counts": {"BoundedCounts"},
    "fhircheck.model.census_facts": {"CensusFacts"},
    "fhircheck.model.decision_facts": {"DecisionFacts"},
    "fhircheck.model.distinct": {"Distinct"},
    "fhircheck.model.facts": {"Group", "Groups", "Partial", "Tally"},
    "fhircheck.model.issue": {"Issue", "Place"},
    "fhircheck.model.link_facts": {"LinkFacts"},
    "fhircheck.model.quantiles": {"Quantiles"},
    "fhircheck.model.row_facts": {"RowFacts"},
    "fhircheck.model.source_facts": {"SourceFacts", "SourcesApart"},
    "fhircheck.model.spilled_rows": {"_restored", "SpilledRows"},
    "fhircheck.stream.arrivals": {"ArrivalFacts"},
    "fhircheck.stream.packed": {"Part"},
}


@dataclass(slots=True)
class Part:
    """What was counted in some time: by the first pass, and of the arrivals."""

    partial: Partial = field(default_factory=Partial)
    arrivals: ArrivalFacts = field(default_factory=ArrivalFacts)

    def merge(self, other: "Part") -> None:
        """Add what `other` counted, which came later."""
        self.partial.merge(other.partial)
        self.arrivals.merge(other.arrivals)

    def close(self) -> None:
        """Free memory and disk."""
        self.partial.links.close()
        self.partial.rows.close()
        self.partial.apart.close()


def packed(part: Part) -> bytes:
    """`part` without the values of findings."""
    whole = part.partial
    claims: dict[tuple[str, str], list[int]] = {}
    for (url, how), (checked, passed) in whole.profiles.items():
        pair = claims.setdefault((_claim(url), how), [0, 0])
        pair[0] += checked
        pair[1] += passed
    partial = replace(whole, groups=_without_values(whole.groups), profiles=claims, issues=[], arrivals=[])
    return zlib.compress(pickle.dumps(replace(part, partial=partial), protocol=5), 1)


def _claim(url: str) -> str:
    """A claimed profile as reports show it; what is text and no URL may be a person's: its hash stands for it."""
    shown = shown_term(url)
    return shown if len(url.split()) < 2 else f"{shown} {key_of(url):016x}"


def _without_values(groups: Groups) -> Groups:
    kept = {
        key: Group(each.count, each.resources, [issue._replace(value=None) for issue in each.examples])
        for key, each in groups.groups.items()
    }
    return Groups(kept, groups.totals)


def unpacked(data: bytes) -> Part:
    """The part in `data`. Raises CouldNotCheck where it is damaged or holds what it must not."""
    try:
        found = _Reader(io.BytesIO(zlib.decompress(data))).load()
    except (zlib.error, pickle.UnpicklingError, EOFError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        found = None
    if not isinstance(found, Part):
        raise CouldNotCheck("the checkpoint is damaged: start again with --restart")
    return found


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name in _ALLOWED.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")
