"""Columns of the tables a run can be read as: name, type, and what stands in them."""

from typing import NamedTuple


class Column(NamedTuple):
    """One column. type: ``word`` (text that repeats: a dictionary), ``text``, ``whole``, ``real``, ``truth``."""

    name: str
    type: str
    about: str


FINDINGS = (
    Column("source", "word", "file, member of an archive or URL it was read from"),
    Column("record", "whole", "zero-based number of the record in its source"),
    Column("offset", "whole", "byte the record begins at in its source"),
    Column("line", "whole", "one-based line of the finding; null where unknown"),
    Column("column", "whole", "one-based column of the finding; null where unknown"),
    Column("type", "word", "type of the innermost resource; null where there is none"),
    Column("resource", "text", "Type/id of the innermost resource; null where there is none"),
    Column("expression", "text", "FHIRPath expression from the record's root"),
    Column("severity", "word", "fatal, error, warning or information"),
    Column("kind", "word", "type of finding, as in docs/reference/issues.md"),
    Column("message", "text", "what is wrong, in the language asked for; no values unless they are opened"),
    Column("definition", "word", "id of the element definition that is broken"),
    Column("profile", "word", "canonical URL of the profile that is broken"),
    Column("fingerprint", "word", "the same for findings of one kind at one place of the definition, in every run"),
)
MEASURES = (
    Column("name", "word", "measure, as in docs/reference/measures.md"),
    Column("code", "word", "its place in the catalogue"),
    Column("group", "word", "source it is about, where sources are measured apart; null: all data"),
    Column("use_case", "word", "use case it is about; null: all data"),
    Column("category", "word", "conformance, completeness or plausibility (Kahn et al. 2016)"),
    Column("subcategory", "word", "subcategory (Kahn et al. 2016)"),
    Column("context", "word", "verification or validation (Kahn et al. 2016)"),
    Column("dimension", "word", "what it tells about, as in the rubric"),
    Column("status", "word", "passed, failed, informational, not-applicable, cannot-tell or error"),
    Column("share", "real", "numerator / denominator, 0 to 1; null where nothing was judged"),
    Column("numerator", "whole", "items that pass"),
    Column("denominator", "whole", "items that were judged"),
    Column("cannot_tell", "whole", "items that could not be judged"),
    Column("coverage", "real", "judged / (judged + could not tell), 0 to 1"),
    Column("low", "real", "lower end of the 95 % interval, of a sample only"),
    Column("high", "real", "upper end of the 95 % interval, of a sample only"),
    Column("maximum_failing", "real", "largest share that may fail, 0 to 1; null without a threshold"),
    Column("threshold_source", "word", "where that threshold is from"),
    Column("resources_failed", "whole", "resources with an item that does not pass"),
    Column("patients_failed", "whole", "patients with an item that does not pass"),
    Column("reason", "text", "why it could not be judged, or failed"),
)
SCORES = (
    Column("score", "word", "score, e.g. interoperability"),
    Column("rubric", "word", "rubric it is made by"),
    Column("group", "word", "source it is about, where sources are measured apart; null: all data"),
    Column("value", "real", "points of 100; null where nothing could be judged"),
    Column("coverage", "real", "weights that could be judged, 0 to 1"),
    Column("measure", "word", "criterion: the measure it rests on"),
    Column("weight", "real", "weight of the criterion"),
    Column("earned", "real", "what of the weight was earned"),
    Column("counted", "truth", "whether the criterion counts"),
    Column("critical", "truth", "whether it is critical and failed"),
    Column("reason", "text", "why it weighs so much"),
)
