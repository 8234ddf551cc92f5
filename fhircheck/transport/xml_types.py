"""What the XML reader has to know of FHIR's types, as tables that are looked up by the tags lxml gives.

The type table comes in as a protocol, since the definitions stand above the transport.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
NARRATIVE = "xhtml"
ANY_RESOURCE = frozenset({"Resource", "DomainResource"})


class PropertyOfType(Protocol):
    """One element of a type; see fhircheck.definitions.type_table.Property."""

    @property
    def name(self) -> str: ...

    @property
    def types(self) -> tuple[str, ...]: ...

    @property
    def choice(self) -> bool: ...

    @property
    def repeats(self) -> bool: ...

    @property
    def attribute(self) -> bool: ...

    def json_name(self, type_name: str) -> str: ...


class TypeLike(Protocol):
    """One type: ``resource``, ``complex-type`` or ``primitive-type`` in `kind`."""

    @property
    def kind(self) -> str: ...

    @property
    def properties(self) -> Mapping[str, PropertyOfType]: ...


class TypesLike(Protocol):
    """All types by name; backbone elements by their path."""

    def type(self, name: str) -> TypeLike | None: ...


class XmlSlot(NamedTuple):
    """What a child element of some type stands for.

    name: the JSON property. step: how FHIRPath names it. type: of its value. order: place among the
    type's elements. form: ``primitive``, ``complex``, ``resource`` or ``xhtml``. path: of its definition.
    """

    name: str
    step: str
    type: str
    repeats: bool
    order: int
    form: str
    path: str


class XmlType:
    """One type as the reader sees it: attributes by name, child elements by tag (``{namespace}name``)."""

    __slots__ = ("attributes", "name", "slots")

    def __init__(self, name: str, attributes: frozenset[str], slots: dict[str, XmlSlot]) -> None:
        self.name = name
        self.attributes = attributes
        self.slots = slots


class XmlTypes:
    """The tables of all types, each made when data first asks for it."""

    def __init__(self, types: TypesLike) -> None:
        self._types = types
        self._made: dict[str, XmlType | None] = {}
        self._forms: dict[str, str] = {}

    def type(self, name: str) -> XmlType | None:
        """The table of the type `name`, None where there is no such type with elements."""
        try:
            return self._made[name]
        except KeyError:
            found = self._types.type(name)
            made = None if found is None else self._make(name, found)
            if found is not None:
                self._made[name] = made
            return made

    def is_resource(self, name: str) -> bool:
        """Whether `name` is a resource type."""
        return self._form(name) == "resource"

    def _make(self, name: str, found: TypeLike) -> XmlType:
        attributes = frozenset(each.name for each in found.properties.values() if each.attribute)
        slots: dict[str, XmlSlot] = {}
        for order, each in enumerate(found.properties.values()):
            if each.attribute:
                continue
            path = f"{name}.{each.name}[x]" if each.choice else f"{name}.{each.name}"
            for code in each.types:
                json_name = each.json_name(code)
                step = f"{each.name}.ofType({code})" if each.choice else each.name
                form = self._form(code)
                tag = f"{{{XHTML if form == NARRATIVE else FHIR}}}{json_name}"
                slots[tag] = XmlSlot(json_name, step, code, each.repeats, order, form, path)
        return XmlType(name, attributes, slots)

    def _form(self, code: str) -> str:
        form = self._forms.get(code)
        if form is None:
            form = self._forms[code] = self._look_up(code)
        return form

    def _look_up(self, code: str) -> str:
        if code == NARRATIVE:
            return NARRATIVE
        if code in ANY_RESOURCE:
            return "resource"
        found = self._types.type(code)
        kind = found.kind if found is not None else ""
        return {"primitive-type": "primitive", "resource": "resource"}.get(kind, "complex")
