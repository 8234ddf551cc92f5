"""CodeSystem: what it says of itself fits its content: http://hl7.org/fhir/R4/codesystem.html."""

from typing import Any

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.terminology.code_verdict import CodeStatus
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import concepts, objects, text

CLAUSE = "http://hl7.org/fhir/R4/codesystem.html"
SUPPLEMENT = "supplement"
LIMIT = 10_000
R4 = "4.0.1"
HL7 = ("hl7.org", "fhir.org")

COUNT = IssueKind(
    name="code-system-count",
    severity="error",
    code="business-rule",
    summary="The stated number of concepts is not the number of concepts.",
    why="Whoever loads the code system cannot know whether a part is missing.",
    clause=f"{CLAUSE}#count",
    fix="Correct the count, or leave it out.",
    english="The code system states {stated} {stated:concept|concepts} and has {found}",
    german="Das CodeSystem gibt {stated} {stated:Konzept|Konzepte} an und hat {found}",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "count": 2,'
    ' "concept": [{"code": "a"}]}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "count": 1,'
    ' "concept": [{"code": "a"}]}',
)
FRAGMENT_COUNT = IssueKind(
    name="code-system-fragment-count",
    severity="warning",
    code="business-rule",
    summary="A fragment has as many concepts as the whole is said to have, or more.",
    why="Either it is no fragment, or the count is wrong.",
    clause=f"{CLAUSE}#count",
    fix="Correct content or count.",
    english="The fragment has {found} {found:concept|concepts}, the whole is said to have {stated}",
    german="Der Ausschnitt hat {found} {found:Konzept|Konzepte}, das Ganze angeblich {stated}",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "fragment", "count": 1,'
    ' "concept": [{"code": "a"}]}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "fragment", "count": 9,'
    ' "concept": [{"code": "a"}]}',
)
NOT_PRESENT = IssueKind(
    name="code-system-content-present",
    severity="error",
    code="business-rule",
    summary="A code system says that it holds no concepts, but it does.",
    why="Software skips the concepts, or takes them for all.",
    clause=f"{CLAUSE}#content",
    fix="Set content to what is there: complete, fragment or example.",
    english="The content is 'not-present', but there are concepts",
    german="content ist 'not-present', aber es gibt Konzepte",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "not-present", "concept": [{"code": "a"}]}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "concept": [{"code": "a"}]}',
)
EMPTY = IssueKind(
    name="code-system-empty",
    severity="warning",
    code="business-rule",
    summary="A code system says that it is complete, but has no concepts.",
    why="Every code of it is then wrong.",
    clause=f"{CLAUSE}#content",
    fix="Set content to not-present, or add the concepts.",
    english="The content is 'complete', but there are no concepts",
    german="content ist 'complete', aber es gibt keine Konzepte",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete"}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "not-present"}',
)
SUPPLEMENT_FORM = IssueKind(
    name="code-system-supplement",
    severity="error",
    code="business-rule",
    summary="A supplement does not say so, or does not say what it supplements.",
    why="Software takes the codes for codes of a system of their own.",
    clause=f"{CLAUSE}#supplements",
    fix="Set content to supplement and supplements to the canonical of the code system, or neither.",
    english="content 'supplement' and the element supplements go together",
    german="content 'supplement' und das Element supplements gehören zusammen",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "supplements": "http://loinc.org"}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "supplement",'
    ' "supplements": "http://loinc.org"}',
)
SUPPLEMENT_CODE = IssueKind(
    name="code-system-supplement-code",
    severity="error",
    code="code-invalid",
    summary="A supplement has a code that the code system it supplements does not have.",
    why="A supplement adds to known codes; it cannot define codes.",
    clause=f"{CLAUSE}#supplements",
    fix="Correct the code, or define it in a code system of its own.",
    english="The supplemented code system {system} has no code {code}",
    german="Das ergänzte CodeSystem {system} hat keinen Code {code}",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "supplement", "supplements":'
    ' "http://hl7.org/fhir/administrative-gender", "concept": [{"code": "m"}]}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "supplement", "supplements":'
    ' "http://hl7.org/fhir/administrative-gender", "concept": [{"code": "male"}]}',
)
SUPPLEMENT_BASE = IssueKind(
    name="code-system-supplement-base",
    severity="error",
    code="business-rule",
    summary="A supplement does not say which code system it supplements.",
    why="Its designations and properties belong to nothing.",
    clause="http://hl7.org/fhir/R4/codesystem.html#supplements",
    fix="Give the canonical URL of the code system in supplements.",
    english="A supplement must name the code system that it supplements",
    german="Ein Supplement muss das CodeSystem nennen, das es ergänzt",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "supplement"}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "supplement",'
    ' "supplements": "http://loinc.org"}',
)
SUPPLEMENT_OWN = IssueKind(
    name="code-system-supplement-element",
    severity="error",
    code="business-rule",
    summary="A supplement states what only the supplemented code system can say, or says it otherwise.",
    why="Which of the two statements holds cannot be told.",
    clause="http://hl7.org/fhir/R4/codesystem.html#supplements",
    fix="Leave the element out; the supplemented code system states it.",
    english="{element} is a matter of the supplemented code system",
    german="{element} ist Sache des ergänzten CodeSystems",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "supplement",'
    ' "supplements": "http://loinc.org", "caseSensitive": true}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "supplement",'
    ' "supplements": "http://loinc.org"}',
)
NO_CONTENT = IssueKind(
    name="code-system-content-missing",
    severity="error",
    code="business-rule",
    summary="A code system of HL7 does not say whether its content is complete.",
    why="Whether a code that is not in it exists cannot be told.",
    clause="http://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.content",
    fix="State content.",
    english="A code system of HL7 must state its content",
    german="Ein CodeSystem von HL7 muss content angeben",
    failing='{"resourceType": "CodeSystem", "status": "draft", "url": "http://hl7.org/fhir/a"}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "url": "http://hl7.org/fhir/a", "content": "complete"}',
)
DUPLICATE = IssueKind(
    name="code-system-duplicate-code",
    severity="error",
    code="business-rule",
    summary="A code is defined twice.",
    why="Nobody knows which definition holds.",
    clause=CLAUSE,
    fix="Remove one of the definitions; a place in several hierarchies is said by properties.",
    english="The code {code} is already defined",
    german="Der Code {code} ist schon definiert",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete",'
    ' "concept": [{"code": "a"}, {"code": "a"}]}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "concept": [{"code": "a"}]}',
)
ALL_CODES = IssueKind(
    name="code-system-all-codes",
    severity="error",
    code="business-rule",
    summary="The value set that is said to hold all codes of the code system does not.",
    why="Bindings to that value set judge other codes than meant.",
    clause=f"{CLAUSE}#valueSet",
    fix="Let the value set include this code system and nothing else, or name another one.",
    english="The value set {valueset} does not hold exactly all codes of this code system",
    german="Das ValueSet {valueset} enthält nicht genau alle Codes dieses CodeSystems",
    failing='{"resourceType": "CodeSystem", "url": "http://example.org/CodeSystem/a", "status": "draft",'
    ' "content": "complete", "valueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"}',
    passing='{"resourceType": "CodeSystem", "url": "http://example.org/CodeSystem/a", "status": "draft",'
    ' "content": "complete", "valueSet": "http://example.org/ValueSet/a"}',
)


