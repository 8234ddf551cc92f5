"""The elements that a profile marks as must-support (ElementDefinition.mustSupport), and which of them are there."""

from dataclasses import dataclass, field
from typing import Any

VALUE = "value"


@dataclass(slots=True)
class Branch:
    """An element on the way to one that is must-support. names: its JSON names. bit: its place in a mask.

    group: what it is one of, where only one can be there: the types of a choice, a value and the reason for none.
    """

    path: str
    names: tuple[str, ...]
    group: str = ""
    marked: bool = False
    bit: int = 0
    inner: "tuple[Branch, ...]" = ()
    below: "dict[str, Branch]" = field(default_factory=dict, repr=False)


def branches(structure: dict[str, Any]) -> tuple[Branch, ...]:
    """The tree of must-support elements of a profile with a snapshot.

    Slices share the path of their element, those of a choice by type have one each, those of extensions are left out.
    """
    root: dict[str, Branch] = {}
    types: dict[str, list[str]] = {}
    for element in structure["snapshot"]["element"]:
        steps = _steps(str(element.get("id") or element["path"]))
        types.setdefault(".".join(steps), [str(each.get("code", "")) for each in element.get("type") or ()])
        if element.get("mustSupport") is True and element.get("max") != "0" and len(steps) > 1:
            _grow(steps, root, types)
    return _numbered(root, [0])


def _steps(element_id: str) -> list[str]:
    """The steps of an element's id; a slice is kept where it is a type of a choice, none are given for extensions."""
    steps: list[str] = []
    for step in element_id.split("."):
        name, _, slice_ = step.partition(":")
        if slice_ and name in ("extension", "modifierExtension"):
            return []
        steps.append(step if name.endswith("[x]") and slice_.startswith(name[:-3]) else name)
    return steps


def _grow(steps: list[str], level: dict[str, Branch], types: dict[str, list[str]]) -> None:
    """Add the elements on the way to the one at `steps`, which is must-support."""
    for depth in range(2, len(steps) + 1):
        step = steps[depth - 1]
        branch = level.get(step)
        if branch is None:
            path = ".".join(each.rpartition(":")[2] for each in steps[:depth])
            stem = step.partition("[x]")[0] if "[x]" in step else ""
            group = VALUE if step == "dataAbsentReason" else stem
            branch = level[step] = Branch(path, _names(step, types.get(".".join(steps[:depth]), [])), group)
        branch.marked = branch.marked or depth == len(steps)
        level = branch.below


def _names(step: str, codes: list[str]) -> tuple[str, ...]:
    """JSON names of an element: of a choice one for each type."""
    if not step.endswith("[x]"):
        return (step.rpartition(":")[2],)
    return tuple(f"{step[:-3]}{code[:1].upper()}{code[1:]}" for code in codes)


def _numbered(level: dict[str, Branch], count: list[int]) -> tuple[Branch, ...]:
    """The branches with their bits, parents before what is below them."""
    for each in level.values():
        each.bit = 1 << count[0]
        count[0] += 1
        each.inner = _numbered(each.below, count)
        each.below = {}
    return tuple(level.values())


def populated(value: dict[str, Any], level: tuple[Branch, ...]) -> int:
    """The mask of the branches that are there."""
    found = 0
    for branch in level:
        for name in branch.names:
            inner = value.get(name)
            if inner is not None:
                found |= branch.bit
                if branch.inner:
                    for each in inner if inner.__class__ is list else (inner,):
                        if each.__class__ is dict:
                            found |= populated(each, branch.inner)
                break
    return found


def items(mask: int, level: tuple[Branch, ...]) -> list[tuple[str, bool]]:
    """(path, whether it is there) of the must-support elements whose parent is there.

    Of a group one at most is missing, and none where another of it is there.
    """
    found: list[tuple[str, bool]] = []
    settled = {each.group for each in level if each.group and mask & each.bit}
    for branch in level:
        there = bool(mask & branch.bit)
        if branch.marked and (there or branch.group not in settled):
            found.append((branch.path, there))
            if branch.group:
                settled.add(branch.group)
        if there:
            found += items(mask, branch.inner)
    return found
