"""Texts as FHIR means them: no markup, no blanks at the ends: http://hl7.org/fhir/R4/datatypes.html#string."""

import re

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/datatypes.html#string"
_TAG = re.compile(r"<[^\W\d_][^\W_]*(?:[\s/][^<>]*)?>").search
_OPENING = re.compile(r"<(?:[A-Za-z]|/[A-Za-z]|!--)").search

MARKUP = IssueKind(
    name="html-in-text",
    severity="information",
    code="invalid",
    summary="A text holds what looks like HTML tags.",
    why="Where the text is shown without being escaped, foreign markup or script runs.",
    clause="http://hl7.org/fhir/R4/security.html#narrative",
    fix="Remove the markup, or escape texts wherever they are shown.",
    english="The text looks as if it held HTML tags",
    german="Der Text sieht aus, als enthielte er HTML-Tags",
    failing='{"resourceType": "Patient", "name": [{"text": "Anna <b>Muster</b>"}]}',
    passing='{"resourceType": "Patient", "name": [{"text": "Anna Muster"}]}',
)
MARKUP_FORBIDDEN = IssueKind(
    name="html-in-text-forbidden",
    severity="error",
    code="invalid",
    summary="A text holds what looks like HTML tags, and the settings forbid that.",
    why="Where the text is shown without being escaped, foreign markup or script runs.",
    clause="http://hl7.org/fhir/R4/security.html#narrative",
    fix="Remove the markup.",
    english="The text looks as if it held HTML tags, which is not allowed",
    german="Der Text sieht aus, als enthielte er HTML-Tags, was nicht erlaubt ist",
    failing='{"resourceType": "Patient", "name": [{"text": "Anna <b>Muster</b>"}]}',
    passing='{"resourceType": "Patient", "name": [{"text": "Anna Muster"}]}',
)
MARKDOWN = IssueKind(
    name="html-in-markdown",
    severity="warning",
    code="invalid",
    summary="A markdown text holds what looks like HTML tags.",
    why="FHIR's markdown has no HTML: it is shown as text, or not at all.",
    clause="http://hl7.org/fhir/R4/datatypes.html#markdown",
    fix="Write the formatting as markdown, or escape the '<'.",
    english="The markdown looks as if it held HTML tags",
    german="Das Markdown sieht aus, als enthielte es HTML-Tags",
    failing='{"resourceType": "Questionnaire", "status": "draft", "description": "a <br/> b"}',
    passing='{"resourceType": "Questionnaire", "status": "draft", "description": "a **b**"}',
)
BLANK = IssueKind(
    name="text-blank",
    severity="warning",
    code="invalid",
    summary="A text consists of white space only.",
    why="It looks filled in, but says nothing.",
    clause=CLAUSE,
    fix="Leave the element out.",
    english="The text is only white space",
    german="Der Text besteht nur aus Leerzeichen",
    failing='{"resourceType": "Patient", "name": [{"family": " "}]}',
    passing='{"resourceType": "Patient", "name": [{"family": "Muster"}]}',
)
ENDS = IssueKind(
    name="text-blank-ends",
    severity="warning",
    code="invalid",
    summary="A text begins or ends with white space.",
    why="It is not found, and not recognised as the same as the text without.",
    clause=CLAUSE,
    fix="Remove the white space at the ends.",
    english="The text begins or ends with white space",
    german="Der Text beginnt oder endet mit Leerzeichen",
    failing='{"resourceType": "Patient", "name": [{"family": "Muster "}]}',
    passing='{"resourceType": "Patient", "name": [{"family": "Muster"}]}',
)
KINDS = (MARKUP, MARKUP_FORBIDDEN, MARKDOWN, BLANK, ENDS)


PLAIN = re.compile(r"(?!\s)[^<]*(?<!\s)").fullmatch
"""Passes texts of which nothing is to be said, at the cost of refusing some others with a ``<``."""
NO_BRACKET = re.compile("[^<]*").fullmatch


def explain_string(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    """Report white space at the ends, and markup."""
    if value.isspace():
        findings.add(BLANK, expression, "string")
    elif value and value != value.strip():
        findings.add(ENDS, expression, "string")
    _explain_tags(value, expression, findings, around)


def holds_code(value: str, around: Surroundings) -> bool:
    """Whether a code, URI or the like has no markup."""
    return "<" not in value or not _TAG(value)


def explain_code(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    """Report markup in a code, URI or the like."""
    _explain_tags(value, expression, findings, around)


def _explain_tags(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    if _TAG(value):
        findings.add(MARKUP_FORBIDDEN if around.settings.forbid_markup else MARKUP, expression, "string")


def explain_markdown(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    """Report HTML in markdown."""
    if around.settings.forbid_markup and _TAG(value):
        findings.add(MARKUP_FORBIDDEN, expression, "markdown")
    elif _OPENING(value):
        findings.add(MARKDOWN, expression, "markdown")
