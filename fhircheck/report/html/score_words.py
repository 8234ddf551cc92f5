"""What a score is called on the page."""

from fhircheck.model.action import Words
from fhircheck.model.report import RunReport, Score
from fhircheck.report.fitness import CASE_SCORE
from fhircheck.report.html.bilingual import Bilingual
from fhircheck.report.score_name import SCORES, score_name


def score_words(score: Score, report: RunReport, both: Bilingual) -> Words:
    """A score's name in plain words: what it is about, a use case by its title."""
    for case in report.use_cases:
        if score.name == CASE_SCORE + case.name:
            return both.texts(case.title)
    return score_title(score.name, both)


def score_title(name: str, both: Bilingual) -> Words:
    """The same by name alone; a name without words is shown as it may be."""
    if name in SCORES:
        return Words(*SCORES[name])
    return both.of(lambda view: both.clean(score_name(name, view)))
