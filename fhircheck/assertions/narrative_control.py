"""What a profile asks of its narrative by the extensions narrative-language-control and narrative-source-control."""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.narrative_text import Fault, document, language_sections
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate

LANGUAGE = "http://hl7.org/fhir/StructureDefinition/narrative-language-control"
SOURCE = "http://hl7.org/fhir/StructureDefinition/narrative-source-control"
SOURCES = frozenset(["generated", "boilerplate", "original"])
LEVELS = frozenset(["error", "warning", "hint", "information"])
_BLANK = " \t\r\n"

LANGUAGE_SECTION = IssueKind(
    name="narrative-language-sections",
    severity="error",
    code="business-rule",
    summary="A narrative has not the sections by language that the profile asks for.",
    why="Readers of a language find no text in it, or one where none was meant to be.",
    clause="http://hl7.org/fhir/StructureDefinition/narrative-language-control",
    fix="Put each language into a div of its own with xml:lang directly within the narrative's div, or take them out.",
    english="Sections by language: {problem}",
    german="Abschnitte nach Sprache: {problem}",
    failing='<div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div>',
    passing='<div xmlns="http://www.w3.org/1999/xhtml"><div xml:lang="de"><p>Text</p></div></div>',
)
NO_SOURCE = IssueKind(
    name="narrative-source",
    severity="error",
    code="business-rule",
    summary="A part of a narrative does not say where it comes from, which the profile asks for.",
    why="Whoever updates the narrative cannot tell generated text from what a person wrote.",
    clause="http://hl7.org/fhir/StructureDefinition/narrative-source-control",
    fix="Give each element directly within the narrative's div the class generated, boilerplate or original.",
    english="Part {number} of the narrative has no class that says its source",
    german="Teil {number} der Narrative hat keine Klasse, die ihre Quelle nennt",
    failing='<div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div>',
    passing='<div xmlns="http://www.w3.org/1999/xhtml"><p class="original">Text</p></div>',
)


class NarrativeControl:
    """The facet of narratives whose profile controls their sections."""

    name = "narrative-control"
    summary = "A narrative has the sections by language and the marks of source that its profile asks for."
    clause = LANGUAGE
    kinds = (LANGUAGE_SECTION, NO_SOURCE)
    applies: frozenset[str] | None = None

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """{languages: the wishes, source: whether asked for} where the definition has one of the extensions.

        The level that narrative-source-control names makes no difference, as at the reference: it is an error.
        """
        if types != ["Narrative"]:
            return None
        languages, source = [], False
        for each in definition.get("extension") or ():
            value = next((each[name] for name in each if name.startswith("value")), None)
            if each.get("url") == LANGUAGE and isinstance(value, str):
                languages.append(value)
            elif each.get("url") == SOURCE and isinstance(value, str):
                source = value in LEVELS
        return {"languages": languages, "source": source} if languages or source else None

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """Whether the narrative has all that is asked for."""
        return lambda value: not _faults(facet, value, around)

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report what is asked for and not there, or there and not wanted."""
        for kind, params in _faults(facet, value, around):
            spot.add(kind, **params)


def _faults(facet: Any, value: Any, around: Surroundings) -> list[Fault]:
    text = value.get("div") if value.__class__ is dict else None
    root = document(text) if text.__class__ is str and text else None
    if root is None:
        return []
    found: list[Fault] = []
    if facet["source"]:
        found += [(NO_SOURCE, {"number": number}) for number in _without_source(root)]
    sections = language_sections(root)
    for wish in facet["languages"]:
        problem = _language_problem(wish, sections, around.scope.resource.get("language"))
        if problem:
            found.append((LANGUAGE_SECTION, {"problem": problem}))
    return found


def _language_problem(wish: str, sections: list[str], language: Any) -> str:
    """What is wrong with `sections` (languages that have one) by one wish, empty where nothing is."""
    if wish == "_no":
        return "none is allowed" if sections else ""
    if wish == "_yes":
        return "" if sections else "at least one is needed"
    wanted = language if wish == "_resource" else wish
    if not sections or wanted is None:
        return ""  # no more than a warning at the reference: the profile asks, the data has no languages at all
    return "" if wanted in sections else "the one that the profile asks for is missing"


def _without_source(root: Any) -> list[int]:
    """Numbers (from one) of the parts directly within the narrative that name no source."""
    found: list[int] = []
    texts = [root.text]
    for number, part in enumerate(root, 1):
        texts.append(part.tail)
        if not SOURCES & set((part.get("class") or "").split()):
            found.append(number)
    return found + [len(root) + 1 for text in texts if text and text.strip(_BLANK)]
