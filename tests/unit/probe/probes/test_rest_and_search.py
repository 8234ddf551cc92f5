"""A server that keeps to the rules passes every probe of REST and search; the right probe alone notices each lie."""

import json
import random
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pytest

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.probe.probe import Probing
from fhircheck.probe.probes import PROBES
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.run_probes import run_probes
from fhircheck.probe.texts import WHY, why
from fhircheck.transport.http import HttpClient
from tests.servers.clinic import clinic
from tests.servers.fhir_answers import Node, Reply
from tests.servers.fhir_server import LIES, Asked, FhirServer
from tests.servers.probed import QUICK, replied

NAMES = (
    "search-type", "read", "vread", "history", "unknown-id", "unknown-type", "error-outcome", "deleted",
    "version-headers", "conditional-read", "format-json", "format-xml", "format-parameter", "unsupported-accept",
    "post-search", "unsupported-content-type", "self-link", "unknown-parameter", "empty-parameter", "invalid-date",
    "search-count", "paging", "search-total", "search-sort", "search-summary", "search-elements", "search-parameter",
    "include", "chained-search", "search-prefix", "search-modifier", "revinclude",
)  # fmt: skip
KEPT = {
    "Patient": {"identifier", "family", "birthdate", "gender", "organization"},
    "Observation": {"code", "patient", "value-quantity"},
    "Organization": {"name"},
}
COUNTS = {"Patient": 7, "Observation": 6, "Organization": 2}


@lru_cache(1)
def definitions() -> DefinitionSet:
    return load_definitions(offline=True)


def resources() -> list[Node]:
    """Some of each type; one patient has no gender."""
    found = []
    for kind, count in COUNTS.items():
        nodes = [each for each in clinic() if each["resourceType"] == kind]
        found += nodes[: count - 1] + nodes[-1:]
    return found


def serving(lies: Iterable[str] = ()) -> FhirServer:
    """A small server: what it declares is little, so that a run is short."""
    server = FhirServer(resources(), lies, deleted=["Patient/gone"])
    (rest,) = server.capability["rest"]
    rest["resource"] = [each for each in rest["resource"] if each["type"] in KEPT]
    for each in rest["resource"]:
        each["searchParam"] = [one for one in each["searchParam"] if one["name"] in KEPT[each["type"]]]
        for name in ("searchInclude", "searchRevInclude"):
            each[name] = [text for text in each.get(name, ()) if text.split(":")[0] in KEPT and "subject" not in text]
    return server


def examine(server: FhirServer, names: Iterable[str] = NAMES, *, whole: bool = True, **given: int) -> list[ProbeResult]:
    """What the probes find; whole: none of them may break off."""
    with HttpClient(QUICK, server.base) as client:
        probing = Probing(client, client, server.base, server.capability, definitions=definitions(), **given)
        results, broken = run_probes([PROBES[each] for each in names], probing)
    assert not (whole and broken)
    return list(results)


def turned(results: Iterable[ProbeResult]) -> dict[str, set[str]]:
    """Probe -> reasons of what is unmet."""
    found: dict[str, set[str]] = {}
    for each in results:
        if each.outcome == "unmet":
            found.setdefault(each.probe, set()).add(each.why)
    return found


