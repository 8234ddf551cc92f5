"""What a fetch lost or left is noticed, read again and gone on with."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from fhircheck.fetch import FetchFolder, line_of
from fhircheck.fetch.fetch_request import request_of
from fhircheck.fetch.fetching import FetchOptions, fetch
from fhircheck.fetch.last_runs import last_time, remember
from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.sources import ReadOptions, open_sources
from tests.servers.clinic import clinic
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import Asked, FhirServer
from tests.servers.page_server import PageServer
from tests.unit.fetch.search.fetched import ONCE, kinds, outcome, written


def test_a_fetched_folder_is_read_without_what_stands_beside_the_data(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with FetchFolder(str(out), {}) as folder:
        for place in ("", "deleted", "error"):
            folder.append(
                f"part {place}", [line_of(b'{"resourceType": "Patient", "id": "a"}')], done=True, folder=place
            )
        folder.finish({})
    pieces = [piece for chunk in open_sources([str(out)], ReadOptions()) for piece in chunk]
    assert [(Path(piece.source).name, piece.issues) for piece in pieces] == [("Patient.ndjson", ())]
    (out / "manifest.json").write_text('{"format": "other"}')
    pieces = [piece for chunk in open_sources([str(out)], ReadOptions()) for piece in chunk]
    assert len(pieces) == 4


def test_what_is_lost_is_noticed_and_read_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with FhirServer(clinic(), ["page-lost"]) as server:
        manifest = fetch(request_of(server.base, count=2, types=("Observation",)), str(out), ONCE)
        assert (manifest["complete"], kinds(manifest)) == (False, ["server-resources-missing"])
        server.lies.clear()
        manifest = fetch(request_of(server.base, count=2, types=("Observation",)), str(out), ONCE)
    assert (manifest["complete"], manifest["findings"]) == (True, [])
    names = [each["id"] for each in written(out)["Observation"]]
    assert sorted(names) == sorted(each["id"] for each in clinic() if each["resourceType"] == "Observation")


def test_what_a_stopped_run_lost_is_read_again_by_the_next(server: FhirServer, tmp_path: Path) -> None:
    """Its first page lacked a resource, its second failed: going on behind them would never be complete."""
    out, request = str(tmp_path / "out"), request_of(server.base, count=2, types=("Observation",))
    broken = iter(["entry", "page"])

    def answer(asked: Asked) -> Reply:
        del server.routes["GET", "/Observation"]
        reply = server.answer(asked)
        server.routes["GET", "/Observation"] = answer
        if dict(asked.query).get("_summary") == "count":
            return reply
        fault = next(broken, "")
        if fault == "entry":
            node = json.loads(reply.body)
            node["entry"].pop()
            return Reply(200, reply.headers, json.dumps(node).encode())
        return outcome(403) if fault == "page" else reply

    server.routes["GET", "/Observation"] = answer
    assert kinds(fetch(request, out, ONCE)) == ["server-page-failed"]
    manifest = fetch(request, out, ONCE)
    assert (manifest["complete"], manifest["findings"]) == (True, [])


def test_a_loop_behind_the_last_page_loses_nothing(tmp_path: Path) -> None:
    with FhirServer(clinic(), ["page-loop"]) as server:
        manifest = fetch(request_of(server.base, count=2, types=("Observation",)), str(tmp_path / "out"), ONCE)
    assert manifest["complete"]
    assert "server-next-endless" in kinds(manifest)
    assert len(written(tmp_path / "out")["Observation"]) == sum(
        each["resourceType"] == "Observation" for each in clinic()
    )


def test_a_loop_that_cannot_be_judged_is_given_up(server: FhirServer, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        node = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": {"resourceType": "Patient", "id": "a"}}],
        }
        node["link"] = [{"relation": "next", "url": f"{server.base}/Patient"}]
        return Reply(200, {"Content-Type": "application/fhir+json"}, json.dumps(node).encode())

    server.routes["GET", "/Patient"] = answer
    manifest = fetch(request_of(server.base, types=("Patient",)), str(tmp_path / "out"), ONCE)
    assert (manifest["complete"], kinds(manifest)) == (False, ["server-next-loop"])


def test_pages_that_a_server_has_forgotten_are_read_from_the_beginning(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    with PageServer({"Patient": 30}, page=10) as server:
        request = request_of(server.base)
        with pytest.raises(KeyboardInterrupt):
            fetch(request, out, FetchOptions(tick=interrupting(server, 4)))
        real = server.body

        def forgetful(path: str) -> bytes:
            return b'{"resourceType": "OperationOutcome"}' if "at=20" in path and not fresh else real(path)

        fresh: list[str] = []
        server.body = lambda path: fresh.append(path) or real(path) if path == "/fhir/Patient" else forgetful(path)  # type: ignore
        manifest = fetch(request, out, ONCE)
    assert manifest["complete"], manifest["findings"]
    assert len(written(tmp_path / "out")["Patient"]) == 30


def interrupting(server: PageServer, number: int) -> Any:
    """A tick that presses Ctrl-C when the server was asked for `number` things, and lets it answer no more before."""
    gate = threading.Event()
    real = server.body

    def body(path: str) -> bytes:
        if len(server.asked) > number:
            gate.wait(5)
        return real(path)

    server.body = body  # type: ignore[method-assign]

    def tick(resources: int, octets: int) -> None:
        if len(server.asked) > number:
            server.body = real  # type: ignore[method-assign]
            gate.set()
            raise KeyboardInterrupt

    return tick


def test_an_interrupted_fetch_is_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with PageServer({"Patient": 500}, page=10) as server:
        with pytest.raises(KeyboardInterrupt):
            fetch(request_of(server.base), str(out), FetchOptions(tick=interrupting(server, 20)))
        assert not out.exists()
        before = len(server.asked)
        with pytest.raises(UsageError, match="something else"):
            fetch(request_of(server.base, count=7), str(out), ONCE)
        assert fetch(request_of(server.base), str(out), FetchOptions(resume=True))["complete"]
        assert len(server.asked) - before < 40
    assert [each["id"] for each in written(out)["Patient"]] == [f"pat-{number}" for number in range(500)]


def test_resume_needs_something_to_go_on_with(server: FhirServer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing unfinished"):
        fetch(request_of(server.base), str(tmp_path / "out"), FetchOptions(resume=True))
    assert list(tmp_path.iterdir()) == []


def test_since_last_asks_from_the_servers_own_time_on(server: FhirServer, tmp_path: Path) -> None:
    told: list[str] = []
    options = FetchOptions(Connection(retries=0), tell=told.append)
    request = request_of(server.base, types=("Patient",), since="last")
    first = fetch(request, str(tmp_path / "one"), options)
    assert "since" not in first
    assert len(told) == 1
    second = fetch(request, str(tmp_path / "two"), options)
    assert len(told) == 1
    assert second["since"] < first["serverTime"]
    asked = [dict(each.query).get("_lastUpdated") for each in server.asked if each.path == "/Patient"]
    assert asked[-1] == f"ge{second['since']}"
    other = fetch(request_of(server.base, types=("Observation",), since="last"), str(tmp_path / "three"), options)
    assert "since" not in other


def test_the_margin_is_taken_off(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    remember(out, {"a": 1}, "2026-11-22T12:00:30+01:00")
    assert last_time(out, {"a": 1}) == "2026-11-22T10:59:30+00:00"
    assert last_time(out, {"a": 2}) == ""
    remember(out, {"a": 3}, "no time")
    assert last_time(out, {"a": 3}) == ""


def test_an_incomplete_run_is_not_remembered(server: FhirServer, tmp_path: Path) -> None:
    server.routes["GET", "/Observation"] = lambda asked: outcome(500)
    fetch(request_of(server.base), str(tmp_path / "out"), ONCE)
    assert last_time(str(tmp_path / "out"), request_of(server.base).fingerprint(with_since=False)) == ""
