"""Search parameters in a CapabilityStatement."""

import pytest

from fhircheck.validate.rules.capability_statement import CapabilityStatementRule
from tests.unit.validate.rule_bench import Bench, Node

NAME = "http://example.org/SearchParameter/name"
CASES: list[tuple[Node, bool]] = [
    ({"definition": NAME, "type": "string"}, True),
    ({"definition": NAME, "type": "token"}, False),
    ({"definition": NAME}, False),
    ({"definition": "http://example.org/none", "type": "token"}, True),
    ({"type": "token"}, True),
]


@pytest.mark.parametrize(("parameter", "right"), CASES)
def test_types(parameter: Node, right: bool) -> None:
    known = {"resourceType": "SearchParameter", "url": NAME, "type": "string"}
    rest = {"resource": [{"searchParam": [{"type": "string"}, parameter]}]}
    found = Bench((known,)).kinds(CapabilityStatementRule(), {"resourceType": "CapabilityStatement", "rest": [rest]})
    assert found == ([] if right else [("capability-search-type", "rest[0].resource[0].searchParam[1]")])


@pytest.mark.parametrize("rest", [None, {}, [None], [{"resource": {}}], [{"resource": [{"searchParam": [1]}]}]])
def test_malformed_statements_are_borne(rest: object) -> None:
    assert Bench().kinds(CapabilityStatementRule(), {"resourceType": "CapabilityStatement", "rest": rest}) == []
