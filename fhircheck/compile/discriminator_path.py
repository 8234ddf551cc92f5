"""The path of a discriminator: its steps, and the test by a text that stands at its end."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Value = tuple[Any, str]
"""A value out of the instance and the name of its type (empty where the path does not tell)."""
Test = Callable[[Any, str], bool | None]
"""(item, type of the item) -> whether it belongs to the slice; None: cannot be told."""
Steps = list[tuple[str, str]]
STEP = re.compile(r"(\$this|\w+\([^)]*\)|[\w-]+(?:\[x\])?)(?:\.|$)")
CALL = re.compile(r"(\w+)\(\s*['\"]?([^'\")]*)['\"]?\s*\)")


def steps_of(path: str) -> Steps | None:
    """(name, argument) of each step; a function is named ``name()``. None for what is not understood."""
    steps, at = [], 0
    while at < len(path):
        found = STEP.match(path, at)
        if found is None:
            return None
        at = found.end()
        name = found.group(1)
        call = CALL.fullmatch(name)
        if call:
            steps.append((f"{call.group(1)}()", call.group(2)))
        elif name != "$this":
            steps.append((name.removesuffix("[x]"), ""))
    return steps


@dataclass(frozen=True, slots=True)
class TextTest:
    """The Test by one text: an item belongs to the slice where the value at a path of plain names is one of `texts`."""

    steps: Steps
    texts: frozenset[str]
    follow: Callable[[list[Value], Steps], list[Value]]

    def __call__(self, value: Any, type_: str, /) -> bool | None:
        return not self.texts.isdisjoint(self.found(value, type_))

    def found(self, value: Any, type_: str) -> Sequence[str]:
        """The texts at the path in an item."""
        if len(self.steps) == 1 and value.__class__ is dict:  # the url of an extension, a system, a use
            text = value.get(self.steps[0][0])
            if text.__class__ is str:
                return (text,)
        found = self.follow([(value, type_)], self.steps)
        return [each for each, _ in found if each.__class__ is str]
