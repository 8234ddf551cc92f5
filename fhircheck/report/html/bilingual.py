"""Texts in both languages at once: what the renderers in one language say, said twice."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from fhircheck.model.action import Words
from fhircheck.model.issue import Place
from fhircheck.model.plural import filled
from fhircheck.model.small_cells import Cell
from fhircheck.model.use_case import Texts, text_in
from fhircheck.report.numbers import number, people, percent, points
from fhircheck.report.sections.findings import place_of, whereabouts
from fhircheck.report.shown import View, clean

Said = str | int | Words
Translated = Callable[[str, str], str]
"""(English text, language) -> the text in that language"""


class Bilingual:
    """What makes both texts. longest: characters of one that comes from data."""

    def __init__(self, view: View, longest: int = 160) -> None:
        self.view = view
        self.longest = longest
        self.english = replace(view, language="en", color=False)
        self.german = replace(view, language="de", color=False)

    def of(self, make: Callable[[View], str]) -> Words:
        """What `make` says in either language."""
        return Words(make(self.english), make(self.german))

    def say(self, table: dict[str, tuple[str, str]], key: str, **values: Said) -> Words:
        """The words of `table` called `key`; counts are written as each language does."""
        return Words(*(
            filled(text, {name: self._in(value, language) for name, value in values.items()})
            for text, language in zip(table[key], ("en", "de"), strict=True)
        ))  # fmt: skip

    def _in(self, value: Said, language: str) -> str:
        if isinstance(value, Words):
            return value.said(language)
        return number(value, language) if isinstance(value, int) else value

    def number(self, value: int) -> Words:
        """A count with its thousands apart."""
        return self.of(lambda view: number(value, view.language))

    def percent(self, share: Fraction | None, apart_from: Fraction | None = None) -> Words:
        """A share (0..1) in percent."""
        return self.of(lambda view: percent(share, view.language, apart_from).replace(" ", "\u00a0"))

    def points(self, value: Fraction | None) -> Words:
        """A score of 0..100."""
        return self.of(lambda view: points(value, view.language))

    def people(self, cell: Cell) -> Words:
        """A count of people as it may be shown."""
        return self.of(lambda view: people(cell, view.language))

    def texts(self, texts: Texts) -> Words:
        """A text that comes with its translations."""
        return self.of(lambda view: self.clean(text_in(texts, view.language)))

    def source(self, name: str) -> Words:
        """The name of a source as it may be shown."""
        return self.of(lambda view: self.clean(view.names.source(name)))

    def told(self, text: str, sources: tuple[str, ...], translated: Translated) -> Words:
        """A sentence of ours that may name files and ids, with what says it in a language (reason_words)."""
        return self.of(lambda view: self.clean(view.names.words(translated(text, view.language), sources=sources)))

    def sentence(self, text: str, translated: Translated) -> Words:
        """A sentence or word of the model, with what says it in a language."""
        return self.of(lambda view: self.clean(translated(text, view.language)))

    def place(self, place: Place) -> Words:
        """Where something is: source, line, resource, expression."""
        return self.of(
            lambda view: self.clean(" ".join(filter(None, (place_of(place, view), whereabouts(place, view)))))
        )

    def clean(self, text: str) -> str:
        """A text of the data: nothing a reader's eye would be led astray by, and not too long."""
        return clean(text, self.longest)

    def same(self, text: str) -> Words:
        """A text of the data, the same in both languages."""
        return Words(*[self.clean(text)] * 2)


def joined(parts: list[Words], mark: str = ", ") -> Words:
    """Several texts as one."""
    return Words(mark.join(each.english for each in parts), mark.join(each.german for each in parts))
