"""Functions: one file a chapter of the specification, found by name through the table FUNCTIONS."""

from fhircheck.fhirpath.functions import boundaries, conversion, existence, fhir, filtering, math, strings, tree
from fhircheck.fhirpath.functions.function import Function

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for chapter in (existence, filtering, conversion, strings, math, boundaries, tree, fhir)
    for function in chapter.FUNCTIONS
}
"""All but ``is``, ``as``, ``ofType`` and ``sort``, whose arguments are not values: the compiler knows them."""
