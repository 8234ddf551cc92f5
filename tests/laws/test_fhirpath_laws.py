"""The quick form of every invariant of R4 agrees with the general form, on data of any shape."""

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.assertions.invariant_errata import mended
from fhircheck.assertions.invariant_twins import SURE, TWINS
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import Property, TypeInfo, TypeTable
from fhircheck.fhirpath import CannotTell, Environment, Expression, FhirPathError, compile_expression
from fhircheck.validate.reading import Reading

DEFINITIONS = load_definitions(offline=True)
TYPES = TypeTable(DEFINITIONS)
TEXTS = ["", "x", "A1", "#o", "#", "http://a/_history/1", "2020", "2020-01-02", "2020-01-02T10:00:00Z", "phone"]
ODD: list[Any] = [None, True, 0, "x", [], {}, [None], [{}], [[]], [1, "a"], {"resourceType": "Patient", "id": "o"}]
RESOURCES = ["Patient", "Organization", "Composition", "Bundle"]
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "decimal": st.sampled_from([Decimal("1.0"), Decimal("-0.5"), 3]),
    "integer": st.integers(-2, 4),
    "positiveInt": st.integers(1, 3),
    "unsignedInt": st.integers(0, 3),
}


def _invariants() -> list[tuple[str, str, str]]:
    """(type, key, expression): each expression once for each of a few types it stands on."""
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    seen: dict[str, int] = {}
    for url in DEFINITIONS.urls("StructureDefinition"):
        structure = DEFINITIONS.find(url, "StructureDefinition") or {}
        if structure.get("derivation") == "constraint" or structure.get("kind") == "logical":
            continue
        for element in structure.get("snapshot", {}).get("element", []):
            type_name = element["path"]
            if TYPES.type(type_name) is None:
                continue
            for each in element.get("constraint", []):
                text = each.get("expression", "")
                if text and seen.get(text, 0) < 3 and (type_name, text) not in found:
                    seen[text] = seen.get(text, 0) + 1
                    found[type_name, text] = (type_name, each["key"], text)
    return list(found.values())


INVARIANTS = _invariants()
WORDS = sorted({word for _, _, text in INVARIANTS for word in text.split("'")[1::2] if 0 < len(word) < 40})


