"""The one Registry: an ordered table of named entries that describe themselves."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Described(Protocol):
    """What every entry of a table says of itself."""

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str: ...


Entry = TypeVar("Entry", bound=Described)


class Registry(Generic[Entry]):
    """Ordered table; refuses an entry without name or summary, and a name given twice."""

    def __init__(self, title: str, *entries: Entry) -> None:
        self.title = title
        self._entries: dict[str, Entry] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Append `entry`. Raises ValueError where it is incomplete or its name is taken."""
        if not entry.name or not entry.summary:
            raise ValueError(f"{self.title}: an entry needs a name and a summary: {entry!r}")
        if entry.name in self._entries:
            raise ValueError(f"{self.title}: {entry.name} is there twice")
        self._entries[entry.name] = entry

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def get(self, name: str) -> Entry | None:
        """The entry called `name`, or None."""
        return self._entries.get(name)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> tuple[str, ...]:
        """All names in the table's order."""
        return tuple(self._entries)
