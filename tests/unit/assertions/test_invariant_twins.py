"""What counts as present for the twins: a version by its id alone; of an extension only what can be read."""

from typing import Any

import pytest

from fhircheck.assertions.invariant_twins import no_version_in_contained, value_or_extensions


@pytest.mark.parametrize(
    ("meta", "holds"),
    [
        ({}, True),
        ({"profile": ["http://example.org/p"]}, True),
        ({"versionId": "1"}, False),
        ({"lastUpdated": "2020-01-01T10:00:00Z"}, False),
        ({"_versionId": {"id": "a"}}, False),
        ({"_lastUpdated": {"extension": [{"url": "http://example.org/e", "valueCode": "x"}]}}, False),
    ],
)
def test_dom_4(meta: dict[str, Any], holds: bool) -> None:
    node = {"resourceType": "Account", "contained": [{"resourceType": "Bundle", "meta": meta}]}
    assert no_version_in_contained(node) is holds


PART = {"url": "a", "valueString": "x"}


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ({}, 0),
        ({"valueString": "x"}, 1),
        ({"valueBoolean": False}, 1),
        ({"valueString": None}, 0),
        ({"valueString": []}, 0),
        ({"valueString": {"a": 1}}, 0),
        ({"valueQuantity": {"value": 1}}, 1),
        ({"valueQuantity": {}}, 0),
        ({"valueQuantity": 5}, 0),
        ({"valueNope": 1}, 0),
        ({"value": "x"}, 0),
        ({"_valueString": {"extension": [PART]}}, 1),
        ({"_valueString": {}}, 0),
        ({"_valueQuantity": {"id": "x"}}, 0),
        ({"valueString": None, "_valueString": {"extension": [PART]}}, 0),
        ({"extension": [PART]}, 1),
        ({"extension": PART}, 1),
        ({"extension": []}, 0),
        ({"extension": [{}, None]}, 0),
        ({"extension": "x"}, 0),
        ({"valueString": "x", "extension": [PART]}, 2),
        ({"valueString": "x", "extension": []}, 1),
        ({"valueQuantity": {}, "extension": [PART]}, 1),
    ],
)
def test_ext_1(content: dict[str, Any], count: int) -> None:
    assert value_or_extensions({"url": "http://example.org/e", **content}) is (count == 1)
