"""How strictly data is judged where the specification leaves it to whoever judges."""

from dataclasses import dataclass
from typing import Literal

UnknownProfile = Literal["error", "warning", "information", "ignore"]
UnknownExtensions = Literal["error", "warning", "allow"]
BestPractice = Literal["error", "warning", "information", "ignore"]


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Settings of one run, the same in all its processes; picklable.

    unknown_profile: severity of a claim to a profile that no loaded package has.
    unknown_extensions: whether an extension whose definition no loaded package has may be used.
    ignored_systems: code systems (URLs without version) whose codes are not judged.
    ignored_value_sets: value sets (URLs without version) that no code is held against.
    best_practice: severity of invariants that FHIR only recommends, ``ignore`` not to ask them.
    example_urls: whether names below example.org and the like stand for definitions that need not exist.
    """

    unknown_profile: UnknownProfile = "warning"
    unknown_extensions: UnknownExtensions = "error"
    ignored_systems: frozenset[str] = frozenset()
    ignored_value_sets: frozenset[str] = frozenset()
    best_practice: BestPractice = "ignore"
    example_urls: bool = False


DEFAULT_SETTINGS = CheckSettings()
