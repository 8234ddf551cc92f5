"""Who is there and who points to whom: small facts that references between files are judged by.

Keys are 64-bit BLAKE2b hashes: with two million of them the chance that any two differ in text and
agree in hash is below one in a million. No identifier out of the data is kept.
"""

from collections.abc import Iterable
from hashlib import blake2b
from heapq import nsmallest
from typing import IO

from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.model.temporary import lost, temporary_file

NAMES = 2_000
SOURCES = 20_000
OTHER = "(other)"


def key_of(text: str) -> int:
    """The 64-bit key of `text`: the same in every process and on every machine."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


class LinkFacts:
    """Identities and reference edges of some records; merges in any order to the same verdicts.

    identities: rows (key, type) of what can be pointed at. edges: rows (key, path, source, place) of
    references decided by their key alone. scoped: the same of those that count within their resource or Bundle only
    (``#id``, ``urn:``). absolute: rows (base, key, path, source, place) of
    references to ``base/Type/id``. bases: rows (base,) of servers the data itself comes from.
    names: key -> element path or resource type, the NAMES smallest exact, the rest counts as OTHER.
    sources: key -> shown name of a source. place: record number << 24 | entry number + 1 (0: no entry).
    """

    __slots__ = ("_names_file", "absolute", "bases", "edges", "identities", "names", "scoped", "sources")

    def __init__(self, limit: int | None = None) -> None:
        self.identities = SpilledRows(2, limit)
        self.edges = SpilledRows(4, limit)
        self.scoped = SpilledRows(4, limit)
        self.absolute = SpilledRows(5, limit)
        self.bases = SpilledRows(1, limit)
        self.names: dict[int, str] = {}
        self.sources: dict[int, str] = {}
        self._names_file: IO[bytes] | None = None

    @property
    def tables(self) -> tuple[SpilledRows, ...]:
        """All tables of rows."""
        return self.identities, self.edges, self.scoped, self.absolute, self.bases

    def merge(self, other: "LinkFacts") -> None:
        """Add what `other` holds; `other` stays as it is."""
        for mine, theirs in zip(self.tables, other.tables, strict=True):
            mine.merge(theirs)
        self.names.update(other.names)
        self.sources.update(other.sources)
        for key, name in other._stored_sources():
            self.sources[key] = name
            self._bound()
        self._bound()

    def settle(self) -> None:
        """Hold the bound of memory; called after each record or chunk."""
        for table in self.tables:
            table.settle()
        self._bound()

    def _bound(self) -> None:
        if len(self.names) > 2 * NAMES:
            self.trim()
        if len(self.sources) > SOURCES:
            self._store_sources()

    def trim(self) -> None:
        """Keep the NAMES smallest names: those are known to every part of the data that has them."""
        if len(self.names) > NAMES:
            self.names = dict(nsmallest(NAMES, self.names.items(), key=lambda pair: (pair[1], pair[0])))

    def _store_sources(self) -> None:
        try:
            if self._names_file is None:
                self._names_file = temporary_file()
            self._names_file.seek(0, 2)
            self._names_file.writelines(
                b"%x %s\n" % (key, name.encode("unicode_escape")) for key, name in self.sources.items()
            )
            self._names_file.flush()
        except OSError as error:
            raise lost(error) from error
        self.sources = {}

    def _stored_sources(self) -> Iterable[tuple[int, str]]:
        if self._names_file is None:
            return
        self._names_file.seek(0)
        for line in self._names_file:
            key, _, name = line.rstrip(b"\n").partition(b" ")
            yield int(key, 16), name.decode("unicode_escape")

    @property
    def stored_sources(self) -> bool:
        """Whether there were so many sources that their names went to disk."""
        return self._names_file is not None

    @property
    def known_sources(self) -> dict[int, str]:
        """Names of all sources by key; empty where there were too many to be held: then none has a name in an order."""
        return {} if self.stored_sources else self.sources

    def source_names(self, keys: Iterable[int]) -> dict[int, str]:
        """The shown names of the sources with these keys."""
        wanted = set(keys)
        found = {key: self.sources[key] for key in wanted if key in self.sources}
        if len(found) < len(wanted):
            found |= {key: name for key, name in self._stored_sources() if key in wanted}
        return found

    def close(self) -> None:
        """Free memory and disk; also happens by itself when the object or the process ends."""
        for table in self.tables:
            table.close()
        if self._names_file is not None:
            self._names_file.close()
            self._names_file = None

    def __enter__(self) -> "LinkFacts":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> tuple[object, ...]:
        return (*self.tables, self.names, {**self.sources, **dict(self._stored_sources())})

    def __setstate__(self, state: tuple[object, ...]) -> None:
        self._names_file = None
        *tables, self.names, self.sources = state  # type: ignore[assignment]
        self.identities, self.edges, self.scoped, self.absolute, self.bases = tables  # type: ignore[assignment]
