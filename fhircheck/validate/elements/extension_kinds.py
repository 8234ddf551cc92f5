"""What can be wrong with the use of an extension: http://hl7.org/fhir/R4/extensibility.html."""

from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/extensibility.html#Extension"
CONTEXT_CLAUSE = "http://hl7.org/fhir/R4/defining-extensions.html#context"
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
ULM = '"valueAddress": {"city": "Ulm"}'


def _with(url: str, value: str, name: str = "extension") -> str:
    """A Patient with one extension, as an example."""
    return f'{{"resourceType": "Patient", "{name}": [{{"url": "{url}", {value}}}]}}'


GOOD = _with(BIRTH_PLACE, ULM)

URL_MISSING = IssueKind(
    name="extension-url-missing",
    severity="error",
    code="invalid",
    summary="An extension does not say which one it is.",
    why="Without its URL the content has no meaning.",
    clause=CLAUSE,
    fix="Add the canonical URL of the extension's definition, or remove the extension.",
    english="The extension has no url",
    german="Der Extension fehlt die url",
    failing='{"resourceType": "Patient", "extension": [{"valueString": "Ulm"}]}',
    passing=GOOD,
)
URL_RELATIVE = IssueKind(
    name="extension-url-relative",
    severity="error",
    code="invalid",
    summary="The URL of an extension is not absolute, though it stands in no other extension.",
    why="A name is only unique within the extension that defines it.",
    clause=CLAUSE,
    fix="Write the full canonical URL of the extension's definition.",
    english="The extension's url is not absolute",
    german="Die url der Extension ist nicht absolut",
    failing=_with("birthPlace", ULM),
    passing=GOOD,
)
VERSIONED = IssueKind(
    name="extension-url-versioned",
    severity="error",
    code="invalid",
    summary="The URL of an extension carries a version.",
    why="Software compares the URL as it stands and does not recognise the extension.",
    clause=CLAUSE,
    fix="Remove the '|' and the version behind it.",
    english="The url of the extension {extension} must not carry a version",
    german="Die url der Extension {extension} darf keine Version tragen",
    failing=_with(f"{BIRTH_PLACE}|4.0.1", ULM),
    passing=GOOD,
)
UNKNOWN = IssueKind(
    name="extension-unknown",
    severity="error",
    code="structure",
    summary="An extension is used whose definition no loaded package has.",
    why="Neither its meaning nor its content can be checked; whoever receives it will ignore it.",
    clause=CLAUSE,
    fix="Load the package that defines it (--package), correct the URL, or allow unknown extensions.",
    english="Extension {extension} is not known",
    german="Extension {extension} ist nicht bekannt",
    failing=_with("http://hl7.org/fhir/StructureDefinition/none", '"valueString": "x"'),
    passing=GOOD,
)
UNCHECKED = IssueKind(
    name="extension-unchecked",
    severity="warning",
    code="informational",
    summary="An extension is used whose definition no loaded package has; the settings allow that.",
    why="Neither its meaning nor its content was checked.",
    clause=CLAUSE,
    fix="Load the package that defines it (--package).",
    english="Extension {extension} is not known: not checked",
    german="Extension {extension} ist nicht bekannt: nicht geprüft",
    failing=_with("http://hl7.org/fhir/StructureDefinition/none", '"valueString": "x"'),
    passing=GOOD,
)
NO_SUCH_ELEMENT = IssueKind(
    name="extension-version-element",
    severity="error",
    code="invalid",
    summary="An extension stands for an element of another FHIR version that has no such element or that R4 has too.",
    why="Only elements that R4 lacks are carried by such extensions.",
    clause="http://hl7.org/fhir/versions.html#extensions",
    fix="Correct the version and the element's path in the URL, or use the element of R4.",
    english="Extension {extension}: {problem}",
    german="Extension {extension}: {problem}",
    failing=_with("http://hl7.org/fhir/3.0/StructureDefinition/extension-Patient.none", '"valueString": "x"'),
    passing=GOOD,
)
PART_UNKNOWN = IssueKind(
    name="extension-part-unknown",
    severity="error",
    code="invalid",
    summary="An extension holds a part that its definition does not have.",
    why="Nobody knows what the part means.",
    clause=CLAUSE,
    fix="Use the names that the extension's definition gives to its parts.",
    english="'{part}' is no part of the extension {extension}",
    german="'{part}' ist kein Teil der Extension {extension}",
    failing='{"url": "http://hl7.org/fhir/StructureDefinition/geolocation",'
    ' "extension": [{"url": "height", "valueDecimal": 1}]}',
    passing='{"url": "http://hl7.org/fhir/StructureDefinition/geolocation",'
    ' "extension": [{"url": "latitude", "valueDecimal": 1}, {"url": "longitude", "valueDecimal": 1}]}',
)
CONTEXT = IssueKind(
    name="extension-context",
    severity="error",
    code="structure",
    summary="An extension stands where its definition does not allow it.",
    why="Its meaning is defined for certain elements only; elsewhere it is not looked for.",
    clause=CONTEXT_CLAUSE,
    fix="Move the extension to an element its definition names, or use another one.",
    english="Extension {extension} is not allowed on {element}; allowed on: {allowed}",
    german="Extension {extension} ist an {element} nicht erlaubt; erlaubt an: {allowed}",
    failing=f'{{"resourceType": "Patient", "name": [{{"extension": [{{"url": "{BIRTH_PLACE}", {ULM}}}]}}]}}',
    passing=GOOD,
)
CONTEXT_RENAMED = IssueKind(
    name="extension-version-context",
    severity="warning",
    code="structure",
    summary="An extension for an element of another FHIR version stands elsewhere than the element does.",
    why="Elements are renamed between versions; this may be meant, or a mistake.",
    clause=CONTEXT_CLAUSE,
    fix="Check that the extension stands where the element stood.",
    english="Extension {extension} stands on {element}, its element on {allowed}",
    german="Extension {extension} steht an {element}, ihr Element an {allowed}",
    failing='{"resourceType": "Patient", "name": [{"extension":'
    ' [{"url": "http://hl7.org/fhir/1.0/StructureDefinition/extension-Patient.careProvider"}]}]}',
    passing=GOOD,
)
OUT_OF_PLACE = (CONTEXT, CONTEXT_RENAMED)
CONTEXT_INVARIANT = IssueKind(
    name="extension-context-invariant",
    severity="error",
    code="invariant",
    summary="An extension is used although a condition of its definition for that does not hold.",
    why="What it says contradicts what stands beside it.",
    clause=CONTEXT_CLAUSE,
    fix="Remove the extension, or correct the element it stands on.",
    english="Extension {extension} is only allowed where: {condition}",
    german="Extension {extension} ist nur erlaubt, wo gilt: {condition}",
    failing='{"resourceType": "Questionnaire", "item": [{"type": "display", "extension":'
    ' [{"url": "http://hl7.org/fhir/StructureDefinition/maxSize", "valueDecimal": 1}]}]}',
    passing=GOOD,
)
IS_MODIFIER = IssueKind(
    name="extension-is-modifier",
    severity="error",
    code="structure",
    summary="An extension that changes the meaning of its element stands among those that may be ignored.",
    why="Software that does not know it will read the opposite of what is meant.",
    clause="http://hl7.org/fhir/R4/extensibility.html#modifierExtension",
    fix="Move it to modifierExtension.",
    english="Extension {extension} must stand in modifierExtension",
    german="Extension {extension} muss in modifierExtension stehen",
    failing='{"resourceType": "MedicationRequest", "extension":'
    ' [{"url": "http://hl7.org/fhir/1.0/StructureDefinition/extension-Patient.animal"}]}',
    passing=GOOD,
)
NO_MODIFIER = IssueKind(
    name="extension-no-modifier",
    severity="error",
    code="structure",
    summary="An extension that changes no meaning stands in modifierExtension.",
    why="Software that does not know it has to refuse the whole resource.",
    clause="http://hl7.org/fhir/R4/extensibility.html#modifierExtension",
    fix="Move it to extension.",
    english="Extension {extension} must not stand in modifierExtension",
    german="Extension {extension} darf nicht in modifierExtension stehen",
    failing=_with(BIRTH_PLACE, ULM, "modifierExtension"),
    passing=GOOD,
)
VALUE_TYPE = IssueKind(
    name="extension-value-type",
    severity="error",
    code="structure",
    summary="The value of an extension has a type that its definition does not allow.",
    why="Software looks for the value under the name of the allowed type and finds nothing.",
    clause=CLAUSE,
    fix="Write the value with an allowed type.",
    english="Extension {extension} allows {allowed}, found {found}",
    german="Extension {extension} erlaubt {allowed}, gefunden: {found}",
    failing=_with(BIRTH_PLACE, '"valueString": "Ulm"'),
    passing=GOOD,
)
VALUE_MISSING = IssueKind(
    name="extension-value-missing",
    severity="error",
    code="structure",
    summary="An extension that consists of a value has none.",
    why="It says nothing.",
    clause=CLAUSE,
    fix="Give the value, or remove the extension.",
    english="Extension {extension} needs a value ({allowed})",
    german="Extension {extension} braucht einen Wert ({allowed})",
    failing=f'{{"resourceType": "Patient", "extension": [{{"url": "{BIRTH_PLACE}"}}]}}',
    passing=GOOD,
)
WRONG_VERSION = IssueKind(
    name="extension-wrong-version",
    severity="error",
    code="structure",
    summary="An extension is made for other versions of FHIR than R4.",
    why="R4 has an element for it, or what it extends is not there yet.",
    clause=CONTEXT_CLAUSE,
    fix="Use the element or extension that R4 has for it.",
    english="Extension {extension} is not for FHIR R4",
    german="Extension {extension} ist nicht für FHIR R4",
    failing='{"url": "http://example.org/StructureDefinition/for-r5-only", "valueString": "x"}',
    passing=GOOD,
)
DEPRECATED = IssueKind(
    name="extension-deprecated",
    severity="information",
    code="business-rule",
    summary="An extension is used whose definition is marked as deprecated.",
    why="It will not be supported any more at some time.",
    clause=CLAUSE,
    fix="Read in the definition what is to be used instead.",
    english="Extension {extension} is deprecated",
    german="Extension {extension} ist veraltet",
    failing='{"url": "http://hl7.org/fhir/StructureDefinition/regex", "valueString": "x"}',
    passing=GOOD,
)
KINDS = (
    URL_MISSING,
    URL_RELATIVE,
    VERSIONED,
    UNKNOWN,
    UNCHECKED,
    NO_SUCH_ELEMENT,
    PART_UNKNOWN,
    CONTEXT,
    CONTEXT_RENAMED,
    CONTEXT_INVARIANT,
    IS_MODIFIER,
    NO_MODIFIER,
    VALUE_TYPE,
    VALUE_MISSING,
    WRONG_VERSION,
    DEPRECATED,
)
