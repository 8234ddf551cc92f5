"""Pages from templates; everything that is put into them is escaped."""

from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fhircheck.model.feedback import revision
from fhircheck.report.feedback_words import say as feedback
from fhircheck.report.html.environment import environment
from fhircheck.report.numbers import decimal, number, percent, points
from fhircheck.report.shown import clean
from fhircheck.report.words import SEVERITY
from fhircheck.serve.pages.visit import LANGUAGES, THEMES, Visit, moment
from fhircheck.serve.pages.words import WORDS, say

LONGEST = 4_000
"""Characters of one line that a page shows."""


@cache
def templates() -> Any:
    """The templates, read once."""
    part = {"part": lambda text: quote(str(text), safe="")}
    return environment(Path(__file__).with_name("templates"), finalize=_harmless, filters=part)


def _harmless(value: Any) -> Any:
    """What a template shows, without characters that hide or reorder text; lines stay lines."""
    if type(value) is not str:
        return value
    return "\n".join(clean(line, LONGEST) for line in value.split("\n"))


def render(template: str, visit: Visit, title: str, **content: Any) -> str:
    """The HTML of a page. content: what its template shows."""
    language = visit.language
    return str(
        templates()
        .get_template(template)
        .render(
            visit=visit,
            title=title,
            languages=LANGUAGES,
            themes=THEMES,
            t=partial(say, language),
            has_word=WORDS.__contains__,
            word=partial(feedback, language),
            severity=lambda name: SEVERITY[name][language == "de"] if name in SEVERITY else name,
            number=lambda count: number(count, language),
            percent=lambda share: percent(share, language),
            tenths=lambda value: decimal(round(value * 10), language),
            points=lambda value: points(value, language),
            moment=lambda text: moment(text, language),
            clean=clean,
            revision=revision,
            today=datetime.now(UTC).date().isoformat(),
            **content,
        )
    )
