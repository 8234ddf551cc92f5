"""The rules that a StructureDefinition states: one meaning a key, no foreign source, expressions that compile."""

from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_term
from fhircheck.validate.lenient import Node, member, numbered, strings, text
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.rules.structure_definition_derivation import base_elements

CLAUSE = "http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.constraint"
DEFINITION = "StructureDefinition.differential.element.constraint"
LONGEST = 20_000
ELE_1 = frozenset({
    "hasValue() or (children().count() > id.count())", "hasValue() | (children().count() > id.count())",
    "hasValue() or (children().count() > id.count()) or $this is Parameters",
})  # fmt: skip
"""The ways in which FHIR itself has written its ele-1."""

KEY = IssueKind(
    name="structure-invariant-key",
    severity="error",
    code="invalid",
    summary="Two rules of a StructureDefinition have the same key and different expressions.",
    why="A finding names the key: which rule was broken cannot be told.",
    clause=f"{CLAUSE}.key",
    fix="Give each rule a key of its own.",
    english="The key {key} stands for another rule at {element}",
    german="Der Schlüssel {key} steht bei {element} für eine andere Regel",
    failing='{"differential": {"element": [{"path": "Patient.name", "constraint":'
    ' [{"key": "a", "expression": "true"}]}, {"path": "Patient.birthDate",'
    ' "constraint": [{"key": "a", "expression": "exists()"}]}]}}',
    passing='{"differential": {"element": [{"path": "Patient.name", "constraint":'
    ' [{"key": "a", "expression": "true"}]}, {"path": "Patient.birthDate",'
    ' "constraint": [{"key": "b", "expression": "exists()"}]}]}}',
)
SOURCE = IssueKind(
    name="structure-invariant-source",
    severity="error",
    code="invalid",
    summary="A rule in a differential names another StructureDefinition as its source.",
    why="Rules of others are inherited, not stated again.",
    clause=f"{CLAUSE}.source",
    fix="Remove the source, or name this StructureDefinition.",
    english="The rule {key} names {source} as its source",
    german="Die Regel {key} nennt {source} als Quelle",
    failing='{"url": "http://example.org/a", "differential": {"element": [{"constraint":'
    ' [{"key": "a", "source": "http://example.org/b"}]}]}}',
    passing='{"url": "http://example.org/a", "differential": {"element": [{"constraint": [{"key": "a"}]}]}}',
)
EXPRESSION = IssueKind(
    name="structure-invariant-expression",
    severity="error",
    code="invalid",
    summary="The expression of a rule is no FHIRPath, or asks for what the type does not have.",
    why="The rule can never be checked, or never holds.",
    clause=f"{CLAUSE}.expression",
    fix="Correct the expression.",
    english="The expression of {key} cannot be used: {fault}",
    german="Der Ausdruck von {key} ist nicht verwendbar: {fault}",
    failing='{"path": "Patient.name", "constraint": [{"key": "a", "expression": "given.exists("}]}',
    passing='{"path": "Patient.name", "constraint": [{"key": "a", "expression": "given.exists()"}]}',
)


class StructureInvariants:
    """Constraints of elements, and the rules about the context of an extension."""

    name = "structure-definition-invariants"
    summary = "Rules in a StructureDefinition have keys of their own and expressions that can be evaluated."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"StructureDefinition"})
    kinds: tuple[IssueKind, ...] = (KEY, SOURCE, EXPRESSION)

    def check(self, subject: Subject) -> None:
        """Check one StructureDefinition."""
        for view in ("differential", "snapshot"):
            known: dict[str, tuple[str, str]] = _inherited(subject) if view == "differential" else {}
            place = child(child(subject.expression, view), "element")
            for index, element in numbered(member(subject.node, view), "element"):
                for number, each in numbered(element, "constraint"):
                    at = item(child(item(place, index), "constraint"), number)
                    _key(subject, each, text(element, "path"), at, known)
                    if view == "differential":
                        _source(subject, each, at)
                    else:
                        _inherent(subject, each, text(element, "path"), at)
        place = child(subject.expression, "contextInvariant")
        for number, expression in enumerate(strings(subject.node, "contextInvariant")):
            _compile(subject, expression, "", "contextInvariant", item(place, number))


def _inherited(subject: Subject) -> dict[str, tuple[str, str]]:
    """Keys that the base uses: expression, and element."""
    found: dict[str, tuple[str, str]] = {}
    for element in base_elements(subject) if text(subject.node, "derivation") == "constraint" else ():
        for _, each in numbered(element, "constraint"):
            found.setdefault(text(each, "key"), (text(each, "expression"), text(element, "path")))
    return found


def _key(subject: Subject, constraint: Node, path: str, place: str, known: dict[str, tuple[str, str]]) -> None:
    """The same key means the same expression."""
    key, expression = text(constraint, "key"), text(constraint, "expression")
    if not key or not expression:
        return
    first = known.setdefault(key, (expression, path))
    if first[0] and first[0] != expression and not ELE_1.issuperset((first[0], expression)):
        subject.findings.add(KEY, place, DEFINITION, key=shown_term(key), element=shown_term(first[1]))


def _source(subject: Subject, constraint: Node, place: str) -> None:
    source = text(constraint, "source")
    if source and source.partition("|")[0] != text(subject.node, "url"):
        subject.findings.add(
            SOURCE, place, DEFINITION, key=shown_term(text(constraint, "key")), source=shown_term(source)
        )


def _inherent(subject: Subject, constraint: Node, path: str, place: str) -> None:
    """Rules of others were compiled where they are from; those of this definition are compiled here."""
    if text(constraint, "source") in ("", text(subject.node, "url")):
        logical = text(subject.node, "kind") == "logical"
        type_name = path if not logical and subject.around.types.type(path) is not None else ""
        _compile(subject, text(constraint, "expression"), type_name, text(constraint, "key"), place)


def _compile(subject: Subject, expression: str, type_name: str, key: str, place: str) -> None:
    from fhircheck.fhirpath.expression import compile_expression

    if not expression or len(expression) > LONGEST:
        return
    try:
        compile_expression(expression, type_name, subject.around.types, strict=bool(type_name))
    except FhirPathError as fault:
        subject.findings.add(EXPRESSION, place, DEFINITION, key=shown_term(key), fault=str(fault)[:200])
