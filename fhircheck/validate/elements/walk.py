"""One walk over a resource for all rules about elements: first whether there is anything, then what and where.

The first walk knows no places in words and builds nothing; it is asked of every resource. Nested resources are
not entered: each is asked for itself.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.assertions.invariant_twins import has_content
from fhircheck.model.path import child, item
from fhircheck.validate.elements import (
    attachment,
    element_id,
    identifier,
    primitive_base64,
    primitive_date,
    primitive_text,
    primitive_uri,
)
from fhircheck.validate.elements.extension import Definitions, Extensions
from fhircheck.validate.elements.place import SIBLING, Place, PlaceTree

Node = dict[str, Any]
Holds = Callable[[Any, Surroundings], bool]
Explain = Callable[[Any, str, Findings, Surroundings], None]
LONG = 1_000
"""Objects of a list that wait at once to be looked at."""


class ElementRule(NamedTuple):
    """What is asked of every value of a type: whether it holds, and what is wrong where it does not."""

    holds: Holds
    explain: Explain


class Remembered(dict[str, bool]):
    """Answers about texts that come again and again; ``.__getitem__`` is a gate without a frame for what is known."""

    __slots__ = ("_ask",)
    LIMIT = 10_000
    LONGEST = 200

    def __init__(self, ask: Callable[[str], bool]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, text: str) -> bool:
        answer = self._ask(text)
        if len(self) < self.LIMIT and len(text) < self.LONGEST:
            self[text] = answer
        return answer


_TEXT = primitive_text.explain_string
_CODE = primitive_text.explain_code
_URI = primitive_uri.explain
_DATE = primitive_date.explain
PRIMITIVES: dict[str, Explain] = {
    "string": _TEXT,
    "code": _CODE,
    "markdown": primitive_text.explain_markdown,
    "uri": _URI,
    "url": _URI,
    "oid": primitive_uri.explain_oid,
    "uuid": primitive_uri.explain_uuid,
    "canonical": primitive_uri.explain_canonical,
    "date": _DATE,
    "dateTime": _DATE,
    "instant": _DATE,
    "base64Binary": primitive_base64.explain,
}
OBJECTS: dict[str, ElementRule] = {
    "Identifier": ElementRule(identifier.holds, identifier.explain),
    "Attachment": ElementRule(attachment.holds, attachment.explain),
}


def quick_gates(around: Surroundings) -> dict[str, Callable[[str], object]]:
    """Tests of texts that pass only what nothing is to be said of; they may refuse more than that."""
    code = Remembered(lambda value: "<" not in value).__getitem__
    uri = Remembered(lambda value: primitive_uri.holds(value, around)).__getitem__
    canonical = Remembered(
        lambda value: not value.startswith("#") and primitive_uri.holds_canonical(value, around)
    ).__getitem__
    date = primitive_date.USUAL
    return {
        "string": primitive_text.PLAIN,
        "code": code,
        "markdown": primitive_text.NO_BRACKET,
        "uri": uri,
        "url": uri,
        "oid": uri,
        "uuid": uri,
        "canonical": canonical,
        "date": date,
        "dateTime": date,
        "instant": date,
        "base64Binary": primitive_base64.PLAIN,
    }


class ElementWalk:
    """Walks resources of one set of definitions."""

    def __init__(self, around: Surroundings, definitions: Definitions) -> None:
        self._around = around
        rules = {name: _bound(rule.holds, around) for name, rule in OBJECTS.items()}
        rules[SIBLING] = has_content
        self._ids = element_id.Ids()
        self._tree = PlaceTree(around.types, quick_gates(around), rules, self._ids.is_new)
        self._extensions = Extensions(around, definitions)

    def sound(self, node: Node, resource_type: str) -> bool:
        """Whether it is clear at first sight that no rule has anything to say of the resource `node`."""
        self._ids.forget()
        root = self._tree.root(resource_type)
        return root is None or self._pass([(node, root, None)])

    def _pass(self, waiting: list[tuple[Node, Place, Any]]) -> bool:
        """Whether all these objects pass, with what is in them. The list is used up."""
        take, put, hold = waiting.pop, waiting.append, self._extensions.hold
        while waiting:
            value, place, holder = take()
            if place.rule is not None and not place.rule(value):
                return False
            within = value.get("url") if place.is_extension else None
            fast = place.fast
            for name, each in value.items():
                try:  # measured: cheaper than to ask first, since all but the first object of a kind know their names
                    gate, below = fast[name]
                except KeyError:
                    gate, below = place.learn(name)
                kind = each.__class__
                if kind is str:
                    if gate is not None and not gate(each):
                        return False
                elif below is not None:
                    if kind is dict:
                        put((each, below, within))
                    elif kind is list:
                        if below.is_extension and not hold(value, place, holder):
                            return False
                        if len(each) > LONG:
                            if not self._long_passes(each, below):
                                return False
                            continue
                        waiting += [(part, below, None) for part in each if part.__class__ is dict]
                elif gate is not None and kind is list and not _all_pass(gate, each):
                    return False
        return True

    def _long_passes(self, parts: list[Any], place: Place) -> bool:
        """The objects of a long list, some at a time: one that waits takes half the memory of a small one itself."""
        for start in range(0, len(parts), LONG):
            some = parts[start : start + LONG]
            if not self._pass([(part, place, None) for part in some if part.__class__ is dict]):
                return False
        return True

    def explain(self, node: Node, resource_type: str, expression: str, findings: Findings) -> None:
        """Report all that is to be said, in the order of the data: only of what does not pass at first sight."""
        root = self._tree.root(resource_type)
        if root is None:
            return
        self._ids.forget()
        doubtful = False
        waiting: list[Iterator[_Waiting]] = [iter((_Waiting(node, root, None, None),))]
        while waiting:
            each = next(waiting[-1], None)
            if each is None:
                waiting.pop()
                continue
            if each.value.__class__ is str:
                doubtful = doubtful or (each.at is not None and each.at.name == "id")
                self._text(each, expression, findings)
                continue
            doubtful = doubtful or (each.place.rule is has_content and not has_content(each.value))
            self._object(each, expression, findings)
            waiting.append(_members(each))
        if doubtful:
            element_id.explain(node, root, expression, findings)

    def _text(self, each: "_Waiting", expression: str, findings: Findings) -> None:
        if each.at is not None:
            explain = PRIMITIVES.get(each.place.step(each.at.name).type)
            if explain is not None:
                explain(each.value, each.at.shown(expression), findings, self._around)

    def _object(self, each: "_Waiting", expression: str, findings: Findings) -> None:
        value, place = each.value, each.place
        rule = OBJECTS.get(place.type) if place.rule is not None and place.info.name == place.type else None
        extended = ("extension" in value or "modifierExtension" in value) and not self._extensions.hold(
            value, place, each.holder
        )
        if extended or (rule is not None and not rule.holds(value, self._around)):
            where = each.at.shown(expression) if each.at is not None else expression
            if rule is not None:
                rule.explain(value, where, findings, self._around)
            if extended:
                self._extensions.explain(value, place, each.holder, where, findings)


class _At(NamedTuple):
    """A member of an object: where the object stands, its place, the JSON name, the number in a list or -1."""

    before: "_At | None"
    place: Place
    name: str
    number: int

    def shown(self, expression: str) -> str:
        """The FHIRPath expression, from that of the resource."""
        steps, at = [], self
        while True:
            name = child("", at.place.step(at.name).name)
            steps.append(item(name, at.number) if at.number >= 0 else name)
            if at.before is None:
                return ".".join([*([expression] if expression else []), *reversed(steps)])
            at = at.before


class _Waiting(NamedTuple):
    """A text or an object that is to be looked at. place: of the object, or of the one that holds the text."""

    value: Any
    place: Place
    at: _At | None
    holder: Any


def _bound(holds: Holds, around: Surroundings) -> Callable[[Any], bool]:
    return lambda value: holds(value, around)


def _all_pass(gate: Callable[[str], object], values: list[Any]) -> bool:
    return all(each.__class__ is not str or gate(each) for each in values)


def _members(holder: _Waiting) -> Iterator[_Waiting]:
    """The objects in an object, and the texts that do not pass at first sight."""
    value, place, before = holder.value, holder.place, holder.at
    within = value.get("url") if place.is_extension else None
    for name, each in value.items():
        gate, below = place.fast[name] if name in place.fast else place.learn(name)
        if each.__class__ is list:
            if place.is_single(name):
                continue
            for index, part in enumerate(each):
                if below is not None:
                    if part.__class__ is dict:
                        yield _Waiting(part, below, _At(before, place, name, index), None)
                elif gate is not None and part.__class__ is str and not gate(part):
                    yield _Waiting(part, place, _At(before, place, name, index), None)
        elif below is not None:
            if each.__class__ is dict:
                yield _Waiting(each, below, _At(before, place, name, -1), within)
        elif gate is not None and each.__class__ is str and not gate(each):
            yield _Waiting(each, place, _At(before, place, name, -1), None)
