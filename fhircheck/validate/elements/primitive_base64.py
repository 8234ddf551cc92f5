"""base64Binary without blanks: http://hl7.org/fhir/R4/datatypes.html#base64Binary."""

import re

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.model.issue import IssueKind

_BLANK = re.compile(r"\s").search
BLANKS = IssueKind(
    name="base64-blanks",
    severity="warning",
    code="value",
    summary="Base64 holds white space.",
    why="Decoders that follow RFC 4648 refuse it.",
    clause="http://hl7.org/fhir/R4/datatypes.html#base64Binary",
    fix="Write the base64 in one line without blanks.",
    english="Base64 should hold no white space",
    german="Base64 sollte keine Leerzeichen enthalten",
    failing='{"resourceType": "Binary", "contentType": "text/plain", "data": "SGFs bG8="}',
    passing='{"resourceType": "Binary", "contentType": "text/plain", "data": "SGFsbG8="}',
)
KINDS = (BLANKS,)


PLAIN = re.compile(r"\S*").fullmatch
"""Passes base64 without blanks."""


def explain(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    """Report blanks in base64."""
    if _BLANK(value):
        findings.add(BLANKS, expression, "base64Binary")
