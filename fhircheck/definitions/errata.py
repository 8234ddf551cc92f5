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
