"""What can be wrong with a Coding, or a Quantity's unit, in its own code system."""

from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/datatypes.html#Coding"
SYSTEMS = "http://hl7.org/fhir/R4/terminologies.html#system"
_GENDER = "http://hl7.org/fhir/administrative-gender"

UNKNOWN = IssueKind(
    name="code-unknown",
    severity="error",
    code="code-invalid",
    summary="A code system has no such code.",
    why="A code that does not exist means nothing to anyone, and is found by no query.",
    clause=CLAUSE,
    fix="Look the code up in its code system; spelling and letter case count.",
    english="Code {code} does not exist in the code system {system}",
    german="Code {code} gibt es im Codesystem {system} nicht",
    failing=f'{{"system": "{_GENDER}", "code": "m"}}',
    passing=f'{{"system": "{_GENDER}", "code": "male"}}',
)
UNIT = IssueKind(
    name="unit-unknown",
    severity="error",
    code="code-invalid",
    summary="A unit is not one of UCUM, though the system says so.",
    why="The number cannot be converted or compared, and a similar unit may be a thousand times as much.",
    clause="http://hl7.org/fhir/R4/datatypes.html#Quantity",
    fix="Write the unit as UCUM does, letter case included; what people read belongs in Quantity.unit.",
    english="Unit {code} does not exist in UCUM",
    german="Die Einheit {code} gibt es in UCUM nicht",
    failing='{"value": 5, "unit": "mcg", "system": "http://unitsofmeasure.org", "code": "mcg"}',
    passing='{"value": 5, "unit": "mcg", "system": "http://unitsofmeasure.org", "code": "ug"}',
)
NOT_IN_FRAGMENT = IssueKind(
    name="code-not-in-fragment",
    severity="warning",
    code="code-invalid",
    summary="A code is not in the part of its code system that is loaded.",
    why="It may exist in another part of the system, or be wrong: that cannot be told here.",
    clause="http://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.content",
    fix="Load the whole code system, or name a terminology server that has it.",
    english="Code {code} is not in the loaded fragment of the code system {system}",
    german="Code {code} ist nicht im geladenen Ausschnitt des Codesystems {system}",
    failing='{"system": "http://example.org/CodeSystem/a-fragment", "code": "not-loaded"}',
    passing='{"system": "http://example.org/CodeSystem/a-fragment", "code": "loaded"}',
)
DISPLAY = IssueKind(
    name="wrong-display",
    severity="error",
    code="invalid",
    summary="A display is none of those that the code system has for the code.",
    why="People read the display and machines the code: where they differ, each acts on another meaning.",
    clause="http://hl7.org/fhir/R4/datatypes-definitions.html#Coding.display",
    fix="Take the display from the code system; own words belong in CodeableConcept.text.",
    english="The display of code {code} is not one of the code system {system}: {displays}",
    german="Die Anzeige zum Code {code} ist keine des Codesystems {system}: {displays}",
    failing=f'{{"system": "{_GENDER}", "code": "male", "display": "Female"}}',
    passing=f'{{"system": "{_GENDER}", "code": "male", "display": "Male"}}',
)
RELATIVE = IssueKind(
    name="code-system-relative",
    severity="error",
    code="code-invalid",
    summary="A code system is named by something that is no absolute URI.",
    why="Which code system is meant cannot be found out, so the code has no meaning.",
    clause=SYSTEMS,
    fix="Name the code system by its whole canonical URL.",
    english="The code system is not named by an absolute URI",
    german="Das Codesystem ist nicht durch eine absolute URI benannt",
    failing='{"system": "gender", "code": "male"}',
    passing=f'{{"system": "{_GENDER}", "code": "male"}}',
)
VALUE_SET = IssueKind(
    name="code-system-is-value-set",
    severity="error",
    code="invalid",
    summary="Where the code system belongs, a value set is named.",
    why="A value set only selects codes; their meaning comes from the code system, which is not known then.",
    clause=SYSTEMS,
    fix="Name the code system that the value set takes the code from.",
    english="{system} is a value set, not a code system",
    german="{system} ist ein ValueSet, kein Codesystem",
    failing='{"system": "http://hl7.org/fhir/ValueSet/administrative-gender", "code": "male"}',
    passing=f'{{"system": "{_GENDER}", "code": "male"}}',
)
SUPPLEMENT = IssueKind(
    name="code-system-is-supplement",
    severity="error",
    code="invalid",
    summary="Where the code system belongs, a supplement is named.",
    why="A supplement adds texts and properties to the codes of another system and has no codes of its own.",
    clause="http://hl7.org/fhir/R4/codesystem.html#supplements",
    fix="Name the code system that the supplement is for.",
    english="{system} is a supplement, not a code system",
    german="{system} ist eine Ergänzung (supplement), kein Codesystem",
    failing='{"system": "http://example.org/CodeSystem/a-supplement", "code": "a"}',
    passing='{"system": "http://example.org/CodeSystem/the-system", "code": "a"}',
)
NO_SYSTEM = IssueKind(
    name="code-without-system",
    severity="warning",
    code="invalid",
    summary="A Coding has a code but no code system.",
    why="The same code means different things in different systems: without one it cannot be checked or compared.",
    clause=CLAUSE,
    fix="Name the code system; where there is none, send the text alone.",
    english="A code without a system has no defined meaning",
    german="Ein Code ohne Codesystem hat keine festgelegte Bedeutung",
    failing='{"code": "male"}',
    passing=f'{{"system": "{_GENDER}", "code": "male"}}',
)
INACTIVE = IssueKind(
    name="code-inactive",
    severity="warning",
    code="business-rule",
    summary="A code is not to be used any more.",
    why="Its system has withdrawn it; newer queries and mappings may not know it.",
    clause="http://hl7.org/fhir/R4/codesystem-concept-properties.html",
    fix="Look up what replaced the code.",
    english="Code {code} is inactive in the code system {system}",
    german="Code {code} ist im Codesystem {system} nicht mehr aktiv",
    failing='{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "GN"}',
    passing='{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}',
)
FORM = IssueKind(
    name="code-form",
    severity="warning",
    code="code-invalid",
    summary="A code is not written the way codes of its system are.",
    why="Nobody will find it: a mark was kept that belongs elsewhere, or a digit is wrong.",
    clause="http://hl7.org/fhir/R4/terminologies-systems.html",
    fix="Write the code as its catalogue does; marks such as dagger and asterisk belong in their own places.",
    english="Code {code} is not written as codes of {system} are",
    german="Code {code} ist nicht wie ein Code von {system} geschrieben",
    failing='{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "code": "C509"}',
    passing='{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "code": "C50.9"}',
)
KINDS = (UNKNOWN, UNIT, NOT_IN_FRAGMENT, DISPLAY, RELATIVE, VALUE_SET, SUPPLEMENT, NO_SYSTEM, INACTIVE, FORM)
