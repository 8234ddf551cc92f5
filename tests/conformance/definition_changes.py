"""Faults that authors of profiles, value sets, code systems, search parameters and questionnaires make.

Each takes (random, resource) and changes it in place; ValueError where the resource has nothing to change.
"""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

Node = dict[str, Any]
Change = Callable[[Random, Node], None]
NOWHERE = "http://example.com/nowhere"
CODES = ("http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org", "urn:iso:std:iso:3166")
EXPRESSIONS = (
    "code.exists(", "nothing.exists()", "code = 'x'", "1 + 'a'", "%unknown.exists()", "code.nofunction()", "",
    "Patient.birthDate", "(Observation.value as Quantity)", "Observation.subject.where(resolve() is Patient)",
    "name.given.first() & ' ' & name.family", "status.exists() implies code.exists()", "code.coding.code", "true",
)  # fmt: skip
FIXED: tuple[tuple[str, Any], ...] = (
    ("fixedString", "x"), ("fixedCode", "final"), ("fixedUri", "http://loinc.org"), ("patternInteger", 1),
    ("patternCodeableConcept", {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}),
    ("fixedQuantity", {"value": 1, "unit": "mm", "system": "http://unitsofmeasure.org", "code": "mm"}),
    ("patternReference", {"reference": "Patient/x"}), ("fixedBoolean", True), ("fixedDecimal", 1.0),
    ("patternCoding", {"system": "http://snomed.info/sct", "code": "123"}), ("fixedDate", "2024"),
)  # fmt: skip


def one_of(chance: Random, found: list[Any]) -> Any:
    if not found:
        raise ValueError("nothing to change")
    return chance.choice(found)


def _elements(node: Node) -> list[Node]:
    return list(node.get("differential", {}).get("element", ()))


def _element(chance: Random, node: Node) -> Node:
    found: Node = one_of(chance, _elements(node)[1:])
    return found


def all_with(node: Any, name: str) -> list[Node]:
    """The objects below a node that have a member of that name."""
    if isinstance(node, list):
        return [found for each in node for found in all_with(each, name)]
    if not isinstance(node, dict):
        return []
    return ([node] if name in node else []) + [found for each in node.values() for found in all_with(each, name)]


def element_path(chance: Random, node: Node) -> None:
    """A path that is none, of another type, or without its parent."""
    at = _element(chance, node)
    path, last = at["path"], at["path"].rpartition(".")[2]
    at["path"] = chance.choice((path + "x", path + ".id", "Patient." + last, last, path + ".nothing", path.upper()))


def element_id(chance: Random, node: Node) -> None:
    """An id that is missing, another's, or does not fit the path."""
    at = _element(chance, node)
    how = chance.randrange(4)
    if how == 0:
        at.pop("id", None)
    else:
        at["id"] = (at.get("id", "a") + ":x", _element(chance, node).get("id", "b"), "a b")[how - 1]


def element_order(chance: Random, node: Node) -> None:
    """Two elements in the wrong order."""
    found = _elements(node)
    if len(found) < 3:
        raise ValueError("too few")
    at = chance.randrange(1, len(found) - 1)
    found[at], found[at + 1] = found[at + 1], found[at]
    node["differential"]["element"] = found


def element_twice(chance: Random, node: Node) -> None:
    """An element given twice."""
    again = copy.deepcopy(_element(chance, node))
    node["differential"]["element"].append(again)


def element_dropped(chance: Random, node: Node) -> None:
    """An element left out: children may lose their slice."""
    gone = _element(chance, node)
    node["differential"]["element"].remove(gone)


def cardinality(chance: Random, node: Node) -> None:
    """Bounds that cross, widen, or are none."""
    at = _element(chance, node)
    at[chance.choice(("min", "max"))] = chance.choice((0, 1, 2, 7))
    if not isinstance(at.get("max"), str | None):
        at["max"] = chance.choice((str(at["max"]), "*", "1", "0", "-1", "n"))


def types(chance: Random, node: Node) -> None:
    """Types that are unknown, not allowed there, or with profiles that do not fit."""
    at, how = _element(chance, node), chance.randrange(6)
    if how == 0:
        at["type"] = [
            {"code": chance.choice(("Nothing", "string", "Reference", "CodeableConcept", "Quantity", "date"))}
        ]
    elif how == 1:
        at.setdefault("type", [{"code": "string"}])[0]["targetProfile"] = [NOWHERE]
    elif how == 2:
        profile = chance.choice(("Patient", "Quantity", "Coding", "Extension", "vitalsigns"))
        at.setdefault("type", [{"code": "Quantity"}])[0]["profile"] = [
            "http://hl7.org/fhir/StructureDefinition/" + profile
        ]
    elif how == 3:
        at["type"] = [*at.get("type", [{"code": "string"}])] * 2
    elif how == 4:
        at.setdefault("type", [{"code": "Reference"}])[0]["aggregation"] = [chance.choice(("bundled", "nowhere"))]
    else:
        at["type"] = [{}]


