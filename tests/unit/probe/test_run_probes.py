"""Probes one after another: order, faults of one, and writing only where it is allowed."""

from typing import Any

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes import PROBES
from fhircheck.probe.result import Evidence, ProbeResult
from fhircheck.probe.run_probes import chosen_probes, run_probes


def probing(**given: Any) -> Probing:
    return Probing(None, None, "https://fhir.example", {}, **given)  # type: ignore[arg-type]


def found(name: str, outcome: str = "met") -> ProbeResult:
    return ProbeResult(name, "rest", outcome)  # type: ignore[arg-type]


def probe(name: str, run, **more: Any) -> Probe:
    return Probe(name, "Tries something.", "https://example.org", run, **more)


def test_a_probe_that_breaks_keeps_what_it_found_and_stops_no_other() -> None:
    def breaks(_: Probing):
        yield found("a")
        raise RuntimeError("Mustermann")

    results, broken = run_probes([probe("a", breaks), probe("b", lambda _: [found("b", "unmet")])], probing())
    assert [(each.probe, each.outcome, each.why) for each in results] == [
        ("a", "met", ""), ("a", "not-tested", "probe-broke"), ("b", "unmet", ""),
    ]  # fmt: skip
    assert broken == ("a",)
    assert "Mustermann" not in repr(results)


def test_wrong_use_is_no_fault_of_a_probe() -> None:
    def refuses(_: Probing):
        raise UsageError("no")

    with pytest.raises(UsageError):
        run_probes([probe("a", refuses)], probing())


def test_what_writes_is_not_tested_unless_it_is_allowed() -> None:
    called = []

    def writes(_: Probing):
        called.append(1)
        yield found("w")

    one = probe("w", writes, writes=True)
    results, _ = run_probes([one], probing())
    assert [(each.outcome, each.why) for each in results] == [("not-tested", "writes-not-allowed")]
    assert not called
    assert run_probes([one], probing(allow_writes=True))[0] == (found("w"),)


def silent(name: str, status: int = 0) -> ProbeResult:
    evidence = (Evidence("GET https://fhir.example", status),)
    return ProbeResult(name, "rest", "not-tested", why="no-answer", evidence=evidence)


def test_a_server_that_no_longer_answers_is_left_alone() -> None:
    asked: list[str] = []

    def asks(name: str, status: int = 0):
        def run(_: Probing):
            asked.append(name)
            yield silent(name, status)

        return probe(name, run)

    results, broken = run_probes([asks(name) for name in "abcde"], probing())
    assert asked == ["a", "b", "c"]
    assert [(each.outcome, each.why) for each in results[3:]] == [("not-tested", "server-silent")] * 2
    assert broken == ("c",)
    asked.clear()
    _, broken = run_probes([asks("a"), asks("b"), asks("c", 500), asks("d"), asks("e")], probing())
    assert (asked, broken) == (list("abcde"), ())


def test_only_the_named_in_the_order_of_the_table() -> None:
    first, second = PROBES.names[0], PROBES.names[3]
    assert [each.name for each in chosen_probes((second, first))] == [first, second]
    assert [each.name for each in chosen_probes()] == list(PROBES.names)
    with pytest.raises(UsageError, match="no probe is called"):
        chosen_probes(("nonsense",))
