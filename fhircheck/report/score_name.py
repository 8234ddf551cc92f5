"""The name of a score as it may be shown: that of a use case out of a file hides with file names."""

from fhircheck.report.shown import View, clean

SCORES: dict[str, tuple[str, str]] = {
    "interoperability": ("Exchange with others", "Austausch mit anderen"),
    "ai-readiness": ("Learning from it (AI)", "Lernen daraus (KI)"),
}
"""Scores of the shipped rubrics in plain words, in English and German."""


def score_name(name: str, view: View) -> str:
    """`name`, with a use case's name hidden where it is a file's and file names are hidden."""
    before, colon, case = name.partition(": ")
    if not colon or not view.names.key:
        return clean(name)
    from fhircheck.use_cases.shipped import shipped_names

    return clean(name if case in shipped_names() else before + colon + view.names.source(case))
