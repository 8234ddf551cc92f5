"""By which rules two stores are compared: what is the same, what is ignored, what a migration was meant to rename."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal, get_args

from fhircheck.model.errors import UsageError

Identity = Literal["auto", "id", "identifier"]
Decimals = Literal["exact", "value"]
Steps = tuple[str, ...]

VOLATILE = ("versionId", "lastUpdated")
"""Members of meta that a server gives anew whenever it stores a resource (R4 resource.html#Meta)."""
SETS = ("profile", "security", "tag")
"""Members of meta whose order means nothing (R4 resource.html#Meta: servers may merge them in any order)."""
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_EXTENSION = re.compile(r"extension\((?P<quote>['\"]?)(?P<url>[^'\"()\s]+)(?P=quote)\)")


@dataclass(frozen=True, slots=True)
class Renames:
    """What the migration was meant to rename, from BEFORE to AFTER. Systems and canonicals: text -> text.

    identifier_systems: Identifier.system. code_systems: system of Coding and Quantity. canonicals: any other URI.
    ids: pairs ``Type/id``; ids_file: a CSV file of such pairs, which may be of any size.
    """

    identifier_systems: Mapping[str, str] = field(default_factory=dict)
    code_systems: Mapping[str, str] = field(default_factory=dict)
    canonicals: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    ids_file: str = ""

    def __bool__(self) -> bool:
        """Whether anything is renamed."""
        return bool(self.ids_file or self.ids or self.texts)

    @property
    def texts(self) -> bool:
        """Whether any text within a resource is renamed."""
        return bool(self.identifier_systems or self.code_systems or self.canonicals)


@dataclass(frozen=True, slots=True)
class Rules:
    """How two stores are compared; picklable.

    identity: ``id`` by type and logical id; ``identifier`` by business identifiers, whatever the ids are; ``auto`` by
    id and the rest by business identifier and by content. decimals: ``exact`` keeps their precision (1.0 is not 1.00,
    R4 datatypes.html#decimal), ``value`` does not. ignore: element paths
    (``Observation.note``, ``meta.tag`` for any type) and ``extension(URL)``. key: secret of the hashes that stand for
    values. hash_ids: logical ids are kept as hashes.
    """

    identity: Identity = "auto"
    decimals: Decimals = "exact"
    ignore: tuple[str, ...] = ()
    renames: Renames = field(default_factory=Renames)
    hash_ids: bool = False
    key: bytes = field(default=b"", repr=False)

    def checked(self) -> "Rules":
        """The same rules. Raises UsageError for a choice or a path that makes no sense."""
        for name, allowed in (("identity", get_args(Identity)), ("decimals", get_args(Decimals))):
            if getattr(self, name) not in allowed:
                raise UsageError(f"{name}: must be one of {', '.join(allowed)}")
        for path in self.ignore:
            if not (_PATH.fullmatch(path) or _EXTENSION.fullmatch(path)) or path in ("id", "resourceType"):
                raise UsageError(f"--ignore {path}: must be an element path such as Observation.note or meta.tag,"
                                 " or extension(URL)")  # fmt: skip
        return self

    def ignored_extensions(self) -> frozenset[str]:
        """URLs of the extensions that are left out."""
        return frozenset(match["url"] for each in self.ignore if (match := _EXTENSION.fullmatch(each)))

    def ignored_below(self, kind: str) -> dict[str, tuple[Steps, ...]]:
        """Member of a resource of type `kind` -> what is left out below it; the empty path is the member itself."""
        found: dict[str, tuple[Steps, ...]] = {}
        for path in self.ignore:
            steps = tuple(path.split("."))
            if _EXTENSION.fullmatch(path) or (steps[0][0].isupper() and steps[0] != kind):
                continue
            steps = steps[1:] if steps[0][0].isupper() else steps
            if steps:
                found[steps[0]] = (*found.get(steps[0], ()), steps[1:])
        return found

    def fingerprint(self, *more: str) -> str:
        """Hash over all rules that rows depend on (and `more`): rows of other rules are not used again."""
        renames = self.renames
        parts = (self.decimals, *sorted(self.ignore), str(self.hash_ids),
                 *(repr(sorted(each.items())) for each in
                   (renames.identifier_systems, renames.code_systems, renames.canonicals)), *more)  # fmt: skip
        return blake2b("\n".join(parts).encode(errors="surrogatepass"), digest_size=12, key=self.key).hexdigest()
