"""Contained resources: their ids, and that they belong to what contains them."""

from typing import Any

import pytest

from fhircheck.validate.rules.contained import Contained
from tests.unit.validate.rule_bench import Bench

Node = dict[str, Any]


def _with(*contained: Any, **more: Any) -> Node:
    return {"resourceType": "Observation", "contained": list(contained), **more}


def _patient(identity: str, **more: Any) -> Node:
    return {"resourceType": "Patient", "id": identity, **more}


def _to(reference: str) -> Node:
    return {"reference": reference}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (_with(_patient("p"), subject=_to("#p")), []),
        (_with(_patient("p")), [("contained-not-referenced", "contained[0]")]),
        (_with(_patient("p"), subject=_to("Patient/p")), [("contained-not-referenced", "contained[0]")]),
        (_with(_patient("p", link=[{"other": _to("#")}])), []),
        (_with(_patient("p", managingOrganization=_to("#q")), _patient("q"), subject=_to("#p")), []),
        (_with(_patient("p", link=[{"other": _to("#")}, {"other": _to("#q")}]), _patient("q")), []),
        (_with(_patient("p", managingOrganization=_to("#q")), _patient("q", managingOrganization=_to("#p"))), []),
        (_with(_patient("p", managingOrganization=_to("#p"))), [("contained-not-referenced", "contained[0]")]),
        (_with(_patient("p"), text={"div": '<div><a href="#p">him</a></div>'}), []),
        (_with(_patient("p"), instantiatesUri="#p"), []),
        (
            _with({"resourceType": "Patient"}),
            [("contained-without-id", "contained[0]"), ("contained-not-referenced", "contained[0]")],
        ),
        (_with(_patient("p"), _patient("p"), subject=_to("#p")), [("contained-id-repeated", "contained[1]")]),
        ({"resourceType": "Observation", "contained": {}}, []),
        (_with(None, 1, [], "x"), []),
    ],
)
def test_contained(node: Node, expected: list[tuple[str, str]]) -> None:
    assert Bench().kinds(Contained(), node) == expected
