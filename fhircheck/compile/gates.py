"""Gates: functions from a JSON value to true or false that build nothing and know no place.

A gate may raise TypeError for a value of the wrong JSON type (a built-in's method as gate does); the
one who calls the outermost gate takes that for false (see `passes`).
"""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

from fhircheck.assertions.null_alignment import aligned
from fhircheck.assertions.primitive_format import GATES
from fhircheck.model.protocols import Gate

TEXT = GATES["string"]
KEPT = 100_000
NEVER: Gate = frozenset[Any]().__contains__


def ALWAYS(value: Any) -> bool:
    """The gate that lets all pass."""
    return True


class Members(dict[str, Gate]):
    """JSON property name -> gate of its value; each is built when its name is first met.

    Names that are not defined get NEVER and are not kept, so that hostile names fill no memory.
    """

    __slots__ = ("_build",)

    def __init__(self, build: Callable[[str], Gate | None]) -> None:
        super().__init__()
        self._build = build

    def __missing__(self, name: str) -> Gate:
        gate = self._build(name)
        if gate is None:
            return NEVER
        self[name] = gate
        return gate


def passes(gate: Gate, value: Any) -> bool:
    """Whether `value` passes `gate`, also where a built-in refuses its type."""
    try:
        return bool(gate(value))
    except TypeError:
        return False


def all_of(gates: Sequence[Gate]) -> Gate:
    """The gate that asks all of `gates` in their order."""
    if len(gates) == 1:
        return gates[0]
    if len(gates) == 2:
        first, second = gates
        return lambda value: first(value) and second(value)
    if len(gates) == 3:
        one, two, three = gates
        return lambda value: one(value) and two(value) and three(value)
    every = tuple(gates)

    def gate(value: Any) -> bool:
        for each in every:  # noqa: SIM110 - measured: a generator costs a frame for each value
            if not each(value):
                return False
        return True

    return gate


def any_of(gates: Sequence[Gate]) -> Gate:
    """The gate that is content when one of `gates` is."""
    if len(gates) == 1:
        return gates[0]
    every = tuple(gates)

    def gate(value: Any) -> bool:
        for each in every:  # noqa: SIM110 - as above
            if passes(each, value):
                return True
        return False

    return gate


def list_of(item: Gate, minimum: int, maximum: int | None) -> Gate:
    """The gate of an array of `item`, never empty, within its bounds."""
    least = max(1, minimum)
    if least == 1 and maximum is None:

        def gate(value: Any) -> bool:
            if value.__class__ is not list or not value:
                return False
            for each in value:  # noqa: SIM110 - measured: all() over a generator costs a frame for each item
                if not item(each):
                    return False
            return True

        return gate

    def bounded(value: Any) -> bool:
        if value.__class__ is not list or len(value) < least or (maximum is not None and len(value) > maximum):
            return False
        for each in value:  # noqa: SIM110 - as above
            if not item(each):
                return False
        return True

    return bounded


def without_null(gate: Gate) -> Gate:
    """`gate` for arrays without null; one that holds null is left to the check with its sibling."""
    return lambda value: None not in value and gate(value)


def aligned_values(item: Gate, sibling: Gate, name: str) -> Callable[[dict[str, Any]], bool]:
    """Check of an array of primitives together with its ``_name`` array, for arrays that hold null."""

    def check(node: dict[str, Any]) -> bool:
        values, siblings = node.get(name), node.get(f"_{name}")
        if not aligned(values, siblings):
            return False
        if values is not None and not (values and all(each is None or item(each) for each in values)):
            return False
        return siblings is None or (bool(siblings) and all(each is None or sibling(each) for each in siblings))

    return check


class Stopped:
    """At which member of an object the gate of one Shape said no: those before it passed, and need not be asked again.

    known: id of the object -> (object, name; None where all members passed), for the objects of one record.
    """

    __slots__ = ("_all", "known")

    def __init__(self, every: "list[Stopped]") -> None:
        self._all = every
        self.known: dict[int, tuple[Any, str | None]] = {}

    def note(self, node: Any, name: str | None) -> None:
        """The gate stopped at the member `name` of `node`; None: behind all of them."""
        if not self.known:
            self._all.append(self)
        elif len(self.known) >= KEPT:
            self.known.clear()
        self.known[id(node)] = node, name

    def noted(self, node: Any) -> bool:
        """Whether the gate is known to say no to `node`."""
        return id(node) in self.known

    def passed(self, node: dict[str, Any]) -> frozenset[str]:
        """Names of the members of `node` that are known to have passed."""
        known = self.known.get(id(node))
        if known is None:
            return frozenset()
        name = known[1]
        return frozenset(node) if name is None else frozenset(takewhile(name.__ne__, node))

    def behind(self, plain: Gate, check: Gate) -> Gate:
        """The gate that asks `check` of objects whose members pass `plain`."""

        def gate(node: Any) -> bool:
            if not plain(node):
                return False
            if check(node):
                return True
            if node.__class__ is dict:
                self.note(node, None)
            return False

        return gate


def object_gate(
    members: Members,
    required: frozenset[str],
    choices: Sequence[tuple[int, frozenset[str], Callable[[dict[str, Any]], bool]]],
    together: dict[str, Callable[[dict[str, Any]], bool]],
    empty: bool = False,
    stopped: "Stopped | None" = None,
) -> Gate:
    """The gate of a JSON object.

    required: names that must be there (or their ``_name``). choices: (minimum, all JSON names of the
    choice, exact check for when two of them are there). together: names whose arrays are checked
    with their sibling, where the plain gate did not pass. empty: an object without members may pass. stopped: where
    the gate notes at which member it said no.
    """
    needed = tuple((name, f"_{name}") for name in required)

    def gate(node: Any) -> bool:
        if node.__class__ is not dict or not (node or empty):
            return False
        for name, value in node.items():
            member = members[name]
            if member is TEXT:  # measured: the commonest leaf is worth a look without a call
                if value.__class__ is not str or not value:
                    break
            elif not member(value) and (name not in together or not together[name](node)):
                break
        else:
            for name, sibling in needed:  # noqa: SIM110 - measured: a generator costs a frame
                if name not in node and sibling not in node:
                    return False
            return True
        if stopped is not None:
            stopped.note(node, name)
        return False

    return _with_choices(gate, choices) if choices else gate


def _with_choices(plain: Gate, choices: Sequence[tuple[int, frozenset[str], Callable[[dict[str, Any]], bool]]]) -> Gate:
    """The gate `plain` of an object, and each of its choices at most once and no less than its minimum.

    The names of all choices are looked for at once: most objects hold one of them or none.
    """
    any_choice = frozenset[str]().union(*(names for _, names, _ in choices))
    obligatory = any(minimum for minimum, _, _ in choices)

    def gate(node: Any) -> bool:
        if not plain(node):
            return False
        there = node.keys() & any_choice
        if len(there) > 1 or obligatory:
            for minimum, names, exact in choices:
                if not minimum <= len(there & names) <= 1 and not exact(node):
                    return False
        return True

    return gate
