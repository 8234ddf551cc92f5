"""The files of an export as they are remembered from run to run: which part each one is, and where it is now."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from fhircheck.sources.bulk_manifest import GROUPS, ExportFile, ExportManifest


@dataclass(slots=True)
class KnownFile:
    """place: hash of the address without its query. number: its place in its group when it was first seen."""

    group: str
    number: int
    type: str
    place: str
    count: int | None = None

    @property
    def part(self) -> str:
        """Name of its part in the folder."""
        return f"{self.group}-{self.number:05d}"


@dataclass
class KnownFiles:
    """What is kept of an export: its status URL and its files, but never their addresses, which may be signed.

    unnamed: files of data that the manifest lists without an address.
    """

    status: str = field(default="", repr=False)
    transaction_time: str = ""
    files: list[KnownFile] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    unnamed: int = 0
    now: dict[str, ExportFile] = field(default_factory=dict, repr=False)

    @classmethod
    def loaded(cls, text: str) -> "KnownFiles":
        """Out of a note of an earlier run; empty without one."""
        if not text:
            return cls()
        node = json.loads(text)
        files = [KnownFile(**each) for each in node["files"]]
        return cls(node["status"], node["time"], files, node["about"], node["unnamed"])

    @property
    def text(self) -> str:
        """As a note."""
        files = [asdict(each) for each in self.files]
        known = {"status": self.status, "time": self.transaction_time, "files": files, "about": self.about}
        return json.dumps({**known, "unnamed": self.unnamed})

    def take(self, manifest: ExportManifest) -> None:
        """Find the known files in `manifest`, by address, else by type and place; others are added behind them."""
        self.now = {}
        left = list(manifest.files)
        for by_place in (True, False):
            for known in self.files:
                found = None if known.part in self.now else _found(known, left, by_place)
                if found is not None:
                    self.now[known.part] = found
                    left.remove(found)
        for file in left:
            known = KnownFile(file.group, self._next(file.group), file.type, file.place, file.count)
            self.files.append(known)
            self.now[known.part] = file
        self.unnamed = manifest.unnamed
        self.transaction_time = self.transaction_time or manifest.transaction_time
        self.about = {
            "requiresAccessToken": manifest.requires_token,
            "expires": manifest.expires,
            "files": {group: sum(each.group == group for each in manifest.files) for group in GROUPS},
            **({"other": manifest.other} if manifest.other else {}),
        }

    def _next(self, group: str) -> int:
        return sum(each.group == group for each in self.files)

    def parts(self) -> list[str]:
        """Names of all parts, data first."""
        return [part for _, parts in self.by_folder() for part in parts]

    def by_folder(self) -> Iterator[tuple[str, list[str]]]:
        """(folder, its parts in their order)."""
        for group in GROUPS:
            yield "" if group == "output" else group, [each.part for each in self.files if each.group == group]

    def file(self, part: str) -> ExportFile | None:
        """The file of `part` as the last manifest names it."""
        return self.now.get(part)

    def type(self, part: str) -> str:
        """The type of the resources in `part`."""
        return next((each.type for each in self.files if each.part == part), "") or "Resource"


def _found(known: KnownFile, files: list[ExportFile], by_place: bool) -> ExportFile | None:
    """The file that is `known`, None where it is not there or not the only one."""
    same = [each for each in files if (each.group, each.type, each.count) == (known.group, known.type, known.count)]
    if by_place:
        same = [each for each in same if each.place == known.place]
        return same[0] if len(same) == 1 else None
    return next((each for each in same if each.number == known.number), None)
