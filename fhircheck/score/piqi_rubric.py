"""PIQI rubrics (HL7/piqi, piqi-rubric-schema.json): criteria by SAM and entity -> measures of ours."""

import re
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.score.foreign_rubric import ForeignCriterion, ForeignRubric, weight_of

# SAM, without case and underscores -> the measure that asks the same; ours look at all types, theirs at one entity.
SAMS: dict[str, str] = {
    "concepthascode": "coded-concept",
    "concepthascodesystem": "coded-concept",
    "conceptiscomplete": "coded-concept",
    "concepthasrecognizedcodesystem": "expected-system",
    "conceptisvalid": "code-valid",
    "conceptisactive": "code-valid",
    "conceptisconsistent": "display-matches",
    "labresultunitisplausible": "unit-plausible",
    "labresultvalueisplausible": "value-in-range",
    "conditionsexplausible": "sex-plausible",
    "classhasduplicates": "unique-content",
}
POPULATED = "attrispopulated"
_UNITS = re.compile(r"UNIT")
_RESULTS = re.compile(r"RESULT_?VALUE|OBS\w*VALUE")
NO_COUNTERPART = "no measure here asks the same"


def is_piqi(data: dict[str, Any]) -> bool:
    """Whether this JSON object looks like a PIQI rubric."""
    return isinstance(data.get("criteria"), list) and ("mnemonic" in data or "name" in data)


def read_piqi(data: dict[str, Any], name: str) -> ForeignRubric:
    """All criteria of a PIQI rubric. Raises UsageError naming the place of a criterion that is none."""
    title = str(data.get("name") or data.get("mnemonic"))
    short = re.sub(r"[^A-Za-z0-9._-]+", "-", str(data.get("mnemonic") or title)).strip("-._")[:64] or "piqi"
    found = ForeignRubric(short, f"{title} (read from a PIQI rubric).", "PIQI", "piqi-index")
    for number, each in enumerate(data["criteria"], 1):
        if not isinstance(each, dict):
            raise UsageError(f"rubric {name}: criteria[{number}]: must be an object")
        found.criteria.append(_criterion(each, f"criteria[{number}]", name))
    return found


def _criterion(each: dict[str, Any], place: str, name: str) -> ForeignCriterion:
    sam, entity = each.get("samMnemonic"), each.get("entity")
    for key, value in (("samMnemonic", sam), ("entity", entity)):
        if not isinstance(value, str) or not value:
            raise UsageError(f"rubric {name}: {place}.{key}: must be a text")
    found = ForeignCriterion(
        f"{entity} {sam}", weight=weight_of(each.get("scoringWeight", 1), f"{place}.scoringWeight", name)
    )
    if str(each.get("scoringEffect") or "Scoring").lower() != "scoring":
        found.why = "informational: does not score"
        return found
    condition = _plain(each.get("conditionalSam") or "")
    if condition and condition != POPULATED:
        found.why = f"depends on {each['conditionalSam']}, which is not judged here"
        return found
    found.measure = _measure(_plain(sam), str(entity).upper())
    found.why = "" if found.measure else NO_COUNTERPART
    found.critical = each.get("criticalityIndicator") is True
    found.widened = bool(found.measure)
    return found


def _measure(sam: str, entity: str) -> str:
    """Our measure for a SAM on an entity, empty for none."""
    if sam == POPULATED:
        return "value-present" if _RESULTS.search(entity) else ""
    measure = SAMS.get(sam, "")
    if measure in ("coded-concept", "code-valid", "expected-system") and _UNITS.search(entity):
        return "ucum-unit"
    return measure


def _plain(mnemonic: Any) -> str:
    return str(mnemonic).replace("_", "").lower()
