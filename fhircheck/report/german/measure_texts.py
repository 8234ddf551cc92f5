"""What a measure counts, by which formula and source, and why it matters, in the reader's language."""

import re
from typing import TYPE_CHECKING, NamedTuple

from fhircheck.report.german.table import Texts, table

if TYPE_CHECKING:
    from fhircheck.measures.counted_measure import CountedMeasure


class MeasureTexts(NamedTuple):
    """What a measure says of itself in one language. threshold: where its own threshold is from, "" without one."""

    summary: str
    why: str
    formula: str
    source: str
    threshold: str


def measure_texts(measure: "CountedMeasure", language: str) -> MeasureTexts:
    """The texts of `measure` in `language` (``en``, ``de``); English where there is no German."""
    found = table("measures").get(measure.name, {}) if language == "de" else {}
    return MeasureTexts(
        found.get("summary", measure.summary),
        found.get("why", measure.why),
        _formula(found, measure.formula),
        found.get("source", measure.source),
        found.get("threshold", "") or (measure.threshold.source if measure.threshold else ""),
    )


def threshold_source(name: str, source: str, language: str) -> str:
    """Where the threshold that was applied to the measure `name` is from; a rubric's own words stay as they are."""
    if language != "de":
        return source
    from fhircheck.score.outside import described

    measure = described(name)
    if measure is None or measure.threshold is None or measure.threshold.source != source:
        return source
    return measure_texts(measure, language).threshold


def _formula(found: Texts, english: str) -> str:
    """The German formula; its places hold what the English one names there: lists of elements, bounds."""
    if "places" not in found:
        return found.get("formula", english)
    named = re.search(found["places"], english)
    return found["formula"].format(*named.groups()) if named else english