class CodeSystemRule:
    """A code system's statements about itself: content, count, supplements, the value set of all its codes."""

    name = "code-system"
    summary = "What a code system states about its content fits the content."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"CodeSystem"})
    kinds: tuple[IssueKind, ...] = (
        COUNT,
        FRAGMENT_COUNT,
        NOT_PRESENT,
        EMPTY,
        NO_CONTENT,
        SUPPLEMENT_FORM,
        SUPPLEMENT_BASE,
        SUPPLEMENT_OWN,
        SUPPLEMENT_CODE,
        DUPLICATE,
        ALL_CODES,
    )

    def check(self, subject: Subject) -> None:
        """Report each statement that the content contradicts."""
        found = list(concepts(subject.node, subject.expression))
        _content(subject, len(found))
        _supplement(subject, found)
        _duplicates(subject, found)
        _all_codes(subject, len(found))


def _content(subject: Subject, number: int) -> None:
    node, place, add = subject.node, subject.expression, subject.findings.add
    content = text(node, "content")
    count = node.get("count")
    if not content and not text(node, "supplements") and any(each in text(node, "url") for each in HL7):
        add(NO_CONTENT, place, "CodeSystem.content")
    if content == "not-present" and next(objects(node, "concept", place), None):
        add(NOT_PRESENT, f"{place}.concept[0]", "CodeSystem.concept")
    if content == "complete" and not number:
        add(EMPTY, place, "CodeSystem.content")
    elif count.__class__ is int and int(str(count)) >= 0:
        stated = int(str(count))
        if content == "complete" and stated != number:
            add(COUNT, f"{place}.count", "CodeSystem.count", stated=stated, found=number)
        elif content in ("fragment", "example") and number >= stated:
            add(FRAGMENT_COUNT, f"{place}.count", "CodeSystem.count", stated=stated, found=number)


