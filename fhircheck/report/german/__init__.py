"""German for what types of finding and measures say of themselves; the English stands with each of them.

One JSON file a table, by name (JSON, as it is read a hundred times as fast as TOML): sources, assertions and validate
hold types of finding, params the phrases that fill their messages, measures those of measures and of results from
outside, rubrics those of the shipped rubrics. Fixes are infinitives, quotes are „…“.
What a file does not have stays English.
"""

from fhircheck.report.german.kahn_texts import kahn_words
from fhircheck.report.german.kind_texts import KindTexts, kind_texts
from fhircheck.report.german.measure_texts import MeasureTexts, measure_texts, threshold_source
from fhircheck.report.german.param_texts import param_text
from fhircheck.report.german.rubric_texts import criterion_reason

__all__ = [
    "KindTexts",
    "MeasureTexts",
    "criterion_reason",
    "kahn_words",
    "kind_texts",
    "measure_texts",
    "param_text",
    "threshold_source",
]
