"""What the engine must know of types: FHIR's from a TypeModel, and how FHIR primitives become System values."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from fhircheck.fhirpath.quantity import Quantity
from fhircheck.fhirpath.temporal import parse_temporal


class ElementModel(Protocol):
    """One element of a type."""

    @property
    def name(self) -> str: ...

    @property
    def types(self) -> tuple[str, ...]: ...

    @property
    def choice(self) -> bool: ...

    @property
    def repeats(self) -> bool: ...

    def json_name(self, type_name: str) -> str:
        """The JSON property name where the value has the type `type_name`."""


class TypeFacts(Protocol):
    """One type. by_json: JSON property name -> (element, the type it means)."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def base(self) -> str: ...

    @property
    def properties(self) -> Mapping[str, ElementModel]: ...

    @property
    def by_json(self) -> Mapping[str, tuple[ElementModel, str]]: ...


class TypeModel(Protocol):
    """FHIR's types; fhircheck.definitions.type_table.TypeTable is one."""

    def type(self, name: str) -> TypeFacts | None:
        """The type called `name`, or None."""

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether type `name` is `ancestor` or a specialization of it."""


class NoTypes:
    """A model that knows nothing: paths follow the JSON names."""

    def type(self, name: str) -> None:
        """None."""

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether the names are equal."""
        return name == ancestor


SYSTEM = frozenset(
    {"Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "Any", "Long"}
    | {"SimpleTypeInfo", "ClassInfo", "TypeInfo"}
)
QUANTITIES = frozenset({"Quantity", "Age", "Count", "Distance", "Duration", "SimpleQuantity", "MoneyQuantity"})
UCUM = "http://unitsofmeasure.org"


def decimal(value: Any) -> Any:
    """A number of JSON as a Decimal with the digits that were written; other values as they are."""
    if value.__class__ is Decimal:
        return value
    if value.__class__ is int:
        return Decimal(value)
    if value.__class__ is str or value.__class__ is bool:
        return value
    try:
        return Decimal(bytes(value).decode() if hasattr(value, "__bytes__") else str(value))
    except (InvalidOperation, ValueError, TypeError):
        return value


def integer(value: Any) -> Any:
    """A number of JSON as an int where it is whole."""
    if value.__class__ is int or value.__class__ is bool or value.__class__ is str:
        return value
    number = decimal(value)
    if number.__class__ is Decimal and number.is_finite() and abs(number.adjusted()) < 30 and number == int(number):
        return int(number)
    return number


def moment(value: Any) -> Any:
    """The text of a date, dateTime, instant as a Temporal; the text itself where it is none."""
    return (parse_temporal(value) or value) if value.__class__ is str else value


def time_of_day(value: Any) -> Any:
    """The text of a time as a Temporal; the text itself where it is none."""
    return (parse_temporal("T" + value) or value) if value.__class__ is str else value


def quantity(value: Any) -> Any:
    """A FHIR Quantity as a System.Quantity; the object itself where it has no value.

    The unit is the UCUM code; without one, or in another system, the code or the unit as written
    (http://hl7.org/fhir/R4/fhirpath.html#quantity).
    """
    if value.__class__ is not dict:
        return value
    number = decimal(value.get("value"))
    if number.__class__ is not Decimal:
        return value
    code, unit = value.get("code"), value.get("unit")
    shown = code if code.__class__ is str else unit if unit.__class__ is str else "1"
    return Quantity(number, shown)


PLAIN: dict[str, Callable[[Any], Any]] = {
    "decimal": decimal,
    "integer": integer,
    "positiveInt": integer,
    "unsignedInt": integer,
    "integer64": integer,
    "date": moment,
    "dateTime": moment,
    "instant": moment,
    "time": time_of_day,
    **dict.fromkeys(QUANTITIES, quantity),
}
