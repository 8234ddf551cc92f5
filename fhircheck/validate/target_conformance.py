"""Whether what references lead to conforms to a profile: asked once a target and profile, however many refer to it."""

from collections.abc import Callable
from typing import Any

from fhircheck.model.scope import Scope

Node = dict[str, Any]
Holds = Callable[[Node, str, Scope], bool | None]
KEPT = 50_000
DEPTH = 8
"""So many targets, each reached from the one before, are held against profiles; beyond them it cannot be told."""


class TargetConformance:
    """Remembers answers. While a target is being judged it counts as conforming: references may go in a circle.

    holds: the check itself. refuted: called when what was taken for granted meanwhile turned out to be wrong, so that
    answers that rest on it are let go. The nodes are kept beside the answers, so that no other object can take their
    place.
    """

    def __init__(self, holds: Holds, refuted: Callable[[], None]) -> None:
        self._holds = holds
        self._refuted = refuted
        self._answers: dict[tuple[int, str], tuple[Node, bool | None]] = {}
        self._judged: dict[tuple[int, str], bool] = {}
        self._cut = False

    def conforms(self, node: Node, profile: str, scope: Scope) -> bool | None:
        """Whether `node` holds `profile`; None where that cannot be told."""
        key = (id(node), profile)
        known = self._answers.get(key)
        if known is not None:
            return known[1]
        if key in self._judged:
            self._judged[key] = True
            return True
        if len(self._judged) >= DEPTH:
            self._cut = True
            return None
        self._judged[key] = False
        assumed = False
        try:
            answer = self._holds(node, profile, scope)
        finally:
            assumed = self._judged.pop(key)
        if (assumed and answer is not True) or (self._cut and not self._judged):
            self._cut = False
            self._answers.clear()
            self._refuted()
        if len(self._answers) >= KEPT:
            self._answers.clear()
        self._answers[key] = (node, answer)
        return answer

    def forget(self) -> None:
        """Let go of all answers: the next record comes."""
        self._answers.clear()
