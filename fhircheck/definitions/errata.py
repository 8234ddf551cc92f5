"""Known faults of published R4 definitions, mended while they are read; each names its source."""

from typing import Any

# The 4.0.1 snapshots give Resource.id the FHIR type `string`; the specification (resource.html#id)
# says `id`, and so does R4B. Element.id stays `string`.
RESOURCE_ID_BASE = "Resource.id"

# FHIRPath system types as they stand in snapshots, and the FHIR primitive whose format applies when
# the extension structuredefinition-fhir-type is missing.
SYSTEM_TYPES = {
    "http://hl7.org/fhirpath/System.String": "string",
    "http://hl7.org/fhirpath/System.Boolean": "boolean",
    "http://hl7.org/fhirpath/System.Integer": "integer",
    "http://hl7.org/fhirpath/System.Decimal": "decimal",
    "http://hl7.org/fhirpath/System.Date": "date",
    "http://hl7.org/fhirpath/System.DateTime": "dateTime",
    "http://hl7.org/fhirpath/System.Time": "time",
}
FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"


def type_code(type_: dict[str, Any], element: dict[str, Any]) -> str:
    """The FHIR type name of one ``ElementDefinition.type``, with the known faults mended."""
    code = str(type_.get("code", ""))
    if code not in SYSTEM_TYPES:
        return code
    if element.get("base", {}).get("path") == RESOURCE_ID_BASE:
        return "id"
    for extension in type_.get("extension", ()):
        if extension.get("url") == FHIR_TYPE:
            return str(extension.get("valueUrl") or extension.get("valueUri") or SYSTEM_TYPES[code])
    return SYSTEM_TYPES[code]


VITAL_SIGNS = "http://hl7.org/fhir/StructureDefinition/vitalsigns"
VITAL_UNITS = "http://hl7.org/fhir/ValueSet/ucum-vitals-common|4.0.1"


def mended(structure: dict[str, Any]) -> dict[str, Any]:
    """`structure` with known faults mended; itself where there is none.

    The vital signs profiles of R4 bind every component's value to the units of vital signs, as required: also values
    that are no vital sign. The reference takes the binding for extensible.
    """
    if structure.get("url") != VITAL_SIGNS and structure.get("baseDefinition") != VITAL_SIGNS:
        return structure
    snapshot = structure.get("snapshot") or {}
    elements = [_extensible(each) for each in snapshot.get("element") or ()]
    return structure | {"snapshot": snapshot | {"element": elements}} if elements else structure


def _extensible(element: dict[str, Any]) -> dict[str, Any]:
    binding = element.get("binding") or {}
    if element.get("path") != "Observation.component.value[x]" or binding.get("valueSet") != VITAL_UNITS:
        return element
    return element | {"binding": binding | {"strength": "extensible"}}
