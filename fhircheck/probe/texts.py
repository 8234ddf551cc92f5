"""Why a demand is unmet or was not tested, in English and German; no text holds data of the server's patients."""

from fhircheck.model.plural import filled
from fhircheck.probe.interface_reasons import INTERFACE_REASONS
from fhircheck.probe.rest_reasons import REST_REASONS

WHY: dict[str, tuple[str, str]] = {
    **INTERFACE_REASONS,
    **REST_REASONS,
    "not-declared": ("not declared", "nicht erklärt"),
    "resource-not-declared": ("the resource type is not declared", "der Ressourcentyp ist nicht erklärt"),
    "not-declared-everywhere": (
        "not declared for {count} {count:type|types} that can be searched",
        "für {count} durchsuchbare Typen nicht erklärt",
    ),
    "modifier-not-declarable": (
        "a CapabilityStatement cannot say which modifiers there are",
        "ein CapabilityStatement kann Modifikatoren nicht nennen",
    ),
    "chain-not-declarable": (
        "a CapabilityStatement cannot say what can be chained",
        "ein CapabilityStatement kann Verkettungen nicht nennen",
    ),
    "not-declarable": (
        "a CapabilityStatement has no place for this",
        "ein CapabilityStatement hat dafür keinen Platz",
    ),
    "search-type-differs": (
        "declared as {declared}, needed as {needed}",
        "erklärt als {declared}, verlangt als {needed}",
    ),
    "definition-differs": (
        "declared by another definition: {declared}; needed: {needed}",
        "nach anderer Definition erklärt: {declared}; verlangt: {needed}",
    ),
    "version-differs": (
        "declared in version {declared}, needed in {needed}",
        "erklärt in Version {declared}, verlangt in {needed}",
    ),
    "not-valid": ("the CapabilityStatement has errors", "das CapabilityStatement hat Fehler"),
    "other-kind": ("its kind is not instance", "seine Art ist nicht instance"),
    "other-fhir-version": ("another FHIR version than 4.0", "andere FHIR-Version als 4.0"),
    "needs-writing": ("only writing could tell", "nur Schreiben könnte es zeigen"),
    "not-probed": ("no probe tried it", "kein Test hat es versucht"),
    "probe-broke": ("the probe broke off ({fault})", "der Test brach ab ({fault})"),
    "writes-not-allowed": (
        "it writes, and --allow-writes was not given",
        "er schreibt, und --allow-writes fehlt",
    ),
}


def why(name: str, language: str = "en", params: tuple[tuple[str, str | int], ...] = ()) -> str:
    """The words for the reason `name`, the name itself where there are none; empty for none."""
    english, german = WHY.get(name, (name, name))
    text = german if language == "de" else english
    try:
        return filled(text, dict(params))
    except (KeyError, IndexError, ValueError):
        return text
