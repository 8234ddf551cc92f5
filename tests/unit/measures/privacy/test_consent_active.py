"""What counts as agreed: status, scope, provisions and their periods; who is joined with what."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhircheck.measures.tools import Tools
from fhircheck.model.report import MeasureResult
from tests.unit.measures.judged import counts, judged

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
Node = dict[str, Any]
PATIENT = {"resourceType": "Patient", "id": "1"}
MDAT = "2.16.840.1.113883.3.1937.777.24.5.3.8"
CODE = [{"coding": [{"system": "urn:oid:2.16.840.1.113883.3.1937.777.24.5.3", "code": MDAT}]}]
COVERING = {"start": "2020-01-01", "end": "2050-01-01"}
PAST = {"start": "2020-01-01", "end": "2025-05-30"}


def consent(provision: Any, person: str = "1", **more: Any) -> Node:
    patient = {"reference": f"Patient/{person}"}
    return {"resourceType": "Consent", "status": "active", "patient": patient, "provision": provision, **more}


def measured(*nodes: Node, **more: bool) -> MeasureResult:
    return judged(*nodes, tools=Tools(NOW), **more)["consent-active"]


def nested(period: Any, **more: Any) -> Node:
    return {
        "type": "deny",
        "period": COVERING,
        "provision": [{"type": "permit", "period": period, "code": CODE, **more}],
    }


@pytest.mark.parametrize(
    ("provision", "expected"),
    [
        ({"type": "permit"}, (1, 1, 0)),
        ({"type": "permit", "period": COVERING}, (1, 1, 0)),
        ({"type": "permit", "period": {"start": "2025"}}, (1, 1, 0)),
        ({"type": "permit", "period": {"end": "2025-06"}}, (1, 1, 0)),
        ({"type": "permit", "period": PAST}, (0, 1, 0)),
        ({"type": "permit", "period": {"start": "2025-06-03"}}, (0, 1, 0)),
        ({"type": "permit", "period": {"end": "soon"}}, (0, 1, 0)),
        ({"type": "permit", "period": "always"}, (0, 1, 0)),
        (nested(COVERING), (1, 1, 0)),
        (nested(PAST), (0, 1, 0)),
        ({**nested(COVERING), "period": PAST}, (0, 1, 0)),
        ({"type": "deny"}, (0, 1, 0)),
        ({"type": "deny", "provision": [{"provision": [{"type": "permit"}]}]}, (1, 1, 0)),
        ({}, (0, 0, 1)),
        (None, (0, 0, 1)),
        ("permit", (0, 0, 1)),
    ],
)
def test_provisions(provision: Any, expected: tuple[int, int, int]) -> None:
    assert counts(measured(PATIENT, consent(provision))) == expected


@pytest.mark.parametrize(
    ("more", "passed"),
    [
        ({"status": "inactive"}, 0),
        ({"status": ["active"]}, 0),
        ({"scope": {"coding": [{"system": "http://x.y", "code": "research"}]}}, 1),
        ({"scope": {"coding": [{"system": "http://x.y", "code": "treatment"}]}}, 0),
        ({"scope": {"text": "research"}}, 1),
    ],
)
def test_status_and_scope(more: Node, passed: int) -> None:
    assert counts(measured(PATIENT, consent({"type": "permit"}, **more))) == (passed, 1, 0)


def test_patients_are_joined_with_their_consents() -> None:
    other = {"resourceType": "Patient", "id": "2"}
    result = measured(PATIENT, other, consent({"type": "permit"}, "2"), consent({"type": "permit"}, "9"))
    assert counts(result) == (1, 2, 0)
    assert result.examples[0].record == 0
    assert result.examples[0].expression == "Patient"
    assert (result.resources_failed, result.patients_failed) == (1, 1)
    several = measured(PATIENT, consent({"type": "deny"}), consent({"type": "permit"}), consent({}))
    assert counts(several) == (1, 1, 0)


def test_no_consent_at_all_is_no_agreement() -> None:
    result = measured(PATIENT)
    assert counts(result) == (0, 1, 0)
    assert "no Consent" in result.reason
    assert measured(PATIENT, consent({"type": "permit"}), sampled=True).status == "cannot-tell"
    assert measured().status == "not-applicable"


def test_a_consent_that_names_nobody_is_counted() -> None:
    unlinked = consent({"type": "permit"}) | {"patient": {"identifier": {"value": "x"}}}
    assert "1 active consent names" in measured(PATIENT, unlinked).reason


def test_coverage_by_policy_and_category_with_small_cells_hidden() -> None:
    loinc = [{"coding": [{"system": "http://loinc.org", "code": "57016-8"}]}]
    people = [{"resourceType": "Patient", "id": str(each)} for each in range(12)]
    given = [consent(nested(COVERING), str(each), category=loinc if each < 3 else []) for each in range(12)]
    found = {(each.name, each.of): each for each in measured(*people, *given).details}
    assert found["consents", "active"].value == 12
    policy = found["patients-with-policy", f"MDAT wissenschaftlich nutzen EU DSGVO NIVEAU ({MDAT})"]
    assert (policy.value, policy.least) == (12, None)
    category = found["patients-with-category", "http://loinc.org|57016-8"]
    assert (category.value, category.least, category.most) == (None, 1, 11)


def test_what_looks_like_no_code_is_not_shown() -> None:
    codings = [{"system": "http://x.y", "code": "Erika Mustermann"}, {"system": "no url", "code": "x"}]
    permit = {"type": "permit", "code": [{"coding": codings}]}
    names = [each.of for each in measured(PATIENT, consent(permit)).details]
    assert names == ["active"]
