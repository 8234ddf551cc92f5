"""Types of finding about narratives."""

from typing import NamedTuple

from fhircheck.model.issue import IssueKind, Severity

CLAUSE = "http://hl7.org/fhir/R4/narrative.html#Narrative"
XHTML_CLAUSE = "http://hl7.org/fhir/R4/narrative.html#xhtml"
SECURITY = "http://hl7.org/fhir/R4/security.html#narrative"
_DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'


class _Texts(NamedTuple):
    """What a kind says: english, german, and the part of a narrative that fails and one that passes."""

    english: str
    german: str
    failing: str
    passing: str = "<p>Text</p>"


def _kind(
    name: str, severity: Severity, code: str, clause: str, summary: str, why: str, fix: str, texts: _Texts
) -> IssueKind:
    return IssueKind(
        name,
        severity,
        code,
        summary,
        why,
        clause,
        fix,
        texts.english,
        texts.german,
        f"{_DIV}{texts.failing}</div>",
        f"{_DIV}{texts.passing}</div>",
    )


MALFORMED = _kind(
    "narrative-malformed",
    "error",
    "invalid",
    XHTML_CLAUSE,
    "A narrative is not well-formed XHTML.",
    "It cannot be shown, and in XML it breaks the whole resource.",
    "Close every element, quote every attribute, write & as &amp; and < as &lt;.",
    _Texts("The narrative is not well-formed: {fault}", "Die Narrative ist nicht wohlgeformt: {fault}", "<p>Text"),
)
ENTITY = _kind(
    "narrative-entity",
    "error",
    "invalid",
    XHTML_CLAUSE,
    "A narrative uses an HTML entity that XML does not know.",
    "Only &amp; &lt; &gt; &quot; and &apos; exist in XML: parsers refuse the others.",
    "Write the character itself, or its number (&#160; in place of &nbsp;).",
    _Texts("Entity '{name}' is not allowed", "Entität '{name}' ist nicht erlaubt", "a&nbsp;b", "a&#160;b"),
)
NAMESPACE = _kind(
    "narrative-namespace",
    "error",
    "invalid",
    XHTML_CLAUSE,
    "A narrative, or a part of it, is not in the namespace of XHTML.",
    "Browsers and XML tools do not take it for HTML.",
    'Give the outermost div xmlns="http://www.w3.org/1999/xhtml" and no other xmlns inside.',
    _Texts(
        "Element '{element}' must be in the namespace http://www.w3.org/1999/xhtml",
        "Element '{element}' muss im Namensraum http://www.w3.org/1999/xhtml liegen",
        '<p xmlns="urn:other">Text</p>',
    ),
)
ROOT = _kind(
    "narrative-root",
    "error",
    "invalid",
    XHTML_CLAUSE,
    "The outermost element of a narrative is no div.",
    "Receivers put the narrative as a block into their pages and rely on the div.",
    "Wrap the narrative in one div.",
    _Texts("The narrative must be one div, not '{element}'", "Die Narrative muss ein div sein, nicht '{element}'", ""),
)
ELEMENT = _kind(
    "narrative-element",
    "error",
    "invalid",
    XHTML_CLAUSE,
    "A narrative has an element that is not allowed in it.",
    "Scripts, forms and embedded objects could attack whoever reads the record; they are removed or refused.",
    "Use basic formatting only (HTML 4.0 chapters 7-11 and 15): p, div, span, lists, tables, a, img.",
    _Texts(
        "HTML element '{element}' is not allowed in a narrative",
        "HTML-Element '{element}' ist in einer Narrative nicht erlaubt",
        "<script>alert(1)</script>",
    ),
)
ATTRIBUTE = _kind(
    "narrative-attribute",
    "error",
    "invalid",
    XHTML_CLAUSE,
    "A narrative has an attribute that is not allowed on its element.",
    "Event attributes run code; others are lost when the narrative is cleaned for display.",
    "Leave the attribute out; say it with class or style.",
    _Texts(
        "HTML attribute '{name}' is not allowed on '{element}'",
        "HTML-Attribut '{name}' ist bei '{element}' nicht erlaubt",
        '<p onclick="x()">Text</p>',
    ),
)
NESTING = _kind(
    "narrative-nesting",
    "error",
    "structure",
    XHTML_CLAUSE,
    "HTML elements of a narrative stand where they may not.",
    "Browsers mend it each in its own way, so that text moves or is lost.",
    "Follow the content model of HTML 4.0: no blocks within paragraphs, rows within tables, items within lists.",
    _Texts(
        "'{inner}' is not allowed in '{outer}'",
        "'{inner}' ist in '{outer}' nicht erlaubt",
        "<p>Text<div>more</div></p>",
    ),
)
LINK = _kind(
    "narrative-link",
    "error",
    "invalid",
    SECURITY,
    "A link or the source of an image in a narrative is no usable URL.",
    "Links that run code are an attack; links that lead nowhere mislead whoever reads.",
    "Link to http, https, mailto, tel or to a place in the resource (#id); data: URLs need base64.",
    _Texts(
        "URL of '{element}': {problem}",
        "URL von '{element}': {problem}",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="https://example.org/">x</a>',
    ),
)
UNRESOLVED = _kind(
    "narrative-link-unresolved",
    "error",
    "not-found",
    CLAUSE,
    "A link or an image of a narrative names a place in the resource that is not there.",
    "Whoever follows the link, or looks for the image, finds nothing.",
    "Give the target the id that the link names: an element, a contained resource, or an HTML id.",
    _Texts(
        "'{element}' refers to a place in the resource that is not there",
        "'{element}' verweist auf eine Stelle der Ressource, die es nicht gibt",
        '<a href="#q">x</a>',
        '<a href="#q">x</a><p id="q">Text</p>',
    ),
)
DUPLICATE_ID = _kind(
    "narrative-duplicate-id",
    "warning",
    "invalid",
    XHTML_CLAUSE,
    "Several elements of a narrative have the same id or anchor name.",
    "Links to it lead to the first of them.",
    "Give each element an id of its own.",
    _Texts(
        "{count} {count:id or anchor name is|ids or anchor names are} there more than once",
        "{count} {count:id oder Ankername kommt|ids oder Ankernamen kommen} mehrfach vor",
        '<p id="q">a</p><p id="q">b</p>',
    ),
)
MIXED = _kind(
    "narrative-mixed-languages",
    "warning",
    "business-rule",
    CLAUSE,
    "A narrative has sections by language, and text outside of them.",
    "It is unclear which language the other text is in, and whether it is part of every translation.",
    "Put all text into one div with xml:lang for each language.",
    _Texts(
        "The narrative has sections in {count} languages and text outside of them",
        "Die Narrative hat Abschnitte in {count} Sprachen und Text außerhalb",
        '<div xml:lang="de">a</div><p>b</p>',
        '<div xml:lang="de">a</div><div xml:lang="en">b</div>',
    ),
)
LANGUAGE = _kind(
    "narrative-language",
    "warning",
    "business-rule",
    "http://hl7.org/fhir/R4/languages.html",
    "The language of a resource and that of its narrative are not both said, or differ.",
    "Screen readers, search and language models rely on the language of a text.",
    "Give the narrative's div both lang and xml:lang, equal to the resource's language.",
    _Texts(
        "The narrative's {attribute} is missing or differs from the resource's language",
        "{attribute} der Narrative fehlt oder weicht von der Sprache der Ressource ab",
        "(in a resource with language de)",
        "(with lang and xml:lang de)",
    ),
)
KINDS = (MALFORMED, ENTITY, NAMESPACE, ROOT, ELEMENT, ATTRIBUTE, NESTING, LINK, DUPLICATE_ID, MIXED)
"""What a narrative's text alone tells."""

RESOURCE_KINDS = (UNRESOLVED, LANGUAGE)
"""What is judged with the resource around it."""