@lru_cache(None)
def _nodes(type_name: str, depth: int, text: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of a type: members by chance, those that `text` names above all, values mostly of the right shape."""
    facts = TYPES.type(type_name)
    assert facts is not None
    named = {}
    for name, (element, kind) in facts.by_json.items():
        named[name] = _values(element, kind, depth, text)
        if SCALARS.get(kind) is not None or _is_primitive(kind):
            named["_" + name] = st.sampled_from([{"id": "i"}, [{"id": "i"}], [None], None, "x"])
    asked = sorted(name for name in named if _element(facts, name) in text) or sorted(named)
    names = st.one_of(*[st.sampled_from(asked)] * 3, st.sampled_from(sorted(named)))
    members = st.lists(names, max_size=6, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: named[name] for name in names})
    )
    if facts.kind != "resource":
        return members
    return members.map(lambda node: {"resourceType": type_name, **node})


def _element(facts: TypeInfo, name: str) -> str:
    return facts.by_json[name.removeprefix("_")][0].name


def _is_primitive(kind: str) -> bool:
    facts = TYPES.type(kind)
    return facts is not None and facts.kind == "primitive-type"


def _values(element: Property, kind: str, depth: int, text: str) -> st.SearchStrategy[Any]:
    if _is_primitive(kind):
        one: st.SearchStrategy[Any] = SCALARS.get(kind, st.sampled_from([*TEXTS, *WORDS]))
    elif depth == 0 or TYPES.type(kind) is None:
        one = st.sampled_from([{"id": "o"}, {}])
    elif kind == "Resource":
        one = st.sampled_from(RESOURCES).flatmap(lambda name: _nodes(name, depth - 1, text))
    else:
        one = st.deferred(lambda: _nodes(kind, depth - 1, text))
    right = st.lists(one, max_size=3) if element.repeats else one
    return st.one_of(right, right, right, right, st.sampled_from(ODD))


@lru_cache(None)
def _both(type_name: str, text: str) -> tuple[Expression, Expression]:
    quick, general = (compile_expression(text, type_name, TYPES) for _ in range(2))
    general._quick, general.without = None, ()
    return quick, general


def _outcome(expression: Expression, node: Any, type_name: str) -> object:
    root = node if "resourceType" in node else {"resourceType": type_name.partition(".")[0]}
    environment = Environment(resource=root, root_resource=root, resolve=lambda reference: None)
    try:
        return expression.truth(node, type_name, environment)
    except (FhirPathError, CannotTell) as fault:
        return type(fault).__name__


def test_most_invariants_have_a_quick_form() -> None:
    quick = [case for case in INVARIANTS if _both(case[0], case[2])[0]._quick is not None]
    assert len(INVARIANTS) > 200
    assert len(quick) / len(INVARIANTS) > 0.95


@settings(max_examples=100)
@given(data=st.data())
def test_both_forms_agree(data: st.DataObject) -> None:
    type_name, _, text = data.draw(st.sampled_from(INVARIANTS))
    node = data.draw(_nodes(type_name, 2, text))
    quick, general = _both(type_name, text)
    assert _outcome(quick, node, type_name) == _outcome(general, node, type_name), json.dumps(node, default=str)


def _has_nothing(value: Any) -> bool:
    """Whether there is an empty object or array, a null, or a sibling that is no object: other rules refuse these."""
    if isinstance(value, dict):
        odd = any(name[:1] == "_" and not isinstance(each, dict | list) for name, each in value.items())
        return not value or odd or any(map(_has_nothing, value.values()))
    if isinstance(value, list):
        return not value or any(map(_has_nothing, value))
    return value is None


def _misread(extension: Any) -> bool:
    """Whether something of an extension cannot be read as what it has: its invariants are asked of the rest."""
    node = {"resourceType": "Patient", "extension": [extension]}
    return Reading(TYPES, node, "Patient").node != node


TWINNED = [case for case in INVARIANTS if case[1:] in TWINS | SURE and "html" not in case[2]]


def test_each_twin_is_of_an_invariant() -> None:
    assert {case[1:] for case in TWINNED} == {case for case in TWINS | SURE if "html" not in case[1]}


@settings(max_examples=200)
@given(data=st.data())
def test_twins_agree_with_their_expressions(data: st.DataObject) -> None:
    type_name, key, text = data.draw(st.sampled_from(TWINNED))
    node = data.draw(_nodes(type_name, 2, text))
    said = _outcome(_both(type_name, mended(text))[1], node, type_name)
    misread = type_name == "Extension" and _misread(node)
    if isinstance(said, bool) and not misread and not _has_nothing(node):
        twin = TWINS.get((key, text))
        assert twin is None or bool(twin(node)) is said, json.dumps(node, default=str)
        sure = SURE.get((key, text))
        assert sure is None or not sure(node) or said, json.dumps(node, default=str)


@given(
    st.sampled_from(["string", "code", "decimal", "integer", "date", "dateTime", "time", "boolean", "base64Binary"]),
    st.sampled_from(["matches('^[0-9]{2}')", "toString().matches('^\\\\d+$')", "$this.toString().matches('(')"]),
    st.one_of(st.sampled_from([*TEXTS, *ODD]), *SCALARS.values(), st.text(max_size=5)),
)
def test_patterns_over_primitives_agree(type_name: str, text: str, node: Any) -> None:
    quick, general = _both(type_name, text)
    assert quick._quick is not None or type_name not in ("string", "code")
    outcomes = []
    for expression in (quick, general):
        try:
            outcomes.append(expression.truth(node, type_name, Environment(resource={"resourceType": "Patient"})))
        except (FhirPathError, CannotTell) as fault:
            outcomes.append(type(fault).__name__)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("odd", [None, 1, "x", [], [{}], True], ids=repr)
def test_what_is_no_object_is_left_to_the_general_form(odd: Any) -> None:
    for type_name, _, text in INVARIANTS:
        quick, general = _both(type_name, text)
        outcomes = []
        for expression in (quick, general):
            try:
                outcomes.append(expression.truth(odd, type_name, Environment(resource={"resourceType": "Patient"})))
            except (FhirPathError, CannotTell) as fault:
                outcomes.append(type(fault).__name__)
        assert outcomes[0] == outcomes[1], (type_name, text)