def fixed(chance: Random, node: Node) -> None:
    """A fixed value or pattern of a type that may not fit, or two of them."""
    at = _element(chance, node)
    for name, value in chance.sample(FIXED, chance.choice((1, 1, 2))):
        at[name] = copy.deepcopy(value)


def bound(chance: Random, node: Node) -> None:
    """A binding to nothing, on what cannot be bound, or of no strength."""
    at = _element(chance, node)
    at["binding"] = {
        "strength": chance.choice(("required", "extensible", "strong", "example")),
        "valueSet": chance.choice(
            (NOWHERE, "http://hl7.org/fhir/ValueSet/administrative-gender", "ValueSet/x", "#contained",
             "http://hl7.org/fhir/StructureDefinition/Patient", "http://hl7.org/fhir/ValueSet/languages|9.9")
        ),
    }  # fmt: skip
    if chance.random() < 0.2:
        at["binding"].pop(chance.choice(("strength", "valueSet")))


def constraint(chance: Random, node: Node) -> None:
    """An invariant without what it needs, with a faulty expression, or with a key that is taken."""
    made = {"key": chance.choice(("x-1", "ele-1", "dom-2", "a b", "")), "severity": "error", "human": "made",
            "expression": chance.choice(EXPRESSIONS)}  # fmt: skip
    if chance.random() < 0.3:
        made.pop(chance.choice(("severity", "human", "expression", "key")))
    one_of(chance, _elements(node)).setdefault("constraint", []).append(made)


def sliced(chance: Random, node: Node) -> None:
    """A slicing without discriminator or rules, or with one that leads nowhere."""
    at = _element(chance, node)
    kind = chance.choice(("value", "pattern", "type", "profile", "exists", "position"))
    path = chance.choice(("$this", "code", "nothing", "resolve()", "coding.code", "extension('x').value", "url", ""))
    at["slicing"] = {
        "discriminator": [{"type": kind, "path": path}],
        "rules": chance.choice(("open", "closed", "shut")),
    }
    if chance.random() < 0.4:
        at["slicing"].pop(chance.choice(("discriminator", "rules")))


def slice_name(chance: Random, node: Node) -> None:
    """A slice without slicing, or of a name that is taken."""
    at = _element(chance, node)
    at["sliceName"] = chance.choice(
        ("made", "a/b", "a b", "", *(each["sliceName"] for each in _elements(node) if "sliceName" in each))
    )


def head(chance: Random, node: Node) -> None:
    """What a definition says of itself: base, type, kind, derivation, abstract, context."""
    name, values = chance.choice((
        ("baseDefinition", (NOWHERE, "http://hl7.org/fhir/StructureDefinition/Patient", "Patient", None)),
        ("type", ("Patient", "Nothing", "Extension", None)), ("kind", ("resource", "complex-type", "logical", "x")),
        ("derivation", ("constraint", "specialization", "x", None)), ("abstract", (True, None, "no")),
        ("url", ("http://example.com/a|b", "relative", NOWHERE, "urn:oid:1.2.3", None)),
        ("name", ("a b", "1", "", None)),
        ("status", ("x", None)), ("fhirVersion", ("5.0.0", "4.0.1", "9", None)), ("version", ("", "a|b", "1 2")),
        ("context", ([], [{"type": "element", "expression": "Nothing"}], [{"type": "fhirpath", "expression": "a("}],
                     [{"type": "extension", "expression": NOWHERE}], [{"type": "element"}], None)),
        ("contextInvariant", (["true"], ["a("])), ("snapshot", ({}, {"element": []}, None)), ("differential", (None,)),
    ))  # fmt: skip
    value: Any = chance.choice(values)
    if value is None:
        node.pop(name, None)
    else:
        node[name] = value


def value_set(chance: Random, node: Node) -> None:
    """Compositions that name no system, no concept, an unknown filter, or a member twice."""
    include = one_of(chance, node.get("compose", {}).get("include", []))
    how = chance.randrange(9)
    if how == 0:
        include.pop("system", None)
    elif how == 1:
        what, operator = chance.choice(("concept", "nothing", "code")), chance.choice(("is-a", "regex", "x", "in"))
        include["filter"] = [{"property": what, "op": operator, "value": chance.choice(("active", "(", "", "a,b"))}]
    elif how == 2:
        include["system"] = chance.choice((*CODES, NOWHERE, "relative", "http://hl7.org/fhir/ValueSet/languages"))
    elif how == 3:
        include["valueSet"] = [chance.choice((NOWHERE, "http://hl7.org/fhir/ValueSet/languages", "http://loinc.org"))]
    elif how == 4:
        include.setdefault("concept", []).append({"code": chance.choice(("made", "a b", "")), "display": "made"})
    elif how == 5:
        found = include.setdefault("concept", [{"code": "a"}])
        found.append(copy.deepcopy(found[0]))
    elif how == 6:
        one_of(chance, include.get("concept", []))["display"] = "another"
    elif how == 7:
        include["version"] = chance.choice(("0", "", "4.0.1"))
    else:
        node["compose"]["exclude"] = [chance.choice(({}, {"system": NOWHERE}, copy.deepcopy(include)))]