EXPECTED: dict[str, dict[str, set[str]]] = {
    "ignores:gender": {"search-parameter": {"hits-without-value"}},
    "ignores:code": {"search-parameter": {"hits-without-value"}},
    "ignores:birthdate": {"search-parameter": {"hits-without-value"}},
    "ignores:value-quantity": {"search-parameter": {"hits-without-value"}},
    "ignores:patient": {"search-parameter": {"hits-without-value"}},
    "finds-nothing:family": {"search-parameter": {"sample-not-found"}},
    "refuses:gender": {"search-parameter": {"search-refused"}},
    "ignores-modifier:exact": {"search-modifier": {"finds-too-much"}},
    "ignores-modifier:contains": {"search-modifier": {"sample-not-found"}},
    "ignores-modifier:not": {"search-modifier": {"hits-without-value"}},
    "ignores-modifier:missing": {"search-modifier": {"sample-not-found"}},
    "ignores-modifier:text": {"search-modifier": {"sample-not-found"}},
    "ignores-modifier:of-type": {"search-modifier": {"sample-not-found"}},
    "ignores-prefix:ge": {"search-prefix": {"sample-not-found"}},
    "ignores-prefix:ne": {"search-prefix": {"hits-without-value"}},
    "ignores-prefix:sa": {"search-prefix": {"hits-without-value"}},
    "ignores-prefix:eb": {"search-prefix": {"hits-without-value"}},
    "ignores-prefix:lt": {"search-prefix": {"hits-without-value"}},
    "ignores-prefix:gt": {"search-prefix": {"hits-without-value"}},
    "ignores-prefix:le": {"search-prefix": {"sample-not-found"}},
    "self-missing": {"self-link": {"self-missing"}},
    "self-forgets": {"self-link": {"self-forgets"}},
    "self-keeps": {"self-link": {"self-keeps"}},
    "unknown-id-200": {"unknown-id": {"wrong-status"}, "vread": set()},
    "unknown-type-200": {"unknown-type": {"wrong-status"}},
    "deleted-404": {"deleted": {"wrong-status"}},
    "no-outcome": {"error-outcome": {"no-outcome"}},
    "wrong-id": {"read": {"another-resource"}, "vread": {"another-resource"}},
    "vread-current": {"vread": {"wrong-status"}},
    "history-searchset": {"history": {"no-history"}},
    "page-lost": {"paging": {"page-loses"}},
    "page-repeats": {"paging": {"page-repeats"}},
    "page-loop": {"paging": {"next-loops"}},
    "next-unstable": {"paging": {"next-unstable"}},
    "next-leaks": {},
    "count-ignored": {"search-count": {"count-ignored"}},
    "sort-ignored": {"search-sort": {"not-sorted"}},
    "summary-ignored": {"search-summary": {"summary-ignored"}},
    "elements-ignored": {"search-elements": {"elements-ignored"}},
    "total-wrong": {"search-total": {"total-wrong"}},
    "post-differs": {"post-search": {"post-differs"}},
    "post-refused": {"post-search": {"search-refused"}},
    "xml-differs": {"format-xml": {"forms-differ"}},
    "xml-refused": {"format-xml": {"format-not-given"}},
    "json-always": {"format-xml": {"format-not-given"}, "unsupported-accept": {"wrong-status"}},
    "format-ignored": {"format-parameter": {"format-parameter-ignored"}},
    "accept-ignored": {"unsupported-accept": {"wrong-status"}},
    "content-type-ignored": {"unsupported-content-type": {"wrong-status"}},
    "no-etag": {"version-headers": {"header-missing"}},
    "no-last-modified": {"version-headers": {"header-missing"}},
    "etag-wrong": {"version-headers": {"header-differs"}},
    "no-304": {"conditional-read": {"wrong-status"}},
    "strict-ignored": {"unknown-parameter": {"strict-ignored"}},
    "lenient-refused": {"unknown-parameter": {"search-refused"}},
    "empty-refused": {"empty-parameter": {"empty-refused"}},
    "date-invalid-200": {"invalid-date": {"invalid-date-taken"}},
    "needs-parameters": {},
    "include-missing": {"include": {"include-missing"}},
    "revinclude-missing": {"revinclude": {"include-missing"}},
    "include-as-match": {"include": {"include-not-marked"}, "revinclude": {"include-not-marked"}},
    "chain-ignored": {"chained-search": {"impossible-value-found"}},
}


def test_every_lie_of_the_server_is_tried() -> None:
    assert {each.partition(":")[0] for each in EXPECTED} == {each.partition(":")[0] for each in LIES}


def test_an_honest_server_passes() -> None:
    with serving() as server:
        results = examine(server)
        asked = list(server.asked)
    assert turned(results) == {}
    assert {each.probe for each in results if each.outcome == "met"} == set(NAMES)
    methods = {(each.method, each.path.rpartition("/")[2]) for each in asked if each.method != "GET"}
    assert methods == {("POST", "_search")}
    assert len(asked) < 300


@pytest.mark.parametrize("lie", EXPECTED)
def test_a_lie_is_noticed_by_the_right_probe_alone(lie: str) -> None:
    with serving([lie]) as server:
        found = turned(examine(server))
    assert found == {name: reasons for name, reasons in EXPECTED[lie].items() if reasons}


def test_nothing_of_the_data_is_told() -> None:
    with serving(["ignores:gender", "finds-nothing:family", "page-lost", "ignores-prefix:ge"]) as server:
        results = examine(server)
    shown = json.dumps([[each.params, [(one.request, one.note) for one in each.evidence]] for each in results])
    for node in resources():
        told = [node["id"]] if node["resourceType"] == "Patient" else []
        told += [each["value"] for each in node.get("identifier", ())] + [node.get("birthDate", "1943")]
        told += [each["family"] for each in node.get("name", ()) if isinstance(each, dict)]
        assert [each for each in told if f'"{each}"' in shown or f"={each}" in shown or f"/{each}" in shown] == []


