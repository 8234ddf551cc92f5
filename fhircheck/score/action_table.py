"""The table of actions (actions.toml): what to do about which measure, who does it, how much work it is."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from fhircheck.model.action import EFFORTS, Effort, Owner, Words

OWNERS = ("clinic", "it", "both", "vendor")


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """What to do where `measure` fails.

    paths, kinds: patterns of the element paths or types of finding it is about; empty for the rest. opens: measures
    that judge repaired items anew, with the most items one becomes there. also: measures that may count the same
    defect, with the most items one repair mends there, 0 for any number. reveals: as `opens`, but only for items that
    could not be told there so far.
    """

    name: str
    measure: str
    paths: tuple[str, ...]
    kinds: tuple[str, ...]
    owner: Owner
    effort: Effort
    title: Words
    clinic: Words
    it: Words
    reason: Words
    opens: Mapping[str, int]
    also: Mapping[str, int]
    reveals: Mapping[str, int]

    @property
    def work(self) -> int:
        """Class of the effort: 1 hours to 4 project."""
        return EFFORTS.index(self.effort) + 1

    def takes_path(self, path: str) -> bool:
        """Whether its patterns name `path`."""
        return any(fnmatchcase(path, each) for each in self.paths)

    def takes_kind(self, kind: str) -> bool:
        """Whether its patterns name `kind`."""
        return any(fnmatchcase(kind, each) for each in self.kinds)


@cache
def action_table() -> tuple[ActionEntry, ...]:
    """All entries, in the file's order."""
    text = files("fhircheck.score").joinpath("actions.toml").read_text(encoding="utf-8")
    return tuple(map(_entry, tomllib.loads(text)["action"]))


def _entry(data: dict[str, Any]) -> ActionEntry:
    words = {key: Words(data[key]["en"], data[key]["de"]) for key in ("title", "clinic", "it", "reason")}
    if data["owner"] not in OWNERS or data["effort"] not in EFFORTS:
        raise ValueError(f"action {data['name']}: owner or effort")
    return ActionEntry(
        name=data["name"],
        measure=data["measure"],
        paths=tuple(data.get("paths", ())),
        kinds=tuple(data.get("kinds", ())),
        owner=data["owner"],
        effort=data["effort"],
        opens=data.get("opens", {}),
        also=data.get("also", {}),
        reveals=data.get("reveals", {}),
        **words,
    )
