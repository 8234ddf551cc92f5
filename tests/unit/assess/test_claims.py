"""Claims beside measured numbers: each kind of number, what is left of a contradicted claim, and what is not told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhircheck.assess.answers import Answers
from fhircheck.assess.assessment import assess
from fhircheck.assess.evidence import Piece, piece_of
from fhircheck.assess.form import shipped
from fhircheck.model.errors import UsageError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
REPORT = {"format": "fhircheck-report", "format_version": "1.2"}


def measure(name: str, passed: int, judged: int, open_: int = 0, by: dict[str, tuple[int, int]] | None = None) -> Any:
    rows = [{"path": path, "numerator": of[0], "denominator": of[1]} for path, of in (by or {}).items()]
    return {**REPORT, "measures": [{"name": name, "numerator": passed, "denominator": judged, "cannot_tell": open_,
                                    "by": rows}]}  # fmt: skip


def cells(least: int | None, most: int | None) -> dict[str, int | None]:
    return {"least": least, "most": most}


def case(usable: Any, eligible: Any) -> Any:
    return {**REPORT, "use_cases": [{"name": "genomics", "usable": usable, "eligible": eligible}]}


def server(*rows: tuple[str, str, str], **more: Any) -> Any:
    results = [{"expectation": each[0], "declared": each[1], "probed": each[2]} for each in rows]
    return {"form": 1, "actors": [{"actor": "isik-basis", "results": results}], **more}


def compared(outcome: str, **counts: int) -> Any:
    return {"format": "fhircheck-comparison", "format_version": "1.0", "verdict": {"outcome": outcome},
            "counts": {"before": 10, **counts}}  # fmt: skip


def states(*names: str, history: Any = True) -> Any:
    return {**REPORT, "states": [{"state": each} for each in names], "history": history}


LIS = {"application": ("lis",), "fhirReady": ("yes",)}
KIS = {"application": ("kis",), "interface": ("fhir-confirmed",), "updateTested": ("yes",)}
TESTED = {"application": ("kis",), "restoreTest": ("2026-01-01",), "restoreCompared": ("yes",)}
CODED = {"Observation.code": (9, 10), "Condition.code": (0, 90)}


@pytest.mark.parametrize(
    ("sheet", "kind", "document", "link", "verdict"),
    [
        (LIS, "report", measure("coded-concept", 9, 100, by=CODED), "tests-coded", "supported"),
        (
            LIS,
            "report",
            measure("coded-concept", 9, 100, by={"Observation.code": (8, 10)}),
            "tests-coded",
            "contradicted",
        ),
        (LIS, "report", measure("ucum-unit", 19, 20), "units-ucum", "supported"),
        (LIS, "report", measure("ucum-unit", 18, 20), "units-ucum", "contradicted"),
        (LIS, "report", measure("ucum-unit", 10, 10, 11), "units-ucum", "cannot-tell"),
        (LIS, "report", measure("ucum-unit", 0, 0, 5), "records-valid", "not-measured"),
        (
            KIS,
            "server",
            server(("SHALL", "met", "met"), ("SHOULD", "unmet", "unmet")),
            "interface-confirmed",
            "supported",
        ),
        (KIS, "server", server(("SHALL", "met", "unmet")), "interface-confirmed", "contradicted"),
        (KIS, "server", server(("SHALL", "not-tested", "not-tested")), "interface-confirmed", "not-measured"),
        (KIS, "server", server(changes=[{"breaking": False}]), "updates-safe", "supported"),
        (KIS, "server", server(changes=[{"breaking": True}]), "updates-safe", "contradicted"),
        (TESTED, "compare", compared("complete"), "restore-complete", "supported"),
        (TESTED, "compare", compared("not-complete", missing=1), "restore-complete", "contradicted"),
        (TESTED, "compare", compared("could-not-tell"), "restore-complete", "cannot-tell"),
    ],
)
def test_of_an_application(sheet: Any, kind: str, document: Any, link: str, verdict: str) -> None:
    found = judged(Answers({}, {"applications": [sheet]}), Piece(kind, "", "file", document))
    assert {each.link.name: each.verdict for each in found.claims}[link] == verdict


@pytest.mark.parametrize(
    ("usable", "eligible", "verdict"),
    [
        (cells(8, 8), cells(10, 10), "supported"),
        (cells(7, 7), cells(10, 10), "contradicted"),
        (cells(1, 9), cells(10, 10), "cannot-tell"),
        (cells(0, 0), cells(0, 0), "not-measured"),
        (cells(1, None), cells(10, None), "cannot-tell"),
    ],
)
def test_of_a_use_case(usable: Any, eligible: Any, verdict: str) -> None:
    answers = Answers({}, {"ai": [{"useCase": ("genomics",), "dataReady": ("yes",)}]})
    assert judged(answers, Piece("report", "", "file", case(usable, eligible))).claims[0].verdict == verdict


def test_of_findings_answered_only_where_a_run_was_remembered() -> None:
    answers = Answers({"feedback": ("yes",)})
    for document, verdict in (
        (states("accepted", "accepted", "fixed", "assigned", "open"), "supported"),
        (states("open", "returned"), "contradicted"),
        (states("open", history=None), "not-measured"),
    ):
        assert judged(answers, Piece("report", "", "file", document)).claims[0].verdict == verdict


def test_no_resource_of_a_type_contradicts_nothing() -> None:
    for count, verdict in ((3, "supported"), (0, "not-measured")):
        document = {**REPORT, "resources": [{"type": "Consent", "count": count}]}
        found = judged(Answers({"epaObjection": ("yes",)}), Piece("report", "", "file", document))
        assert found.claims[0].verdict == verdict


def test_a_report_of_the_application_goes_before_one_of_all() -> None:
    answers = Answers({}, {"applications": [LIS, {**LIS, "application": ("telemedicine",)}]})
    pieces = (
        Piece("report", "", "all", measure("ucum-unit", 1, 20)),
        Piece("report", "lis", "own", measure("ucum-unit", 20, 20)),
    )
    found = {each.subject[1]: each for each in judged(answers, *pieces).claims if each.link.name == "units-ucum"}
    assert (found[0].verdict, found[0].source) == ("supported", "own")
    assert (found[1].verdict, found[1].source) == ("contradicted", "all")


@pytest.mark.parametrize(("passed", "left"), [(20, "yes"), (18, "partly"), (2, "no")])
def test_a_contradicted_claim_falls_to_what_the_number_leaves_and_steps_follow(passed: int, left: str) -> None:
    answers = Answers({}, {"applications": [{**LIS, "today": ("on-premise",)}]})
    found = judged(answers, Piece("report", "", "file", measure("ucum-unit", passed, 20)))
    claim = next(each for each in found.claims if each.link.name == "units-ucum")
    assert claim.falls_to == left
    steps = {each.rule.name: each for each in found.steps}
    assert ("fhir-not-ready" in steps) == (left != "yes")
    if left != "yes":
        assert steps["fhir-not-ready"].measured == (("applications", 0),)
    states_ = {part.part: part for part in found.maturity[0].parts}
    assert bool(states_["data"].contradicted) == (left != "yes")
    assert (states_["data"].state == "not-ready") == (left == "no")


def test_documents_that_are_something_else_are_named() -> None:
    for kind in ("report", "server", "compare"):
        with pytest.raises(UsageError, match=r"file\.json: is no"):
            piece_of(kind, "", "file.json", {"format": "else"})


def judged(answers: Answers, *pieces: Piece) -> Any:
    return assess(shipped(), answers, pieces, NOW)
