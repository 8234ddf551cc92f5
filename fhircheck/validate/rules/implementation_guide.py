"""ImplementationGuide: what it depends on is named rightly, and guides of HL7 state their status.

http://hl7.org/fhir/R4/implementationguide.html
"""

import re
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.validate.elements.extension_use import shown
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import objects, text

CLAUSE = "http://hl7.org/fhir/R4/implementationguide-definitions.html#ImplementationGuide.dependsOn"
BASE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-"
ASKED = {"status": BASE + "standards-status", "committee": BASE + "wg"}
MATURITY = BASE + "fmm"
HL7 = "http://hl7.org/fhir/"
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+").fullmatch
_VERSION = re.compile(r"[A-Za-z0-9_$-]+(?:\.[A-Za-z0-9_$-]+)*").fullmatch
EXAMPLE = '{{"resourceType": "ImplementationGuide", "dependsOn": [{}]}}'.format
GOOD = EXAMPLE(
    '{"uri": "http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core", "packageId": "hl7.fhir.us.core",'
    ' "version": "3.1.1"}'
)

URI = IssueKind(
    name="guide-dependency-uri",
    severity="error",
    code="business-rule",
    summary="A guide depends on something whose URL is not that of an ImplementationGuide.",
    why="Tools do not find what to load.",
    clause=CLAUSE,
    fix="Give the canonical URL of the ImplementationGuide itself (.../ImplementationGuide/...).",
    english="The URL {url} is not that of an ImplementationGuide",
    german="Die URL {url} ist nicht die eines ImplementationGuide",
    failing=EXAMPLE('{"uri": "http://hl7.org/fhir/us/core", "version": "3.1.1"}'),
    passing=GOOD,
)
VERSION = IssueKind(
    name="guide-dependency-version",
    severity="error",
    code="business-rule",
    summary="The version of a dependency stands behind its URL, or is none.",
    why="Tools look for the version in the element version, and load another.",
    clause=CLAUSE,
    fix="Write the version into the element version only.",
    english="The version of the dependency is not stated rightly in the element version",
    german="Die Version der Abhängigkeit ist nicht richtig im Element version angegeben",
    failing=EXAMPLE('{"uri": "http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core|3.1.1"}'),
    passing=GOOD,
)
PACKAGE = IssueKind(
    name="guide-dependency-package",
    severity="error",
    code="business-rule",
    summary="The id of a package that a guide depends on cannot be one.",
    why="No registry has it.",
    clause=CLAUSE,
    fix="Write the package id in parts with dots between: hl7.fhir.us.core.",
    english="The package id of a dependency has not the form of one",
    german="Die Paket-Id einer Abhängigkeit hat nicht die Form einer solchen",
    failing=EXAMPLE('{"uri": "http://example.org/ImplementationGuide/a", "packageId": "a"}'),
    passing=GOOD,
)
NOT_STATED = IssueKind(
    name="guide-of-hl7",
    severity="error",
    code="business-rule",
    summary="A guide of HL7 does not state its status or the committee that owns it.",
    why="Readers cannot tell how stable it is, nor whom to ask.",
    clause="http://hl7.org/fhir/R4/versions.html#std-process",
    fix="Add the extensions structuredefinition-standards-status and structuredefinition-wg.",
    english="A guide of HL7 must state its {what} by {extension}",
    german="Ein Guide von HL7 muss {what} durch {extension} angeben",
    failing='{"resourceType": "ImplementationGuide", "url": "http://hl7.org/fhir/us/a/ImplementationGuide/a"}',
    passing='{"resourceType": "ImplementationGuide", "url": "http://example.org/ImplementationGuide/a"}',
)
NO_MATURITY = IssueKind(
    name="guide-of-hl7-maturity",
    severity="warning",
    code="business-rule",
    summary="A guide of HL7 does not state its maturity.",
    why="Readers cannot tell how stable it is.",
    clause="http://hl7.org/fhir/R4/versions.html#maturity",
    fix="Add the extension structuredefinition-fmm.",
    english="A guide of HL7 should state its maturity",
    german="Ein Guide von HL7 sollte seine Reife angeben",
    failing='{"resourceType": "ImplementationGuide", "url": "http://hl7.org/fhir/us/a/ImplementationGuide/a"}',
    passing='{"resourceType": "ImplementationGuide", "url": "http://example.org/ImplementationGuide/a"}',
)


class ImplementationGuideRule:
    """Dependencies of a guide; what HL7 asks of its own."""

    name = "implementation-guide"
    summary = "A guide names what it depends on so that it is found; guides of HL7 state their status."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"ImplementationGuide"})
    kinds: tuple[IssueKind, ...] = (URI, VERSION, PACKAGE, NOT_STATED, NO_MATURITY)

    def check(self, subject: Subject) -> None:
        """Check every dependency, and the status of a guide of HL7."""
        for each, where in objects(subject.node, "dependsOn", subject.expression):
            _dependency(subject, each, where)
        if text(subject.node, "url").startswith(HL7):
            stated = {each.get("url") for each, _ in objects(subject.node, "extension", "")}
            for what, extension in ASKED.items():
                if extension not in stated:
                    subject.findings.add(
                        NOT_STATED, subject.expression, "ImplementationGuide", what=what, extension=extension
                    )
            if MATURITY not in stated:
                subject.findings.add(NO_MATURITY, subject.expression, "ImplementationGuide")


def _dependency(subject: Subject, node: dict[str, Any], where: str) -> None:
    add = subject.findings.add
    uri, bar, behind = text(node, "uri").partition("|")
    package, version = text(node, "packageId"), text(node, "version")
    guide = not uri or "/ImplementationGuide/" in uri
    if bar and not (behind and version and (behind == version or guide)):
        add(VERSION, where, "ImplementationGuide.dependsOn.version")
    if not guide:
        add(URI, where, "ImplementationGuide.dependsOn.uri", url=shown(uri))
    if package and not _PACKAGE(package):
        add(PACKAGE, where, "ImplementationGuide.dependsOn.packageId")
    elif package and version and guide and not bar and not _VERSION(version):
        add(VERSION, where, "ImplementationGuide.dependsOn.version")
