"""OperationDefinition: the profiles of its input and output (http://hl7.org/fhir/R4/operationdefinition.html)."""

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, shown_term
from fhircheck.validate.elements.extension_use import shown
from fhircheck.validate.lenient import text
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/operationdefinition-definitions.html#OperationDefinition.inputProfile"
EXAMPLE = (
    '{{"resourceType": "OperationDefinition", "inputProfile": "http://hl7.org/fhir/StructureDefinition/{}"}}'.format
)
UNKNOWN = IssueKind(
    name="operation-profile-unknown",
    severity="error",
    code="not-found",
    summary="The profile of an operation's input or output is not known.",
    why="Nobody can tell what may be sent or what comes back.",
    clause=CLAUSE,
    fix="Load the package that has the profile, or correct its canonical.",
    english="The {element} {profile} is not known",
    german="Das {element} {profile} ist nicht bekannt",
    failing=EXAMPLE("none"),
    passing=EXAMPLE("Parameters"),
)
WRONG_TYPE = IssueKind(
    name="operation-profile-type",
    severity="error",
    code="invalid",
    summary="The profile of an operation's input or output is not one on Parameters.",
    why="What goes in and out is a Parameters resource: no other profile can describe all of it.",
    clause=CLAUSE,
    fix="Name a profile on Parameters.",
    english="The {element} {profile} is on {type}, not on Parameters",
    german="Das {element} {profile} beschreibt {type}, nicht Parameters",
    failing=EXAMPLE("Patient"),
    passing=EXAMPLE("Parameters"),
)


class OperationDefinitionRule:
    """The profiles that describe all that goes into an operation, or comes out of it."""

    name = "operation-definition"
    summary = "The profiles of an operation's input and output are known, and are on Parameters."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"OperationDefinition"})
    kinds = (UNKNOWN, WRONG_TYPE)

    def check(self, subject: Subject) -> None:
        """Report a profile that is not known, or is for another type."""
        for name in ("inputProfile", "outputProfile"):
            canonical = text(subject.node, name)
            if not canonical:
                continue
            place, element = child(subject.expression, name), f"OperationDefinition.{name}"
            found = subject.around.definitions.find(canonical, "StructureDefinition")
            if found is None:
                subject.findings.add(UNKNOWN, place, element, element=name, profile=shown(canonical))
            elif found.get("type") != "Parameters":
                type_ = shown_term(str(found.get("type")))
                subject.findings.add(WRONG_TYPE, place, element, element=name, profile=shown(canonical), type=type_)
