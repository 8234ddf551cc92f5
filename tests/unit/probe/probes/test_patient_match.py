"""$match: what it finds is scored, graded and in order; each fault is noticed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.ihe_operations import Matching
from tests.servers.probed import probed, replied, told

A = "Patient.operation:$match"
Node = dict[str, Any]


def found(change: Callable[[list[Node]], object] = lambda entries: None, **flags: bool) -> dict[str, str]:
    with FhirServer(clinic()) as server:
        matching = Matching(server, change)
        for name, value in flags.items():
            setattr(matching, name, value)
        return told(probed(server, "patient-match"))


NO_SCORE = {"score": "score-missing-or-out-of-range", "order": "too-few-matches"}
NOT_FOUND = {
    "found": "known-patient-not-matched",
    "order": "too-few-matches",
    "count": "too-few-matches",
    "certain": "no-match",
}
SOUND = dict.fromkeys([A, *(f"{A}:{name}" for name in ("found", "score", "grade", "order", "count", "certain"))], "met")


def test_a_sound_server_meets_all() -> None:
    assert found() == SOUND


def _each(change: Callable[[Node], object]) -> Callable[[list[Node]], object]:
    return lambda entries: [change(each["search"]) for each in entries]


def _graded(code: str) -> Callable[[Node], object]:
    return lambda search: search["extension"][0].update(valueCode=code)


@pytest.mark.parametrize(
    ("change", "flags", "expected"),
    [
        (_each(lambda search: search.pop("score")), {}, NO_SCORE),
        (_each(lambda search: search.update(score=98)), {}, {"score": "score-missing-or-out-of-range"}),
        (_each(lambda search: search.update(score=-0.1)), {}, {"score": "score-missing-or-out-of-range"}),
        (_each(lambda search: search.update(score="0.5")), {}, NO_SCORE),
        (_each(_graded("sure")), {}, {"grade": "no-match-grade", "certain": "no-match"}),
        (lambda entries: entries.reverse(), {}, {"order": "matches-not-in-order"}),
        (lambda entries: None, {"heeds_count": False}, {"count": "match-count-ignored"}),
        (lambda entries: None, {"heeds_certain": False}, {"certain": "uncertain-match-as-certain"}),
        (lambda entries: entries.__delitem__(slice(0, 1)), {}, NOT_FOUND),
        (lambda entries: entries.clear(), {},
         {"found": "known-patient-not-matched", "score": "no-match", "grade": "no-match", "order": "no-match",
          "count": "no-match", "certain": "no-match"}),
    ],
)  # fmt: skip
def test_each_fault_is_noticed_and_no_other(change: Any, flags: dict[str, bool], expected: dict[str, str]) -> None:
    results = found(change, **flags)
    assert {about: reason for about, reason in results.items() if reason != "met"} == {
        f"{A}:{name}": reason for name, reason in expected.items()
    }


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (replied({"resourceType": "OperationOutcome", "issue": []}, 500), "match-refused"),
        (replied({"resourceType": "Parameters"}), "match-refused"),
        (replied({"resourceType": "Bundle", "type": "collection"}), "no-searchset"),
    ],
)
def test_what_is_no_answer_to_a_match(reply: Any, reason: str) -> None:
    with FhirServer(clinic()) as server:
        Matching(server)
        server.routes["POST", "/Patient/$match"] = lambda asked: reply
        assert told(probed(server, "patient-match"))[A] == reason


def test_what_is_sent_first_is_invented_and_no_id_or_link_is_sent() -> None:
    with FhirServer(clinic()) as server:
        matching = Matching(server)
        results = probed(server, "patient-match")
        assert matching.asked[0]["name"][0]["given"] == ["Probe"]
        assert {"id", "meta", "text", "managingOrganization"} & set(matching.asked[1]) == set()
        assert matching.asked[1]["name"][0]["family"] not in repr(results)


def test_numbers_of_samples_are_sent_as_numbers() -> None:
    from jiter import from_json

    body = b'[{"url": "urn:x", "valueDecimal": 52.50}]'
    with FhirServer(clinic()) as server:
        matching = Matching(server)
        sample = {**matching.patients[0], "address": [{"extension": from_json(body, float_mode="lossless-float")}]}
        probed(server, "patient-match", samples={"Patient": [sample]})
        assert matching.asked[1]["address"][0]["extension"][0]["valueDecimal"] == 52.5


def test_not_declared_and_no_sample() -> None:
    with FhirServer(clinic()) as server:
        assert told(probed(server, "patient-match")) == {A: "operation-not-declared"}
        assert server.asked == []
        Matching(server)
        results = told(probed(server, "patient-match", samples={}))
        assert results.pop(A) == "met"
        assert set(results.values()) == {"no-sample"}
