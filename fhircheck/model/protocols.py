"""What a lower stage needs of a higher one comes in as one of these."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from fhircheck.model.facts import Partial
from fhircheck.model.issue import Issue, Place
from fhircheck.model.record import Chunk, Node

Gate = Callable[[Any], bool]
ValueSetAnswers = Callable[[str | None, str], bool | None]
"""(system or None, code) -> whether it is in a value set; None where that cannot be told."""


class Conformance(Protocol):
    """The definitions of one set of packages."""

    def find(self, canonical: str, resource_type: str = "", referrer: str = "") -> Node | None:
        """The conformance resource with this canonical (``url`` or ``url|version``), or None."""

    def structure(self, type_or_url: str) -> Node | None:
        """The StructureDefinition of an R4 type (``Patient``) or of a canonical, or None."""

    def find_version(self, canonical: str, resource_type: str = "", referrer: str = "") -> str:
        """Version of what `find` gives, empty where there is none or it has no version."""

    def fingerprint(self) -> str:
        """Hash over the package set: equal sets give equal definitions."""


class Observed(Protocol):
    """One resource as a measure sees it (read only)."""

    @property
    def source(self) -> str: ...

    @property
    def record(self) -> int: ...

    @property
    def resource(self) -> str: ...

    @property
    def root(self) -> str: ...

    @property
    def valid(self) -> bool | None: ...

    @property
    def claimed(self) -> bool: ...

    @property
    def cannot_tell(self) -> bool: ...

    @property
    def issues(self) -> Sequence[Issue]: ...

    @property
    def profiles(self) -> Sequence[tuple[str, str, bool, bool]]:
        """(url, how it was chosen, found, valid) of each profile it was checked against (validate/checked.py)."""

    def place(self, expression: str) -> Place:
        """The Place of `expression` in this resource."""


class Executor(Protocol):
    """Runs a pure function over chunks, yields results in the chunks' order; knows no FHIR."""

    name: str
    summary: str

    def run(
        self, prepare: Callable[[Any], Callable[[Chunk], Partial]], plan: Any, chunks: Iterable[Chunk], jobs: int
    ) -> Iterable[Partial]: ...
