"""What a filter on a property of a code system may be: its operators, and the type of its value.

http://hl7.org/fhir/R4/codesystem.html#filters; SNOMED CT and LOINC: http://hl7.org/fhir/R4/snomedct.html,
http://hl7.org/fhir/R4/loinc.html.
"""

from typing import Any, NamedTuple

from fhircheck.validate.terminology_resources.parts import objects, text

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ANY_PROPERTY = frozenset({"http://unitsofmeasure.org", "http://www.nlm.nih.gov/research/umls/rxnorm"})
HIERARCHY = ("parent", "child", "partOf")
GENERAL = {
    "concept": "code",
    "code": "code",
    "status": "",
    "inactive": "boolean",
    "effectiveDate": "dateTime",
    "deprecationDate": "dateTime",
    "retirementDate": "dateTime",
    "notSelectable": "boolean",
    "synonym": "",
    "comment": "string",
    "itemWeight": "decimal",
}
CONCEPT_OPERATORS = frozenset({"=", "in", "is-a", "descendent-of", "is-not-a", "generalizes", "not-in"})
LISTING = frozenset({"=", "in"})
_SNOMED_CONCEPT = frozenset({"is-a", "is-not-a", "in", "descendent-of"})
_LOINC_CONCEPT = frozenset({"=", "is-a", "is-not-a"})
_LOINC_PROPERTY = frozenset({"=", "in", "not-in", "exists", "regex"})
_LOINC_CODED = frozenset(
    {
        "ancestor", "descendent", "parent", "child", "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP",
        "METHOD_TYP", "CLASS", "answer", "answers-for", "answer-list", "MAP_TO", "analyte", "analyte-core",
        "analyte-suffix", "analyte-numerator", "analyte-divisor", "analyte-divisor-suffix", "challenge", "adjustment",
        "count", "time-core", "time-modifier", "system-core", "super-system", "analyte-gene", "category", "search"
    }
)  # fmt: skip
_LOINC_GROUPS = ("rad-", "document-")


class Rules(NamedTuple):
    """What a property's filter may be.

    type: of its value, empty for anything. operators: empty where they are not restricted. codes: whether its value
    is a code of the same system ("error", "warning" where that is only usual, or empty). strict: whether breaking
    the rules makes the filter void; else it only is unusual.
    """

    type: str
    operators: frozenset[str] = frozenset()
    codes: str = ""
    strict: bool = True


def rules_for(resource: Any, system: str, name: str) -> Rules | None:
    """What is known of the property `name`; None where its code system is known and has no such property.

    resource: the CodeSystem `system`, None where it is not loaded.
    """
    if system == SNOMED:
        return _snomed(name)
    if system == LOINC:
        return _loinc(name)
    if system in ANY_PROPERTY:
        return Rules("")
    operators = _filter_operators(resource, name)
    for each, _ in objects(resource, "property", ""):
        if each.get("code") == name:
            kind = text(each, "type")
            return Rules(kind, operators, "warning" if kind == "code" else "", kind != "string")
    if name in ("concept", "code"):
        regex = {"regex"} if name == "code" else frozenset()
        return Rules("code", CONCEPT_OPERATORS | operators | regex, "error")
    if name in GENERAL:
        return Rules(GENERAL[name], operators, strict=GENERAL[name] != "string")
    if name in HIERARCHY and resource is not None and "hierarchyMeaning" in resource:
        return Rules("code", operators, "error")
    if operators or resource is None or resource.get("content") != "complete":
        return Rules("", operators, strict=False)
    return None


def _filter_operators(resource: Any, name: str) -> frozenset[str]:
    """The operators that the code system defines for filters on `name`."""
    found: set[str] = set()
    for each, _ in objects(resource, "filter", ""):
        if each.get("code") == name and each.get("operator").__class__ is list:
            found.update(op for op in each["operator"] if op.__class__ is str)
    return frozenset(found)


def _snomed(name: str) -> Rules:
    if name == "concept":
        return Rules("code", _SNOMED_CONCEPT, "error")
    if name == "constraint":
        return Rules("constraint", frozenset({"="}))
    if name in ("inactive", "expressions"):
        return Rules("boolean", LISTING)
    if name.isdecimal():
        return Rules("code", LISTING, "error")
    return Rules("", strict=False)


def _loinc(name: str) -> Rules:
    if name in ("concept", "code"):
        return Rules("code", _LOINC_CONCEPT)
    if name in _LOINC_CODED or name.startswith(_LOINC_GROUPS):
        return Rules("code", _LOINC_PROPERTY, "error")
    if name.isupper() or name == "copyright":
        return Rules("", _LOINC_PROPERTY)
    return Rules("", strict=False)
