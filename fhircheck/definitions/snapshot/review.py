"""A differential held to its base as its author wants it: what is wider than the base, out of place or never matched.

A snapshot is made of more than is allowed (see Application); this says what is not allowed.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from fhircheck.definitions.canonical import TYPE_PREFIX
from fhircheck.definitions.element_tree import ElementNode
from fhircheck.definitions.snapshot.application import Application
from fhircheck.definitions.snapshot.differential import Change, change_tree
from fhircheck.definitions.snapshot.generator import LARGEST, Definitions, SnapshotGenerator
from fhircheck.definitions.snapshot.node import flattened, in_order, tail_of
from fhircheck.definitions.snapshot.slices import EXTENSIONS
from fhircheck.definitions.snapshot.type_slices import is_choice, named_type
from fhircheck.definitions.snapshot.widening import (
    Widening,
    fixed_conflict,
    path_fault,
    slicing_fault,
    type_fault,
    widenings,
)
from fhircheck.model.errors import DefinitionUnusable

Json = dict[str, Any]
ABSTRACT = frozenset({"Element", "BackboneElement", "Resource", "DomainResource", "DataType"})


class Review(NamedTuple):
    """What is wrong with a differential.

    fault: why no snapshot can be made, empty where one can. complaints: path, and what is wider there than in the
    base. conflicts: paths whose fixed value is another than the base's. unmatched: indexes of elements of the
    differential that match nothing in the base, also those out of its order. unsliced, repeated: indexes in the
    snapshot of a slice of what is not sliced, and of a slice whose name is there twice. resliced: paths where a slice
    is sliced by other rules than the element. snapshot: the elements that were made.
    """

    fault: str = ""
    complaints: tuple[tuple[str, Widening], ...] = ()
    conflicts: tuple[str, ...] = ()
    unmatched: tuple[int, ...] = ()
    unsliced: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    resliced: tuple[str, ...] = ()
    snapshot: tuple[Json, ...] = ()


def review(structure: Json, definitions: Definitions, generator: SnapshotGenerator) -> Review:
    """Hold the differential of `structure` (derivation ``constraint``) to its base. Never raises for what is in it."""
    try:
        base = generator.base(structure)
        reviewer = Reviewer(structure, base, definitions, generator)
        reviewer.paths()
        return reviewer.result(reviewer.apply(change_tree(structure)))
    except DefinitionUnusable as error:
        return Review(str(error))
    except (TypeError, AttributeError, ValueError, KeyError, RecursionError):
        return Review("the differential is malformed")


def _single_fault(node: ElementNode, change: Json) -> str:
    """Slicing of what is there once at most; where the change says so itself, it means one of several shapes."""
    single = str(node.definition.get("max", "*")) in ("0", "1") and str(change.get("max")) != "1"
    return "it is sliced, and does not repeat" if "slicing" in change and single and not is_choice(node) else ""


class Reviewer(Application):
    """Applies a differential and notes on the way what it must not say."""

    def __init__(
        self, structure: Json, base: ElementNode, definitions: Definitions, generator: SnapshotGenerator
    ) -> None:
        super().__init__(generator.tree, structure, base, LARGEST)
        self._definitions = definitions
        self._elements: list[Any] = structure["differential"].get("element") or []
        self._index = {id(each): number for number, each in enumerate(self._elements)}
        self._complaints: list[tuple[str, Widening]] = []
        self._conflicts: list[str] = []
        self._unmatched: list[int] = []
        self._unsliced: set[int] = set()
        self._repeated: dict[int, set[str]] = {}
        self._resliced: list[str] = []

    def paths(self) -> None:
        """Raise DefinitionUnusable where a path has not the form of one, or the root is sliced or there twice."""
        roots = 0
        for each in self._elements:
            path = str(each.get("path", ""))
            if "." in path and path_fault(path):
                raise DefinitionUnusable(path_fault(path))
            roots += "." not in path
            if "." not in path and "slicing" in each:
                raise DefinitionUnusable(f"the root {path} is sliced")
        if roots > 1:
            raise DefinitionUnusable("the root is there twice")

    def element(self, node: ElementNode, change: Change) -> None:
        """Change `node` as an Application does, and note what is wider than it was."""
        if change.definition:
            before, path = node.definition, change.path or node.path
            self._complaints += [(path, each) for each in widenings(before, change.definition)]
            if fixed_conflict(before, change.definition):
                self._conflicts.append(path)
            fault = type_fault(before, change.definition, self._derives, self._is_target)
            order = slicing_fault(before, change.definition, is_choice(node))
            if order:
                fault = f"its slicing has other {order} than that of the base"
            fault = fault or self._profile_fault(path, change.definition) or _single_fault(node, change.definition)
            if fault:
                raise DefinitionUnusable(f"element {path}: {fault}")
        super().element(node, change)

    def _profile_fault(self, path: str, change: Json) -> str:
        """A profile on a type that is for another type; on references it is a complaint only."""
        for each in change.get("type") or ():
            code = str(each.get("code"))
            for url in each.get("profile") or () if ":" not in code else ():
                line = [str(found.get("type")) for found in self._line(str(url))]
                if not line or code in line:
                    continue
                if code != "Reference":
                    return f"profile {url} is for {line[0]}, not for {code}"
                self._complaints.append((path, Widening("profile", line[0], code)))
        return ""

    def _children(self, node: ElementNode, change: Change) -> None:
        if not node.children:
            self._unfold(node)
        kept = self._in_order(node, change.children)
        if kept:
            super()._children(node, Change(change.tail, change.definition, kept))

    def _in_order(self, node: ElementNode, changes: list[Change]) -> list[Change]:
        """The changes that match children of `node` in the order of these; the others are noted."""
        kept: list[Change] = []
        cursor = 0
        for child in node.children:
            found = [number for number in range(cursor, len(changes)) if _about(child, changes[number])]
            if found:
                self._group(child, [changes[number] for number in found])
                kept += [changes[number] for number in found]
                cursor = found[-1] + 1
        chosen = {id(each) for each in kept}
        for each in changes:
            if id(each) not in chosen:
                _refuse_choice(node, each)
                self._note(each)
        return kept

    def _group(self, child: ElementNode, changes: list[Change]) -> None:
        """Several changes of one element are slices, and these need slicing first."""
        names = [each.slice_name for each in changes if each.slice_name]
        self._check_reslicing(changes)
        if is_choice(child):
            _check_type_slices(child, changes)
            return
        sliced = "slicing" in child.definition or bool(changes[0].definition.get("slicing"))
        if not sliced and tail_of(child) not in EXTENSIONS:
            if len(changes) > 1:
                raise DefinitionUnusable(f"element {changes[1].path} is there again without slicing")
            if names:
                self._unsliced.add(id(child))
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            self._repeated[id(child)] = twice

    def _check_reslicing(self, changes: list[Change]) -> None:
        for each in changes[1:] if "slicing" in changes[0].definition and not changes[0].slice_name else ():
            if each.slice_name and slicing_fault(changes[0].definition, each.definition, False):
                self._resliced.append(each.path)

    def _note(self, change: Change) -> None:
        number = self._index.get(id(change.definition))
        if number is not None:
            self._unmatched.append(number)
        for each in change.children:
            self._note(each)

    def _derives(self, code: str, ancestor: str) -> bool:
        return ancestor in ABSTRACT and any(each.get("type") == ancestor for each in self._line(TYPE_PREFIX + code))

    def _is_target(self, url: str, allowed: list[str]) -> bool:
        wanted = {each.partition("|")[0] for each in allowed}
        line = list(self._line(url))
        if not line or TYPE_PREFIX + "Resource" in wanted:
            return True
        return any(each.get("url") in wanted for each in line)

    def _line(self, canonical: str) -> Iterable[Json]:
        """The definition `canonical` and those it derives from."""
        for _ in range(20):
            found = self._definitions.find(canonical, "StructureDefinition", self.source)
            if found is None:
                return
            yield found
            canonical = str(found.get("baseDefinition") or "")
            if not canonical:
                return

    def result(self, root: ElementNode) -> Review:
        """What was noted, with the places that slices have in the snapshot."""
        unsliced, repeated = [], []
        numbers = {id(node): number for number, node in enumerate(in_order(root))}
        for node in in_order(root):
            if id(node) in self._unsliced:
                unsliced.append(numbers[id(node)])
            for each in node.slices if id(node) in self._repeated else ():
                if each.definition.get("sliceName") in self._repeated[id(node)]:
                    repeated.append(numbers[id(each)] + 1)
        return Review(
            "",
            tuple(self._complaints),
            tuple(self._conflicts),
            tuple(sorted(self._unmatched)),
            tuple(unsliced),
            tuple(repeated),
            tuple(self._resliced),
            tuple(flattened(root)),
        )


def _about(child: ElementNode, change: Change) -> bool:
    return tail_of(child) == change.tail or named_type(child, change.tail) is not None


def _refuse_choice(node: ElementNode, change: Change) -> None:
    """``valueBla`` is no type of the choice ``value[x]``: that is more than an unknown element."""
    for child in node.children:
        stem = tail_of(child)[:-3]
        if is_choice(child) and change.tail.startswith(stem) and change.tail[len(stem) : len(stem) + 1].isupper():
            raise DefinitionUnusable(f"element {change.path}: {tail_of(child)} has no such type")


def _check_type_slices(child: ElementNode, changes: list[Change]) -> None:
    """Slices by type are called after it, and where one of them must be there, there is no other."""
    slices = [each for each in changes if each.slice_name or each.tail != tail_of(child)]
    for each in slices:
        code = named_type(child, each.tail)
        types = each.definition.get("type") or []
        if code is None and len(types) == 1 and each.tail == tail_of(child):
            code = str(types[0].get("code"))
        expected = tail_of(child)[:-3] + (code[:1].upper() + code[1:] if code else "")
        if code and each.slice_name and each.slice_name != expected:
            raise DefinitionUnusable(f"element {each.path}: the slice must be called {expected}")
    if len(slices) > 1 and any((each.definition.get("min") or 0) > 0 for each in slices):
        raise DefinitionUnusable(f"element {slices[0].path}: one type must be there, so there can be no other")
