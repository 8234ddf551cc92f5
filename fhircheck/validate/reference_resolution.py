"""What a reference leads to, within the data at hand (references.html#literal, bundle.html#references).

``#id`` leads to a contained resource, an absolute URL to the entry with this fullUrl, a relative one to the
entry whose fullUrl is it on the base of the referring entry's fullUrl; within Parameters, ``Type/id`` to a
resource given in another parameter. Nothing is fetched.
"""

from collections.abc import Callable, Iterator
from typing import Any

from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.path import child, item
from fhircheck.model.reference_text import is_absolute, is_search, search_of, without_version
from fhircheck.model.scope import Lookup, Resolved, Scope
from fhircheck.validate.bundle_index import BundleIndex, BundleIndexes, identity_of, text, version_of

Node = dict[str, Any]
ELSEWHERE = Lookup(None, "elsewhere")
NOT_GIVEN = Lookup(None, "parameters")
UNKNOWN = Lookup(None, "unknown")
RESPONSES = frozenset({"batch-response", "transaction-response"})
REQUESTS = frozenset({"batch", "transaction"})
PARAMETERS_DEPTH = 20


class Resolver:
    """Answers for one process; keeps the indexes of the Bundles being checked."""

    def __init__(self, types: TypeTable) -> None:
        self._types = types
        self.indexes = BundleIndexes()
        self._contained = Inside(_contained_by_id)
        self._given = Inside(_given_by_identity)

    def resolve(self, reference: str, scope: Scope) -> Resolved | None:
        """The resource that `reference` leads to from a resource in `scope`, or None."""
        return self.look_up(reference, scope).found

    def look_up(self, reference: str, scope: Scope) -> Lookup:
        """The same, with where was searched and what is wrong with the reference."""
        if reference.startswith("#"):
            return Lookup(self._within(reference[1:], scope), "contained")
        here: Scope | None = scope
        nowhere = ELSEWHERE
        while here is not None:
            if here.split:
                return UNKNOWN
            if here.resource.get("resourceType") == "Bundle":
                return self._in_bundle(reference, Scope(here.resource, here.root, "", here.resource, -1, "", here))
            if here.bundle is not None:
                return self._in_bundle(reference, here)
            outer = here.outer
            if outer is not None and outer.resource.get("resourceType") == "Parameters":
                given = self._given.of(outer.resource).get(reference)
                if given is not None:
                    place = child(outer.expression, given[0])
                    found = Resolved(given[1], Scope(given[1], given[1], place, outer=outer), False)
                    return Lookup(found, "parameters")
                nowhere = NOT_GIVEN
            here = outer
        return nowhere

    def _in_bundle(self, reference: str, here: Scope) -> Lookup:
        """Look among the entries of the Bundle of `here`."""
        bundle = here.bundle or {}
        index = self.indexes.of(bundle)
        reference = reference.partition("#")[0]
        version = expected = ""
        if is_absolute(reference):
            target, version = without_version(reference)
        elif not here.full_url:
            known = here.entry < 0 or text(bundle, "type") in RESPONSES
            return Lookup(None, "bundle", "" if known else "no-full-url")
        elif reference.count("/") not in (1, 3):
            return Lookup(None, "bundle", "" if self._allowed_search(reference, bundle) else "form")
        else:
            target, version, expected = _on_base(reference, here.full_url)
        matches = _matches(index, target, version)
        if not matches:
            return Lookup(None, "bundle", "", _near(index, reference))
        found = _entry(index, matches[-1], here)
        if found is None:
            return Lookup(None, "bundle")
        if expected and found.node.get("resourceType") != expected:
            return Lookup(found, "bundle", "other-type")
        return Lookup(found, "bundle", "ambiguous" if len(matches) > 1 else "")

    def _allowed_search(self, reference: str, bundle: Node) -> bool:
        search = search_of(reference) if text(bundle, "type") in REQUESTS else None
        return search is not None and self._types.is_resource(search[0]) and is_search(search[1])

    def _within(self, identity: str, scope: Scope) -> Resolved | None:
        """The contained resource with this id, seen from the resource in `scope`; the container itself for ``#``."""
        root = scope.root
        before, inside, _ = scope.expression.rpartition(".contained[")
        above = before if inside and scope.resource is not root else scope.expression
        if not identity:
            return None if scope.resource is root else Resolved(root, _at(scope, root, above), False)
        found = self._contained.of(root).get(identity)
        return Resolved(found[1], _at(scope, found[1], child(above, found[0])), True) if found else None

    def forget(self) -> None:
        """Let go of all that was kept: the next record comes."""
        self.indexes.forget()
        self._contained.forget()
        self._given.forget()


