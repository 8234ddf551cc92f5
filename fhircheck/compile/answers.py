"""What gates said of the objects of one record: those that are costly, or asked from several sides, are asked once.

An extension is asked as an item of its list, as an item of its slice, by its profile, and by whoever explains what is
wrong around it; each of these asks for all that is within it too.
"""

from typing import Any

from fhircheck.compile.gates import Stopped, passes
from fhircheck.model.protocols import Gate

KEPT = 200_000


class Answers:
    """Answers by gate and object; both are kept beside the answer, so that no other object takes their identity."""

    __slots__ = ("_known", "_stopped")

    def __init__(self) -> None:
        self._stopped: list[Stopped] = []
        self._known: dict[tuple[int, int], tuple[Gate, Any, bool]] = {}

    def forget(self) -> None:
        """Let go of all answers: the next record comes, or what they rest on turned out to be wrong."""
        self._known.clear()
        for each in self._stopped:
            each.known.clear()
        self._stopped.clear()

    def stopped(self) -> Stopped:
        """A new place to note at which members a gate said no."""
        return Stopped(self._stopped)

    def ask(self, gate: Gate, value: Any) -> bool:
        """Whether `value` passes `gate`; remembered for objects."""
        if value.__class__ is not dict:
            return passes(gate, value)
        key = id(gate), id(value)
        known = self._known.get(key)
        if known is None:
            answer = passes(gate, value)
            if len(self._known) >= KEPT:
                self._known.clear()
            known = self._known[key] = gate, value, answer
        return known[2]

    def remembering(self, gate: Gate) -> Gate:
        """`gate`, which asks itself but once about each object."""
        ask = self.ask
        return lambda value: ask(gate, value)
