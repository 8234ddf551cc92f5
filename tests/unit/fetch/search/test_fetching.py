"""Whole fetches from a server in memory: what is asked, what is written, what is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from fhircheck.fetch.fetch_request import FetchRequest, request_of
from fhircheck.fetch.fetching import FetchOptions, fetch, unfinished
from fhircheck.model.connection import Connection
from fhircheck.model.errors import SourceUnusable, UsageError
from fhircheck.sources import ReadOptions, open_sources
from fhircheck.sources.fetched_folder import read_manifest
from tests.servers.clinic import clinic
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import Asked, FhirServer
from tests.servers.page_server import PageServer
from tests.unit.fetch.search.fetched import ONCE, kinds, outcome, paths, written


def test_all_that_can_be_searched_comes_as_it_is(server: FhirServer, tmp_path: Path) -> None:
    manifest = fetch(request_of(server.base), str(tmp_path / "out"), ONCE)
    found = written(tmp_path / "out")
    assert sorted((each for nodes in found.values() for each in nodes), key=str) == sorted(clinic(), key=str)
    assert {each["type"]: each["count"] for each in manifest["output"]} == {
        name: len(all_) for name, all_ in found.items()
    }
    assert (manifest["complete"], manifest["findings"]) == (True, [])
    assert (manifest["fhirVersion"], manifest["serverSoftware"]) == ("4.0.1", "server in memory 1")
    assert {each["query"]: each["count"] for each in manifest["queries"]}[f"{server.base}/Patient"] == len(
        found["Patient"]
    )


def test_the_files_do_not_depend_on_how_many_are_read_at_a_time(server: FhirServer, tmp_path: Path) -> None:
    """With includes several queries bring the same resources; the first in order keeps them."""
    given: dict[str, Any] = {"includes": ("Observation:subject",), "revincludes": ("Observation:patient",), "count": 2}
    for number in (1, 4):
        options = FetchOptions(Connection(concurrency=number, retries=0))
        assert fetch(request_of(server.base, **given), str(tmp_path / str(number)), options)["complete"]
    for path in (tmp_path / "1").glob("*.ndjson"):
        assert path.read_bytes() == (tmp_path / "4" / path.name).read_bytes()
    assert len(
        {(each["resourceType"], each["id"]) for all_ in written(tmp_path / "1").values() for each in all_}
    ) == len(clinic())


def test_values_of_searches_stand_in_no_manifest(server: FhirServer, tmp_path: Path) -> None:
    queries = ("Patient?family=Muster", "Observation?status=final")
    manifest = fetch(request_of(server.base, queries=queries, count=1), str(tmp_path / "out"), ONCE)
    assert "family=***" in manifest["queries"][0]["query"]
    text = (tmp_path / "out" / "manifest.json").read_text()
    assert "Muster" not in text
    assert "final" not in text


def test_post_keeps_values_out_of_urls(server: FhirServer, tmp_path: Path) -> None:
    request = request_of(server.base, queries=("Patient?gender=female",), post=True)
    assert fetch(request, str(tmp_path / "out"), ONCE)["complete"]
    assert {each["gender"] for each in written(tmp_path / "out")["Patient"]} == {"female"}
    assert {(each.method, each.path) for each in server.asked} >= {("POST", "/Patient/_search")}
    assert not any("gender" in dict(each.query) for each in server.asked)


def bundle(nodes: list[dict[str, Any]]) -> Reply:
    entry = [{"resource": node, "search": {"mode": "match"}} for node in nodes]
    node = {"resourceType": "Bundle", "type": "searchset", "entry": entry}
    return Reply(200, {"Content-Type": "application/fhir+json"}, json.dumps(node).encode())


def test_everything_about_patients_and_groups(server: FhirServer, tmp_path: Path) -> None:
    shared = {"resourceType": "Organization", "id": "o"}
    queries: dict[str, list[tuple[str, str]]] = {}

    def answer(asked: Asked) -> Reply:
        queries[asked.path] = asked.query
        name = asked.path.split("/")[2]
        return bundle([{"resourceType": "Patient", "id": name}, shared])

    for path in ("/Patient/a/$everything", "/Patient/b/$everything", "/Group/g/$everything"):
        server.routes["GET", path] = answer
    request = request_of(server.base, ("Patient,Organization",), patients=("a", "b"), groups=("g",), since="2026-01-01")
    manifest = fetch(request, str(tmp_path / "out"), ONCE)
    assert manifest["complete"]
    assert manifest["findings"] == []
    assert [each["id"] for each in written(tmp_path / "out")["Patient"]] == ["a", "b", "g"]
    assert written(tmp_path / "out")["Organization"] == [shared]
    assert queries["/Patient/a/$everything"] == [("_type", "Patient,Organization"), ("_since", "2026-01-01")]


MEMBERS = [
    {"entity": {"reference": "Patient/p1"}},
    {"entity": {"reference": "BASE/Patient/p2/_history/1"}},
    {"entity": {"reference": "Patient/p1"}},
    {"entity": {"reference": "Patient/left"}, "inactive": True},
    {"entity": {"reference": "Practitioner/x"}},
    {"entity": {"reference": "Patient/../p3"}},
    {"entity": {"display": "nobody"}},
    "broken",
]


def with_group(server: FhirServer, members: Any, operation: str = "everything") -> dict[str, Any]:
    """A group on a server that has $everything for patients alone."""
    group = {"resourceType": "Group", "id": "g", "type": "person", "actual": True, "member": members}
    text = json.dumps(group).replace("BASE", server.base).encode()
    server.routes["GET", "/Group/g"] = lambda asked: Reply(200, {"Content-Type": "application/fhir+json"}, text)
    for each in server.capability["rest"][0]["resource"]:
        if each["type"] == "Patient":
            each["operation"] = [{"name": operation, "definition": "x"}]
    for name in ("p1", "p2", "p3"):
        server.routes["GET", f"/Patient/{name}/$everything"] = lambda asked: bundle(
            [{"resourceType": "Patient", "id": asked.path.split("/")[2]}]
        )
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("operation", ["everything", "$everything"])
def test_a_group_is_read_patient_by_patient_where_the_server_has_no_other_way(
    server: FhirServer, tmp_path: Path, operation: str
) -> None:
    group = with_group(server, MEMBERS, operation)
    manifest = fetch(request_of(server.base, groups=("g",), patients=("p3",)), str(tmp_path / "out"), ONCE)
    assert (manifest["complete"], manifest["findings"]) == (True, [])
    found = written(tmp_path / "out")
    assert [each["id"] for each in found["Patient"]] == ["p3", "p1", "p2"]
    assert found["Group"] == [group]
    assert "/Group/g/$everything" not in paths(server)


def test_a_group_without_patients_brings_itself_alone(server: FhirServer, tmp_path: Path) -> None:
    with_group(server, [])
    fetch(request_of(server.base, groups=("g",)), str(tmp_path / "out"), ONCE)
    assert set(written(tmp_path / "out")) == {"Group"}
    assert "/Patient/$everything" not in paths(server)


def test_of_a_group_only_the_types_that_are_asked_for(server: FhirServer, tmp_path: Path) -> None:
    with_group(server, MEMBERS)
    fetch(request_of(server.base, ("Patient",), groups=("g",)), str(tmp_path / "out"), ONCE)
    assert set(written(tmp_path / "out")) == {"Patient"}


def test_a_group_that_is_not_there_is_given_up(server: FhirServer, tmp_path: Path) -> None:
    with_group(server, MEMBERS)
    manifest = fetch(request_of(server.base, groups=("nobody",), patients=("p1",)), str(tmp_path / "out"), ONCE)
    assert not manifest["complete"]
    assert "/Group/nobody/$everything" in paths(server)


def test_one_url_is_fetched_as_it_is(server: FhirServer, tmp_path: Path) -> None:
    fetch(request_of(f"{server.base}/Patient?gender=male"), str(tmp_path / "out"), ONCE)
    assert {each["gender"] for each in written(tmp_path / "out")["Patient"]} == {"male"}
    patient = next(each for each in clinic() if each["resourceType"] == "Patient")
    fetch(request_of(f"{server.base}/Patient/{patient['id']}"), str(tmp_path / "one"), ONCE)
    assert written(tmp_path / "one") == {"Patient": [patient]}


def test_a_page_that_fails_for_good_does_not_stop_the_others(server: FhirServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    server.routes["GET", "/Observation"] = lambda asked: outcome(403)
    manifest = fetch(request_of(server.base), str(out), ONCE)
    assert (manifest["complete"], kinds(manifest)) == (False, ["server-page-failed"])
    assert manifest["findings"][0]["source"] == f"{server.base}/Observation"
    assert "HTTP 403" in manifest["findings"][0]["text"]
    assert not out.exists()
    assert unfinished(str(out))
    del server.routes["GET", "/Observation"]
    server.asked.clear()
    assert fetch(request_of(server.base), str(out), ONCE)["complete"]
    assert set(paths(server)) == {"/metadata", "/Observation"}
    assert sum(map(len, written(out).values())) == len(clinic())


def test_what_came_may_be_had_though_something_is_missing(server: FhirServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    server.routes["GET", "/Observation"] = lambda asked: outcome(403)
    manifest = fetch(request_of(server.base), str(out), FetchOptions(Connection(retries=0), partial=True))
    assert not manifest["complete"]
    assert read_manifest(out) == manifest
    assert "Observation" not in written(out)
    pieces = [piece for chunk in open_sources([str(out)], ReadOptions()) for piece in chunk]
    assert [issue.kind for piece in pieces for issue in piece.issues] == ["fetch-incomplete"]


def test_no_server_leaves_nothing_behind(tmp_path: Path) -> None:
    with PageServer({}) as server:
        base = server.base
        with pytest.raises(SourceUnusable, match="no type"):
            fetch(request_of(base), str(tmp_path / "out"), ONCE)
    with pytest.raises(SourceUnusable, match="no-connection"):
        fetch(request_of(base), str(tmp_path / "out"), ONCE)
    manifest = fetch(request_of(base, types=("Patient",)), str(tmp_path / "out"), ONCE)
    assert (manifest["complete"], kinds(manifest)) == (False, ["server-page-failed"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "given",
    [
        {"url": "file:///etc"},
        {"url": "http://["},
        {"url": "https://127.0.0.1:9/fhir/Patient", "types": ("Patient",)},
        {"url": "https://127.0.0.1:9/fhir", "types": ("../x",)},
        {"url": "https://127.0.0.1:9/fhir", "queries": ("Patient?a=b",), "types": ("Patient",)},
        {"url": "https://127.0.0.1:9/fhir", "queries": ("https://elsewhere/Patient",)},
        {"url": "https://127.0.0.1:9/fhir", "patients": ("a/b",)},
        {"url": "https://127.0.0.1:9/fhir", "since": "yesterday"},
        {"url": "https://127.0.0.1:9/fhir", "includes": ("subject",)},
        {"url": "https://127.0.0.1:9/fhir", "includes": ("Observation:subject",), "patients": ("a",)},
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(given: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        fetch(request_of(**given), str(tmp_path / "out"), FetchOptions(Connection(retries=0, connect_timeout=0.1)))
    assert list(tmp_path.iterdir()) == []
    assert "\n" not in str(raised.value)


def test_includes_go_to_the_searches_they_fit() -> None:
    request = FetchRequest(
        "https://h/fhir", types=("Patient", "Observation"), includes=("Observation:subject",), count=5
    )
    urls = [each.url for each in request.plan(None, "2026-01-01")]
    assert urls == [
        "https://h/fhir/Patient?_lastUpdated=ge2026-01-01&_count=5",
        "https://h/fhir/Observation?_lastUpdated=ge2026-01-01&_include=Observation:subject&_count=5",
    ]
