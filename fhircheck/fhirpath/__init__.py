"""FHIRPath 2.0 with what FHIR R4 adds (http://hl7.org/fhirpath/N1/, http://hl7.org/fhir/R4/fhirpath.html).

A free-standing engine over plain JSON values: it knows no files, network or terminology and is handed them as
services of an Environment. Names are loaded when they are first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fhircheck.fhirpath.environment import Environment as Environment
    from fhircheck.fhirpath.errors import CannotTell as CannotTell
    from fhircheck.fhirpath.errors import FhirPathError as FhirPathError
    from fhircheck.fhirpath.expression import Expression as Expression
    from fhircheck.fhirpath.expression import compile_expression as compile_expression
    from fhircheck.fhirpath.item import Item as Item
    from fhircheck.fhirpath.parser import parse as parse
    from fhircheck.fhirpath.types import TypeModel as TypeModel

_HOMES = {
    "CannotTell": "errors",
    "Environment": "environment",
    "Expression": "expression",
    "FhirPathError": "errors",
    "Item": "item",
    "TypeModel": "types",
    "compile_expression": "expression",
    "parse": "parser",
}
__all__ = [
    "CannotTell",
    "Environment",
    "Expression",
    "FhirPathError",
    "Item",
    "TypeModel",
    "compile_expression",
    "parse",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used. Raises AttributeError for any other name."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