def code_system(chance: Random, node: Node) -> None:
    """Concepts given twice, properties that are not declared or of another type, wrong counts and contents."""
    found, how = all_with(node.get("concept", []), "code"), chance.randrange(9)
    if how == 0:
        again = copy.deepcopy(one_of(chance, found))
        node["concept"].append(again)
    elif how == 1:
        one_of(chance, found).setdefault("property", []).append({"code": "undeclared", "valueString": "x"})
    elif how == 2:
        node.setdefault("property", []).append({"code": "p", "type": chance.choice(("string", "code", "x"))})
        one_of(chance, found).setdefault("property", []).append({"code": "p", "valueInteger": 1})
    elif how == 3:
        node["count"] = chance.choice((0, 1, 10_000))
    elif how == 4:
        node["content"] = chance.choice(("not-present", "fragment", "supplement", "x"))
    elif how == 5:
        node["supplements"] = chance.choice((NOWHERE, "http://hl7.org/fhir/administrative-gender"))
    elif how == 6:
        node["valueSet"] = chance.choice((NOWHERE, "http://hl7.org/fhir/ValueSet/administrative-gender"))
    elif how == 7:
        one_of(chance, found).setdefault("concept", []).append({"code": chance.choice(("made", "a b"))})
    else:
        found_one = one_of(chance, found)
        found_one["designation"] = [{"language": chance.choice(("de", "deutsch", "xx-yy"))}]


def search_parameter(chance: Random, node: Node) -> None:
    """Expressions, bases, types, targets and components that do not fit each other."""
    name, values = chance.choice((
        ("expression", EXPRESSIONS), ("base", (["Patient"], ["Nothing"], ["Observation", "Patient"], [])),
        ("type", ("token", "date", "reference", "quantity", "string", "composite", "uri", "x")),
        ("target", (["Patient"], ["Nothing"])), ("code", ("a b", "_id", "x")), ("derivedFrom", (NOWHERE,)),
        ("component", ([{"definition": NOWHERE, "expression": "code"}], [{"expression": "a("}])),
        ("comparator", (["eq"], ["x"])), ("modifier", (["exact"], ["x"])), ("chain", (["x"],)), ("xpathUsage", ("x",)),
    ))  # fmt: skip
    node[name] = copy.deepcopy(chance.choice(values))


def question(chance: Random, node: Node) -> None:
    """Items with a link id that is taken or missing, conditions, options and initial values that do not fit."""
    at, how = one_of(chance, all_with(node.get("item", []), "linkId")), chance.randrange(9)
    if how == 0:
        at["linkId"] = one_of(chance, all_with(node["item"], "linkId"))["linkId"]
    elif how == 1:
        at.pop("linkId")
    elif how == 2:
        at["type"] = chance.choice(("group", "display", "string", "choice", "boolean", "x"))
    elif how == 3:
        asked = chance.choice((at.get("linkId"), "nowhere", one_of(chance, all_with(node["item"], "linkId"))["linkId"]))
        at["enableWhen"] = [{"question": asked, "operator": chance.choice(("=", "exists", ">", "x")),
                             **chance.choice(({"answerBoolean": True}, {"answerString": "x"}, {}))}]  # fmt: skip
        at["enableWhen"] *= chance.choice((1, 2))
    elif how == 4:
        at["answerOption"] = [
            chance.choice(({"valueString": "x"}, {"valueCoding": {"code": "x"}}, {"valueInteger": 1}, {}))
        ]
    elif how == 5:
        at["answerValueSet"] = chance.choice((NOWHERE, "http://hl7.org/fhir/ValueSet/languages", "#none"))
    elif how == 6:
        at["initial"] = [chance.choice(({"valueString": "x"}, {"valueBoolean": True}, {}))] * chance.choice((1, 2))
    elif how == 7:
        at[chance.choice(("required", "repeats", "readOnly"))] = True
    else:
        at["maxLength"] = chance.choice((0, -1, 5))
        at["definition"] = chance.choice((NOWHERE, "http://hl7.org/fhir/StructureDefinition/Patient#Patient.name"))


BY_TYPE: dict[str, tuple[Change, ...]] = {
    "StructureDefinition": (
        element_path, element_id, element_order, element_twice, element_dropped, cardinality, types, fixed, bound,
        constraint, sliced, slice_name, head,
    ),
    "ValueSet": (value_set, value_set, value_set, head),
    "CodeSystem": (code_system, code_system, code_system, head),
    "SearchParameter": (search_parameter, search_parameter, head),
    "Questionnaire": (question, question, question, head),
}  # fmt: skip
