"""Dates that can hardly be meant: http://hl7.org/fhir/R4/datatypes.html#dateTime."""

import re

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.model.issue import IssueKind

EARLIEST = 1800
AHEAD = 80
YEAR = IssueKind(
    name="date-out-of-reason",
    severity="warning",
    code="invalid",
    summary="A date lies before 1800 or more than 80 years ahead.",
    why="It is a typing error or a placeholder, and shifts every age and every duration.",
    clause="http://hl7.org/fhir/R4/datatypes.html#dateTime",
    fix="Correct the year, or leave the date out where it is not known.",
    english="The year is out of all reason",
    german="Das Jahr liegt außerhalb alles Vernünftigen",
    failing='{"resourceType": "Patient", "birthDate": "1090-03-01"}',
    passing='{"resourceType": "Patient", "birthDate": "1990-03-01"}',
)
KINDS = (YEAR,)


USUAL = re.compile("19|20").match
"""Passes the dates of living people and their children."""


def holds(value: str, around: Surroundings) -> bool:
    """Whether the year is one that can be meant; what is no date is not looked at."""
    year = value[:4]
    return not (len(year) == 4 and year.isdecimal()) or EARLIEST <= int(year) <= around.now.year + AHEAD


def explain(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    """Report a year that can hardly be meant."""
    if not holds(value, around):
        findings.add(YEAR, expression, "dateTime")
