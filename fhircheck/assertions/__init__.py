"""Stage: one ElementDefinition facet a file; it reads the definition AND says how to check the instance.

VALUE_ASSERTIONS are asked about every value of an element. The others (SHAPE) are about how an object
is put together; the linker weaves their gates into one function for each type of object.
"""

from fhircheck.assertions import (
    cardinality,
    choice_type,
    invariant,
    json_form,
    null_alignment,
    primitive_format,
    profile_choice,
    resource_type,
    slicing,
    unknown_element,
)
from fhircheck.assertions.additional_binding import AdditionalBinding
from fhircheck.assertions.assertion import ValueAssertion
from fhircheck.assertions.binding import Binding
from fhircheck.assertions.coding import CodingAssertion
from fhircheck.assertions.declared_limits import DeclaredLimits
from fhircheck.assertions.extensible_binding import ExtensibleBinding, MaximumBinding
from fhircheck.assertions.fixed_value import FixedValue
from fhircheck.assertions.identifier_format import IdentifierFormat
from fhircheck.assertions.max_length import MaxLength
from fhircheck.assertions.min_max_value import MinMaxValue
from fhircheck.assertions.narrative import Narrative
from fhircheck.assertions.narrative_control import NarrativeControl
from fhircheck.assertions.pattern_value import PatternValue
from fhircheck.assertions.reference_target import ReferenceTarget
from fhircheck.model.issue import IssueKind
from fhircheck.registry import Registry

VALUE_ASSERTIONS: Registry[ValueAssertion] = Registry(
    "value assertions",
    FixedValue(),
    PatternValue(),
    MinMaxValue(),
    MaxLength(),
    DeclaredLimits(),
    Binding(),
    ExtensibleBinding(),
    MaximumBinding(),
    AdditionalBinding(),
    CodingAssertion(),
    IdentifierFormat(),
    ReferenceTarget(),
    Narrative(),
    NarrativeControl(),
)

SHAPE_KINDS: tuple[tuple[str, tuple[IssueKind, ...]], ...] = (
    ("cardinality", cardinality.KINDS),
    ("choice_type", choice_type.KINDS),
    ("invariant", invariant.KINDS),
    ("json_form", json_form.KINDS),
    ("null_alignment", null_alignment.KINDS),
    ("primitive_format", primitive_format.KINDS),
    ("profile_choice", profile_choice.KINDS),
    ("resource_type", resource_type.KINDS),
    ("slicing", slicing.KINDS),
    ("unknown_element", unknown_element.KINDS),
)

KINDS: tuple[IssueKind, ...] = tuple(
    kind
    for kinds in (*(kinds for _, kinds in SHAPE_KINDS), *(each.kinds for each in VALUE_ASSERTIONS))
    for kind in kinds
)
