"""What counts as present for the twins: a version by its id alone."""

from typing import Any

import pytest

from fhircheck.assertions.invariant_twins import no_version_in_contained


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