Found = dict[str, tuple[str, Node]]
"""Name a resource is found by -> (expression below the one that holds it, the resource)."""


class Inside:
    """The resources inside of the last resource that was asked about, so that it is searched once."""

    def __init__(self, find: Callable[[Node], Found]) -> None:
        self._find = find
        self._node: Node | None = None
        self._found: Found = {}

    def of(self, node: Node) -> Found:
        """The resources inside of `node`."""
        if self._node is not node:
            self._node, self._found = node, self._find(node)
        return self._found

    def forget(self) -> None:
        """Let go of the last one."""
        self._node, self._found = None, {}


def _contained_by_id(root: Node) -> Found:
    found: Found = {}
    contained = root.get("contained")
    for number, node in enumerate(contained if contained.__class__ is list else ()):
        identity = text(node, "id")
        if identity and identity not in found:
            found[identity] = (item("contained", number), node)
    return found


def _given_by_identity(parameters: Node) -> Found:
    found: Found = {}
    for expression, node in _given(parameters, "", "parameter"):
        found.setdefault(identity_of(node), (expression, node))
    found.pop("", None)
    return found


def _at(scope: Scope, node: Node, expression: str) -> Scope:
    return Scope(node, scope.root, expression, scope.bundle, scope.entry, scope.full_url, scope.outer, scope.split)


def _on_base(reference: str, full_url: str) -> tuple[str, str, str]:
    """(target's fullUrl, version, type it must have) of a relative reference in the entry with `full_url`."""
    target, version = without_version(reference)
    name, _, identity = target.partition("/")
    if full_url.startswith("urn"):
        base = full_url.rpartition(":")[0] + ":"
        return base + (target if version else identity), version, name
    base = "".join(f"{part}/" for part in full_url.split("/")[:-2])
    return base + target, version, name if version else ""


def _matches(index: BundleIndex, target: str, version: str) -> list[int]:
    found = index.by_url.get(target, [])
    if not version:
        return found
    return [each for each in found if version_of(index.resource(each) or {}) == version]


def _near(index: BundleIndex, reference: str) -> tuple[str, ...]:
    """fullUrls of entries with the type and id of a relative reference that leads nowhere."""
    if is_absolute(reference):
        return ()
    found = index.by_identity.get(without_version(reference)[0], [])
    return tuple(index.full_url(each) for each in found[:10])


def _entry(index: BundleIndex, number: int, here: Scope) -> Resolved | None:
    resource = index.resource(number)
    if resource is None:
        return None
    outer = here.outer
    place = f"{item(child(outer.expression if outer else 'Bundle', 'entry'), number)}.resource"
    return Resolved(
        resource, Scope(resource, resource, place, index.bundle, number, index.full_url(number), outer), False
    )


def _given(node: Node, expression: str, name: str, depth: int = 0) -> Iterator[tuple[str, Node]]:
    """(expression, resource) of all parameters with a resource, also those within parameters."""
    found = node.get(name)
    if found.__class__ is not list or depth > PARAMETERS_DEPTH:
        return
    for number, parameter in enumerate(found):
        if parameter.__class__ is dict:
            place = item(child(expression, name), number)
            resource = parameter.get("resource")
            if resource.__class__ is dict:
                yield f"{place}.resource", resource
            yield from _given(parameter, place, "part", depth + 1)
