"""HL7's scoring rules: the extension on ElementDefinitions that the HL7 validator's ScoringEngine reads."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from fhircheck.measures import MEASURES
from fhircheck.model.errors import UsageError
from fhircheck.score.foreign_rubric import ForeignCriterion, ForeignRubric, weight_of
from fhircheck.score.rubric import Band

EXTENSION = "http://hl7.org/fhir/tools/StructureDefinition/scoring-rule"
_REPORTER = "HL7 ScoringReporter (org.hl7.fhir.core from 6.7.0): colours of element quality"
BANDS = (
    Band("green", Fraction(90), _REPORTER),
    Band("yellow", Fraction(70), _REPORTER),
    Band("red", Fraction(0), _REPORTER),
)
_CODED = frozenset({"coding", "system", "code"})
_SUBJECTS = (".subject", ".patient")


def read_scoring_rules(data: dict[str, Any], name: str) -> ForeignRubric:
    """All scoring rules of a StructureDefinition. Raises UsageError where it has none, or a rule is broken."""
    title = str(data.get("title") or data.get("name") or data.get("url") or "StructureDefinition")
    found = ForeignRubric(
        "hl7-scoring", f"{title} (read from HL7 scoring rules).", "HL7 scoring rule", "hl7-scoring", bands=BANDS
    )
    elements = [
        each
        for view in ("differential", "snapshot")
        for each in _list((data.get(view) or {}).get("element") if isinstance(data.get(view), dict) else ())
    ]
    seen: set[str] = set()
    for index, element in enumerate(elements, 1):
        for rule in _rules(element):
            key = str(_values(rule).get("key", [""])[0])
            if key and key in seen:
                continue  # the snapshot repeats what the differential says
            seen.add(key)
            found.criteria.append(_criterion(element, rule, f"element {element.get('path', index)}", name))
    if not found.criteria:
        raise UsageError(f"rubric {name}: a StructureDefinition without scoring rules ({EXTENSION})")
    return found


def _list(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _rules(element: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (each for each in _list(element.get("extension")) if each.get("url") == EXTENSION)


def _values(rule: dict[str, Any]) -> dict[str, list[Any]]:
    """The values of a rule's parts by their url."""
    found: dict[str, list[Any]] = {}
    for part in _list(rule.get("extension")):
        value = next((each for key, each in part.items() if key.startswith("value")), None)
        found.setdefault(str(part.get("url")), []).append(value)
    return found


def _criterion(element: dict[str, Any], rule: dict[str, Any], place: str, name: str) -> ForeignCriterion:
    path, values = str(element.get("path", "")), _values(rule)
    rules = [str(each) for each in values.get("rule", [])]
    slice_name = f":{element['sliceName']}" if element.get("sliceName") else ""
    what = " ".join([f"{path}{slice_name}", *rules])
    found = ForeignCriterion(what, weight=weight_of(values.get("value", [1])[0], f"{place}: value", name))
    if values.get("condition"):
        found.why = "has a condition of its own"
    elif slice_name:
        found.why = "is about one slice"
    elif not rules:
        found.why = "asks only that the element is there"
    elif len(rules) > 1:
        found.why = "asks several things at once"
    else:
        found.measure = _measure(path, rules[0])
        found.why = "" if found.measure else "no measure here asks the same"
        found.widened = bool(found.measure)
    return found


def _measure(path: str, rule: str) -> str:
    """Our measure for a rule on an element, empty for none."""
    kind, _, rest = path.partition(".")
    if rule == "valid":
        return "" if rest else "profile-valid"
    if rule == "ucum" and kind == "Observation" and rest.split(".")[-1].startswith("value"):
        return "ucum-unit"
    if rule in _CODED and rest in ("code", "type", "vaccineCode", "medication[x]") and kind in _coded_types():
        return "coded-concept"
    if rule == "complete" and rest == "identifier":
        return "identifier-recognised"
    if rule == "reference" and path.endswith(_SUBJECTS):
        return "patient-linked"
    return "date-precision" if rule == "precision" else ""


def _coded_types() -> frozenset[str]:
    return MEASURES["coded-concept"].types or frozenset()