def _supplement(subject: Subject, found: list[tuple[dict[str, Any], str]]) -> None:
    node, place = subject.node, subject.expression
    base, is_supplement = text(node, "supplements"), text(node, "content") == SUPPLEMENT
    if bool(base) != is_supplement and "content" in node:
        subject.findings.add(SUPPLEMENT_FORM, f"{place}.content", "CodeSystem.content")
    if is_supplement and not base:
        subject.findings.add(SUPPLEMENT_BASE, place, "CodeSystem.supplements")
    if base:
        _of_the_base(subject, base)
    if not base or len(found) > LIMIT:
        return
    system, _, version = base.partition("|")
    for concept, where in found:
        verdict = subject.around.terminology.check_code(system, concept.get("code"), version)
        if verdict.status is CodeStatus.UNKNOWN:
            shown = shown_code(concept.get("code"))
            subject.findings.add(SUPPLEMENT_CODE, where, "CodeSystem.concept.code", system=system, code=shown)
        elif verdict.status is CodeStatus.CANNOT_TELL:
            subject.around.undecided(verdict.reason, verdict.detail)
            return


def _of_the_base(subject: Subject, base: str) -> None:
    """What a supplement leaves to the code system `base`."""
    node, place, add = subject.node, subject.expression, subject.findings.add
    if "caseSensitive" in node:
        add(SUPPLEMENT_OWN, f"{place}.caseSensitive", "CodeSystem.caseSensitive", element="caseSensitive")
    meaning = text(node, "hierarchyMeaning")
    supplemented = subject.around.definitions.find(base, "CodeSystem") if meaning else None
    if text(supplemented, "hierarchyMeaning") not in ("", meaning):
        add(SUPPLEMENT_OWN, place, "CodeSystem.hierarchyMeaning", element="hierarchyMeaning")


def _duplicates(subject: Subject, found: list[tuple[dict[str, Any], str]]) -> None:
    seen: set[str] = set()
    for concept, where in found:
        code = text(concept, "code")
        if code and code in seen:
            subject.findings.add(DUPLICATE, where, "CodeSystem.concept.code", code=shown_code(code))
        seen.add(code)


def _all_codes(subject: Subject, number: int) -> None:
    """The value set of all codes: one include, of this system, whole."""
    node = subject.node
    canonical, url = text(node, "valueSet"), text(node, "url")
    if not canonical or not url or text(node, "content") == SUPPLEMENT:
        return
    home = f"{url}|{text(node, 'version')}" if text(node, "version") else url
    find = subject.around.definitions.find
    known = [find(canonical, "ValueSet"), find(canonical, "ValueSet", home), find(f"{canonical}|{R4}", "ValueSet")]
    versions = [each for each in known if each is not None]
    if not versions or any(_holds_all(each, url, number) for each in versions):
        return  # of several versions that are loaded the nearest may be another than this choice
    subject.findings.add(ALL_CODES, subject.expression, "CodeSystem.valueSet", valueset=canonical)


def _holds_all(value_set: dict[str, Any], url: str, number: int) -> bool:
    includes = list(objects(value_set.get("compose"), "include", ""))
    if len(includes) != 1 or includes[0][0].get("system") != url:
        return False
    if not includes[0][0].keys().isdisjoint({"concept", "filter", "valueSet"}):
        return False
    expansion = value_set.get("expansion")
    return expansion.__class__ is not dict or len(list(objects(expansion, "contains", ""))) == number
