"""Reads a package store: opened when first asked, one definition at a time, never written."""

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fhircheck.definitions.store_form import FORM, Head
from fhircheck.model.errors import PackageUnusable

if TYPE_CHECKING:
    import sqlite3

_COLUMNS = ", ".join(Head._fields)


class PackageStore:
    """The definitions of one package, as written by store_writer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._dictionary = b""

    def versions(self, url: str) -> list[Head]:
        """All definitions with this canonical URL, in the package's order."""
        return [Head._make(row) for row in self._rows(f"SELECT {_COLUMNS} FROM definition WHERE url = ?", url)]

    def heads(self, resource_type: str = "") -> Iterator[Head]:
        """All definitions, or those of one resource type, in the package's order."""
        if resource_type:
            rows = self._rows(
                f"SELECT {_COLUMNS} FROM definition WHERE resource_type = ? ORDER BY number", resource_type
            )
        else:
            rows = self._rows(f"SELECT {_COLUMNS} FROM definition ORDER BY number")
        return map(Head._make, rows)

    def urls(self, resource_type: str) -> list[str]:
        """The canonical URLs of one resource type, sorted, each once."""
        found = "SELECT DISTINCT url FROM definition WHERE resource_type = ? AND url <> '' ORDER BY url"
        return [url for (url,) in self._rows(found, resource_type)]

    def text(self, number: int) -> bytes:
        """The JSON text of the definition `number`. Raises PackageUnusable where the store is damaged."""
        [(data,)] = self._rows("SELECT data FROM content WHERE number = ?", number)
        unpacker = zlib.decompressobj(zdict=self._dictionary) if self._dictionary else zlib.decompressobj()
        try:
            text = unpacker.decompress(data) + unpacker.flush()
        except zlib.error as error:
            raise self._damaged(error) from None
        if not unpacker.eof:
            raise self._damaged("a definition is incomplete")
        return text

    def meta(self) -> dict[str, str]:
        """What the store says of itself: form, sha256, definitions, manifest (JSON), and facts."""
        return {name: value for name, value in self._rows("SELECT name, value FROM meta") if name != "dictionary"}

    def manifest(self) -> dict[str, Any]:
        """The package's package.json."""
        manifest: dict[str, Any] = json.loads(self.meta()["manifest"])
        return manifest

    def close(self) -> None:
        """Close the file; it opens again when asked."""
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None

    def _rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        import sqlite3

        try:
            return self._opened().execute(query, values).fetchall()
        except UnicodeEncodeError:  # a name with half of a surrogate pair is no name of anything
            return []
        except sqlite3.Error as error:
            raise self._damaged(error) from None

    def _opened(self) -> "sqlite3.Connection":
        # A connection must not be used across a fork: the child would share the file's position.
        if self._connection is None or self._process != os.getpid():
            import sqlite3

            address = f"file:{quote(self.path.as_posix())}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            self._process = os.getpid()
            meta = dict(self._connection.execute("SELECT name, value FROM meta WHERE name IN ('form', 'dictionary')"))
            if meta.get("form") != FORM:
                raise self._damaged("another form")
            self._dictionary = meta["dictionary"]
        return self._connection

    def _damaged(self, error: object) -> PackageUnusable:
        return PackageUnusable(
            f"{self.path}: the store of definitions cannot be read ({error}); remove it or reinstall"
        )
