"""``is``, ``as`` and ofType() (http://hl7.org/fhirpath/N1/#types)."""

from collections.abc import Callable

from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.types import SYSTEM, NoTypes, TypeModel

Test = Callable[[Item], bool]
QUANTITY = "System.Quantity"


def check_known(specifier: str, types: TypeModel, at: int) -> None:
    """Raise FhirPathError where no type is called `specifier`."""
    space, _, name = specifier.rpartition(".")
    known = name in SYSTEM if space in ("", "System") else False
    if space in ("", "FHIR") and not known:
        known = isinstance(types, NoTypes) or types.type(name) is not None or _lowered(name, types)
    if not known and space != "System":
        raise FhirPathError(f"no type is called {specifier[:60]}", at)


def _lowered(name: str, types: TypeModel) -> bool:
    return types.type(name[:1].lower() + name[1:]) is not None


def is_test(specifier: str, types: TypeModel, *, lenient: bool) -> Test:
    """A test for ``is``: the type itself or a specialization of it.

    lenient: for the operator, a FHIR primitive also answers to the name of its System type, as R4's own invariants
    ask (``answer is Boolean``) and the reference does.
    """
    space, _, name = specifier.rpartition(".")
    wants_system = space == "System" or (not space and name in SYSTEM and name != "Quantity")
    full = "System." + name

    def holds(item: Item) -> bool:
        kind = item.type
        if kind[:7] == "System.":
            if space == "FHIR":
                return False
            return kind == full or (full == "System.DateTime" and kind == "System.Date") or name == "Any"
        if wants_system:
            return lenient and not space and kind == name[:1].lower() + name[1:]
        return kind == name or types.is_a(kind, name)

    return holds


def as_test(specifier: str, types: TypeModel) -> Test:
    """A test for ``as`` and ofType(): primitives of exactly the type, complex types with their specializations."""
    space, _, name = specifier.rpartition(".")
    full = "System." + name
    lowered = name[:1].lower() + name[1:]

    def holds(item: Item) -> bool:
        kind = item.type
        if kind[:7] == "System.":
            return kind == full and space != "FHIR"
        if space == "System":
            return False
        if kind in (name, lowered):
            return True
        found = types.type(kind)
        return found is not None and found.kind != "primitive-type" and types.is_a(kind, name)

    return holds