def test_all_reasons_have_words_that_can_be_filled() -> None:
    with serving(["ignores:gender", "no-etag", "page-lost", "post-refused", "no-304"]) as server:
        results = examine(server)
    for each in results:
        if each.why:
            assert each.why in WHY
            assert "{" not in why(each.why, "en", each.params) + why(each.why, "de", each.params)


def test_requests_are_bounded_and_the_rest_is_not_tested() -> None:
    with serving() as server:
        results = examine(server, max_requests=40)
        number = len(server.asked)
    assert number == 40
    assert turned(results) == {}
    left = [each for each in results if each.why == "request-limit"]
    assert left
    assert {each.outcome for each in left} == {"not-tested"}


def test_a_server_that_falls_silent_is_left_alone() -> None:
    with serving() as server:
        answer = server.answer

        def broken(asked: Asked) -> Reply:
            if len(server.asked) > 20:
                raise ConnectionResetError
            return answer(asked)

        server.answer = broken  # type: ignore[method-assign]
        results = examine(server, whole=False)
    assert turned(results) == {}
    assert {each.why for each in results if each.outcome == "not-tested"} >= {"no-answer", "server-silent"}


@pytest.mark.parametrize(("lies", "outcome"), [((), "met"), (("finds-nothing:_id",), "unmet")])
def test_a_parameter_of_all_resources_is_told_for_the_server_too(lies: tuple[str, ...], outcome: str) -> None:
    with serving(lies) as server:
        for each in server.capability["rest"][0]["resource"]:
            each["searchParam"].append({"name": "_id", "type": "token"})
        results = examine(server, ["search-parameter"])
    assert [each.outcome for each in results if each.about == "system.searchParam:_id"] == [outcome]


def test_what_is_searched_only_by_a_parameter_is_searched_by_one() -> None:
    with serving(["needs-parameters"]) as server:
        results = examine(server)
        refused = [each for each in server.asked if each.path == "/Observation" and not each.query[1:]]
    assert len(refused) == 1
    tried = {each.about for each in results if each.outcome == "met"}
    assert {"Observation.search-type", "Observation.searchParam:code", "Observation.searchParam:_count"} <= tried


def test_a_search_that_is_always_too_wide_is_not_tested() -> None:
    with serving() as server:
        server.routes[("GET", "/Organization")] = lambda asked: replied(status=422)
        (found,) = [each for each in examine(server, ["search-type"]) if each.about == "Organization.search-type"]
    assert (found.outcome, found.why) == ("not-tested", "search-too-wide")


def test_without_samples_nothing_passes() -> None:
    with FhirServer([]) as server:
        results = examine(server, [each for each in NAMES if each not in ("unknown-type", "error-outcome")])
    assert {each.outcome for each in results} == {"not-tested"}


ODD: tuple[Any, ...] = (None, [], {}, "", 7, 1.5, True, [None], [1], {"a": 1}, {"resourceType": "Patient"}, -1)


def mutated(node: Any, chance: random.Random, share: float) -> Any:
    """`node` with odd things in place of some of its parts."""
    if chance.random() < share:
        return chance.choice(ODD)
    if isinstance(node, dict):
        return {name: mutated(value, chance, share) for name, value in node.items()}
    return [mutated(each, chance, share) for each in node] if isinstance(node, list) else node


@pytest.mark.parametrize("seed", range(4))
def test_odd_answers_break_no_probe(seed: int) -> None:
    """`examine` asserts that no probe broke off."""
    chance = random.Random(seed)
    with serving() as server:
        answer = server.answer

        def odd(asked: Asked) -> Reply:
            reply = answer(asked)
            if reply.body[:1] == b"{" and chance.random() < 0.7:
                body = json.dumps(mutated(json.loads(reply.body), chance, chance.choice((0.002, 0.02)))).encode()
                return Reply(chance.choice([reply.status] * 9 + [200, 404, 500]), reply.headers, body)
            return reply if chance.random() < 0.95 else Reply(reply.status, reply.headers, reply.body[:9])

        server.answer = odd  # type: ignore[method-assign]
        assert examine(server)
