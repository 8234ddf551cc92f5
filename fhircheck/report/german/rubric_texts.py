"""German for what the shipped rubrics say, by the English sentence: a rubric of the user's own stays as it is."""

from fhircheck.report.german.table import table


def criterion_reason(text: str, language: str) -> str:
    """A reason or summary of a rubric in `language` (``en``, ``de``); one that is not ours as it is."""
    return text if language == "en" else table("rubrics")["reasons"].get(text, text)
