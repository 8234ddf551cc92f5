"""Discriminators: does an item belong to a slice? http://hl7.org/fhir/R4/profiling.html#discriminator

A discriminator's path is followed twice: in the slice's definition, for what is asked there, and in the
instance, for the values. What the definition does not decide (no fixed value, pattern or binding at the
path) is "cannot tell", never a match and never a mismatch; so is a reference that leads out of the data, unless its URL
tells another type than is asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from fhircheck.assertions.binding import codings_of
from fhircheck.assertions.fixed_value import same
from fhircheck.assertions.pattern_value import matches
from fhircheck.compile.compiled_profile import CompiledElement
from fhircheck.compile.discriminator_path import Steps, Test, TextTest, Value, steps_of
from fhircheck.model.reference_text import rest_url
from fhircheck.terminology.membership import Answer

if TYPE_CHECKING:
    from fhircheck.compile.linked import Linked
    from fhircheck.compile.linker import Linker

DEPTH = 4
TARGETS = "reference-target"
EXACT = frozenset({"fixed_value", "pattern_value"})
"""Facets that say which value it is: beside them a binding (of the type's profile, for one) tells no slice apart."""


class Spot(NamedTuple):
    """An element of a definition with the profile that it belongs to."""

    element: CompiledElement
    owner: "Linked"


class Unresolved(Exception):
    """A reference on the path leads to nothing that is at hand. type_name: what its URL says of it, or empty."""

    def __init__(self, type_name: str) -> None:
        super().__init__()
        self.type_name = type_name


NOT_AT_HAND = object()
"""Stands for the target of a reference of which only the type is known."""


class Discriminators:
    """Makes the Test of a slice from the discriminators of its slicing."""

    def __init__(self, linker: "Linker") -> None:
        self._linker = linker

    def test(self, element: CompiledElement, owner: "Linked", discriminators: tuple[tuple[str, str], ...]) -> Test:
        """The Test for the slice `element`: all discriminators of which its definition says something must agree."""
        made = (self._one(Spot(element, owner), kind, path) for kind, path in discriminators)
        tests = [test for test in made if test is not None]
        if not tests:
            return lambda value, type_: None
        if len(tests) == 1:
            return tests[0]

        def all_agree(value: Any, type_: str) -> bool | None:
            answers = [test(value, type_) for test in tests]
            return False if False in answers else None if None in answers else True

        return all_agree

    def _one(self, start: Spot, kind: str, path: str) -> Test | None:
        """The test by one discriminator, None where the definition does not decide it."""
        steps = steps_of(path)
        if steps is None:
            return None
        urls = self._unknown_extensions(start.element) if path == "url" else ()
        if urls:
            return lambda value, type_: value.__class__ is dict and value.get("url") in urls
        spots = [start]
        for name, argument in steps:
            spots = [found for each in spots for found in self._below(each, name, argument)]
        asks = MAKERS.get(kind)
        if asks is None or not spots:
            return None
        texts = self._texts(spots) if kind in ("value", "pattern") else []
        if texts and not any(name.endswith("()") for name, _ in steps):
            return TextTest(steps, frozenset(texts), self._follow)
        criterion = asks(self, spots)
        if criterion is None:
            return None
        if not steps:
            return lambda value, type_: criterion([(value, _own_type(value) or type_)])
        follow = self._follow
        at_target = kind in ("type", "profile") and steps[-1][0] == "resolve()"

        def test(value: Any, type_: str) -> bool | None:
            try:
                return criterion(follow([(value, type_)], steps))
            except Unresolved as error:
                told = at_target and error.type_name
                return False if told and criterion([(NOT_AT_HAND, error.type_name)]) is False else None

        return test

    # -- the definition's side

    def _texts(self, spots: list[Spot]) -> list[str]:
        """The texts that the slice fixes, where it fixes nothing else."""
        exact = [each.element for each in spots if EXACT & each.element.facets.keys()]
        found = [value for each in exact for name, value in each.facets.items() if name in EXACT]
        alone = len(found) == len(exact) and all(each.__class__ is str for each in found)
        return found if alone and not all(each.element.maximum == 0 for each in spots) else []

    def _below(self, spot: Spot, name: str, argument: str) -> Iterator[Spot]:
        """The definitions one step further."""
        if name == "resolve()":
            for url in self._targets(spot.element):
                linked = self._linker.profile(url)
                if linked is not None and linked.compiled is not None:
                    yield Spot(linked.compiled.root, linked)
        elif name == "ofType()":
            yield spot
        elif name == "extension()":
            for extension in self._below(spot, "extension", ""):
                for each in extension.element.slices:
                    if self._is_extension(Spot(each, extension.owner), argument):
                        yield from (Spot(one, extension.owner) for one in _obligatory(each) or (each,))
        else:
            for base in self._objects(spot):
                for child in base.element.children:
                    if child.name == name or (child.choice and name.startswith(child.name)):
                        obligatory = _obligatory(child)
                        narrowed = obligatory or child.slices if child.choice else (child, *obligatory)
                        for each in narrowed or (child,):
                            yield Spot(_implied(each, spot.element), base.owner)

    def _unknown_extensions(self, element: CompiledElement) -> tuple[str, ...]:
        """URLs of the extensions that a slice allows, where no loaded package defines them."""
        urls = [url for each in element.types if each.code == "Extension" for url in each.profiles]
        return () if any(self._linker.profile(url) for url in urls) else tuple(url.partition("|")[0] for url in urls)

    def _is_extension(self, spot: Spot, url: str) -> bool:
        profiled = any(each == url or each.startswith(f"{url}|") for t in spot.element.types for each in t.profiles)
        return profiled or any(each.element.facets.get("fixed_value") == url for each in self._below(spot, "url", ""))

    def _objects(self, spot: Spot) -> Iterator[Spot]:
        """Where the children of an element are defined: at itself, by reference, in its profiles, in its types."""
        element, owner = spot
        if element.children:
            yield spot
            yield from (Spot(root.compiled.root, root) for root in self._profiles(element) if root.compiled)
            return
        if element.reference:
            home = self._linker.home_of(element, owner)
            target = self._linker.referenced(element.reference, home)
            if target is not None:
                yield Spot(target, home)
            return
        found = False
        for linked in self._profiles(element):
            if linked.compiled is not None:
                found = True
                yield Spot(linked.compiled.root, linked)
        for each in () if found else element.types:
            type_ = self._linker.type(each.code)
            if type_ is not None and type_.compiled is not None:
                yield Spot(type_.compiled.root, type_)

    def _profiles(self, element: CompiledElement) -> "Iterator[Linked]":
        for each in element.types:
            for url in each.profiles:
                linked = self._linker.profile(url)
                if linked is not None:
                    yield linked

    def _targets(self, element: CompiledElement) -> list[str]:
        facet = element.facets.get(TARGETS)
        return list(facet["targets"]) if facet else []

    def values(self, spots: list[Spot]) -> Callable[[list[Value]], bool | None] | None:
        """Criterion of `value` and `pattern`: fixed value, pattern, required binding, or bounds of occurrence."""
        if all(each.element.maximum == 0 for each in spots):
            return self.exists(spots)
        exact = [each for each in spots if EXACT & each.element.facets.keys()]
        tests = [test for test in (self._value_test(each, 0) for each in exact or spots) if test is not None]
        if not tests:
            return self.exists(spots)

        def criterion(found: list[Value]) -> bool | None:
            answers = [test(value) for value, _ in found for test in tests]
            return True if True in answers else None if None in answers else False

        return criterion

    def _value_test(self, spot: Spot, depth: int) -> Callable[[Any], bool | None] | None:
        facets = spot.element.facets
        tests: list[Callable[[Any], bool | None]] = []
        if "fixed_value" in facets:
            fixed = facets["fixed_value"]
            tests.append(lambda value: same(fixed, value))
        if "pattern_value" in facets:
            pattern = facets["pattern_value"]
            tests.append(lambda value: matches(pattern, value))
        if not tests and "binding" in facets:
            tests.append(self._member(str(facets["binding"]["valueSet"])))
        if not tests and depth < DEPTH:
            tests += self._parts(spot, depth)
        if not tests:
            return None
        return lambda value: _both([test(value) for test in tests])

    def _member(self, value_set: str) -> Callable[[Any], bool | None]:
        members = self._linker.around.terminology.membership(value_set)
        known = {Answer.MEMBER: True, Answer.NOT_MEMBER: False, Answer.CANNOT_TELL: None}

        def test(value: Any) -> bool | None:
            codings = [(None, value)] if value.__class__ is str else codings_of(value)
            answers = [known[members.answer(system, code)] for system, code in codings]
            return True if True in answers else None if None in answers else False

        return test

    def _parts(self, spot: Spot, depth: int) -> list[Callable[[Any], bool | None]]:
        """Tests by values fixed below the element, in its children or its slices that must be there."""
        tests: list[Callable[[Any], bool | None]] = []
        bases = [spot] if spot.element.children else list(self._objects(spot)) if self._has_profile(spot) else []
        for base in bases:
            for child in base.element.children:
                candidates = [child, *(each for each in child.slices if each.minimum)]
                for each in candidates:
                    test = self._value_test(Spot(each, base.owner), depth + 1)
                    if test is not None and (each.minimum or child.minimum):
                        tests.append(_in_child(child.name, test))
        return tests

    def _has_profile(self, spot: Spot) -> bool:
        return any(each.profiles for each in spot.element.types)

    def exists(self, spots: list[Spot]) -> Callable[[list[Value]], bool | None] | None:
        """Criterion of `exists`: the definition demands the element, or forbids it."""
        if any(each.element.minimum and not self._always(each) for each in spots):
            return bool
        if all(each.element.maximum == 0 for each in spots):
            return lambda found: not found
        return None

    def _always(self, spot: Spot) -> bool:
        """Whether the type itself demands the element: then it is in every item and tells no slice from another."""
        compiled = spot.owner.compiled
        of_type = compiled is not None and spot.owner is self._linker.type(compiled.type)
        return of_type or (spot.element.bare and spot.element.name == "url")

    def types(self, spots: list[Spot]) -> Callable[[list[Value]], bool | None] | None:
        """Criterion of `type`: the value has one of the types that the slice allows."""
        codes = frozenset(each.code for spot in spots for each in spot.element.types) or frozenset(
            spot.owner.compiled.type for spot in spots if spot.owner.compiled
        )
        if codes & {"Resource", "DomainResource", "Element"}:
            return bool
        table = self._linker.around.types

        def criterion(found: list[Value]) -> bool:
            return any(type_ in codes or any(table.is_a(type_, code) for code in codes) for _, type_ in found)

        return criterion

    def profiles(self, spots: list[Spot]) -> Callable[[list[Value]], bool | None] | None:
        """Criterion of `profile`: the value conforms to one of the profiles that the slice names."""
        urls = [url for spot in spots for each in spot.element.types for url in each.profiles]
        urls = urls or [spot.owner.compiled.canonical for spot in spots if spot.owner.compiled and _is_root(spot)]
        if not urls:
            return None

        def criterion(found: list[Value]) -> bool | None:
            answers = [self._conforms(value, type_, url) for value, type_ in found for url in urls]
            return True if True in answers else None if None in answers else False

        return criterion

    def _conforms(self, value: Any, type_: str, url: str) -> bool | None:
        if value is not NOT_AT_HAND:
            return self._linker.conforms(value, url)
        linked = self._linker.profile(url)
        if linked is None or linked.compiled is None:
            return None
        return None if self._linker.around.types.is_a(type_, linked.compiled.type) else False

    # -- the instance's side

    def _follow(self, found: list[Value], steps: Steps) -> list[Value]:
        for name, argument in steps:
            found = [each for value, type_ in found for each in self._next(value, type_, name, argument)]
        return found

    def _next(self, value: Any, type_: str, name: str, argument: str) -> Iterator[Value]:
        if name == "resolve()":
            yield from self._resolved(value)
        elif name == "ofType()":
            if type_ == argument or self._linker.around.types.is_a(type_, argument):
                yield value, type_
        elif value.__class__ is not dict:
            return
        elif name == "extension()":
            extensions = value.get("extension")
            for each in extensions if extensions.__class__ is list else ():
                if each.__class__ is dict and each.get("url") == argument:
                    yield each, "Extension"
        else:
            yield from self._member_values(value, type_, name)

    def _member_values(self, value: dict[str, Any], type_: str, name: str) -> Iterator[Value]:
        for json_name, code in self._json_names(value, type_, name):
            inner = value[json_name]
            for each in inner if inner.__class__ is list else (inner,):
                yield each, _own_type(each) or code

    def _json_names(self, value: dict[str, Any], type_: str, name: str) -> Iterator[tuple[str, str]]:
        """(JSON name, type) of the members of `value` that `name` means; a choice is known by its type's name."""
        table = self._linker.around.types
        known = table.type(str(value.get("resourceType") or type_))
        element = known.properties.get(name) if known else None
        if name in value:
            yield name, element.types[0] if element and len(element.types) == 1 else ""
            return
        for json_name in value:
            rest = json_name[len(name) :] if json_name.startswith(name) else ""
            if rest[:1].isupper():
                for code in (rest, rest[:1].lower() + rest[1:]):
                    if table.type(code) is not None:
                        yield json_name, code
                        break

    def _resolved(self, value: Any) -> Iterator[Value]:
        reference = value.get("reference") if value.__class__ is dict else value
        if reference.__class__ is not str:
            return
        around = self._linker.around
        target = around.resolve(reference, around.scope)
        if target is None:
            raise Unresolved(self._type_told(reference))
        yield target.node, str(target.node.get("resourceType", ""))

    def _type_told(self, reference: str) -> str:
        """The resource type in the URL of a reference; empty where it tells none that exists."""
        url = rest_url(reference)
        return url.type if url is not None and self._linker.is_resource(url.type) else ""


MAKERS: dict[str, Callable[[Discriminators, list[Spot]], Callable[[list[Value]], bool | None] | None]] = {
    "value": Discriminators.values,
    "pattern": Discriminators.values,
    "exists": Discriminators.exists,
    "type": Discriminators.types,
    "profile": Discriminators.profiles,
}


def _own_type(value: Any) -> str:
    """The type that a resource says it is; empty for what is none."""
    name = value.get("resourceType") if value.__class__ is dict else None
    return name if name.__class__ is str else ""


def _obligatory(element: CompiledElement) -> list[CompiledElement]:
    """The slices of `element` that must be there, those of its slices included."""
    return [one for each in element.slices if each.minimum for one in _obligatory(each) or (each,)]


def _implied(child: CompiledElement, parent: CompiledElement) -> CompiledElement:
    """`child` with what the fixed value or pattern of `parent` says of it, where it says nothing itself."""
    for facet in EXACT:
        whole = parent.facets.get(facet)
        said = whole.get(child.name) if whole.__class__ is dict else None
        if said is not None and facet not in child.facets and said.__class__ is not list:
            return replace(child, facets={**child.facets, facet: said})
    return child


def _is_root(spot: Spot) -> bool:
    return spot.owner.compiled is not None and spot.element is spot.owner.compiled.root


def _both(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _in_child(name: str, test: Callable[[Any], bool | None]) -> Callable[[Any], bool | None]:
    """`test` asked of the member `name` of an object: some item of it passes."""

    def of_child(value: Any) -> bool | None:
        inner = value.get(name) if value.__class__ is dict else None
        if inner is None:
            return False
        answers = [test(each) for each in (inner if inner.__class__ is list else (inner,))]
        return True if True in answers else None if None in answers else False

    return of_child
