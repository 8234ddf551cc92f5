"""A terminology server on loopback: what it says, what it does not say, and that its silence is never an answer."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fhircheck.compile.compile_cache import CompileCache
from fhircheck.model.settings import CheckSettings
from fhircheck.terminology.code_verdict import CodeStatus
from fhircheck.terminology.package_terminology import PackageTerminology
from fhircheck.terminology.server import FAILURES, PAUSE, Question, TerminologyServer
from tests.unit.terminology.definitions_double import Definitions

SYSTEM = "http://a.org/system"
VALUE_SET = "http://a.org/vs"


def answer(**values: Any) -> dict[str, Any]:
    kinds = {bool: "valueBoolean", str: "valueString"}
    given = [{"name": name.replace("_", "-"), kinds[type(value)]: value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": given}


def decide(given: dict[str, str]) -> dict[str, Any]:
    """What the server of these tests says of one code."""
    code = given.get("code", "")
    if code == "nobody-knows":
        return answer(result=False, x_caused_by_unknown_system=SYSTEM)
    if code == "strange":
        return {"resourceType": "OperationOutcome"}
    if code == "a" and given.get("display", "Alpha") != "Alpha":
        return answer(result=False, display="Alpha")
    return answer(result=code == "a", version="7")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.reply(decide(query))

    def do_POST(self) -> None:
        bundle = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(f"batch {len(bundle['entry'])}")
        entries = []
        for each in bundle["entry"]:
            given = {
                one["name"]: next(v for k, v in one.items() if k != "name") for one in each["resource"]["parameter"]
            }
            entries.append({"resource": decide(given), "response": {"status": "200"}})
        self.reply({"resourceType": "Bundle", "type": "batch-response", "entry": entries})

    def reply(self, resource: dict[str, Any]) -> None:
        body = json.dumps(resource).encode() if self.server.status == 200 else b"<html>no</html>"
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def serving(status: int = 200) -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.status = [], status
    server.base = f"http://127.0.0.1:{server.server_port}/fhir"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Any]:
    with serving() as one:
        yield one


def nothing_kept(key: str, make: Any) -> Any:
    return make()


def test_what_it_says_is_the_verdict(server: Any) -> None:
    asked = TerminologyServer(server.base, nothing_kept)
    known = asked.code(SYSTEM, "a", display="Alpha")
    assert known is not None
    assert (known.status, known.version, known.displays) == (CodeStatus.KNOWN, "7", ())
    assert asked.code(SYSTEM, "a", display="Omega").displays == ("Alpha",)
    assert asked.code(SYSTEM, "zz").status is CodeStatus.UNKNOWN
    assert (asked.member(VALUE_SET, SYSTEM, "a"), asked.member(VALUE_SET, "", "zz")) == (True, False)
    assert server.asked[0].startswith("/fhir/CodeSystem/$validate-code?") or "%24validate-code" in server.asked[0]
    assert "inferSystem=true" in server.asked[-1]
    assert len(server.asked) == 5


@pytest.mark.parametrize("code", ["nobody-knows", "strange"])
def test_what_it_does_not_know_is_not_answered(server: Any, code: str) -> None:
    asked = TerminologyServer(server.base, nothing_kept)
    assert asked.code(SYSTEM, code) is None
    assert asked.member(VALUE_SET, SYSTEM, code) is None
    assert asked.code(SYSTEM, code) is None
    assert len(server.asked) == 2, "the same is not asked again"


@pytest.mark.parametrize("status", [400, 401, 404, 422, 204])
def test_a_refusal_is_no_answer(status: int) -> None:
    with serving(status) as server:
        asked = TerminologyServer(server.base, nothing_kept)
        assert asked.code(SYSTEM, "a") is None
        assert asked.failed == 1


def test_a_server_that_fails_is_left_alone_for_a_while() -> None:
    now = [0.0]
    with serving(400) as server:
        asked = TerminologyServer(server.base, nothing_kept, clock=lambda: now[0])
        for _ in range(FAILURES + 3):
            assert asked.code(SYSTEM, "a") is None
        assert len(server.asked) == FAILURES
        server.status, now[0] = 200, PAUSE + 1
        assert asked.code(SYSTEM, "a").status is CodeStatus.KNOWN


def test_nobody_there_is_no_answer() -> None:
    asked = TerminologyServer("http://127.0.0.1:9/fhir", nothing_kept)
    assert asked.code(SYSTEM, "a") is None


def test_many_are_asked_at_once_and_only_once(server: Any) -> None:
    asked = TerminologyServer(server.base, nothing_kept)
    questions = [Question(SYSTEM, code) for code in ("a", "b", "a", "c")]
    asked.prepare(questions)
    assert server.asked == ["batch 3"]
    assert asked.code(SYSTEM, "a").status is CodeStatus.KNOWN
    assert asked.code(SYSTEM, "b").status is CodeStatus.UNKNOWN
    asked.prepare(questions)
    assert server.asked == ["batch 3"]


def test_answers_are_kept_between_runs_and_failures_are_not(server: Any, tmp_path: Any) -> None:
    kept = CompileCache(tmp_path).get
    assert TerminologyServer(server.base, kept, "today").code(SYSTEM, "a").status is CodeStatus.KNOWN
    assert TerminologyServer(server.base, kept, "today").code(SYSTEM, "a").status is CodeStatus.KNOWN
    assert len(server.asked) == 1
    assert TerminologyServer(server.base, kept, "tomorrow").code(SYSTEM, "a").status is CodeStatus.KNOWN
    assert len(server.asked) == 2
    server.status = 400
    assert TerminologyServer(server.base, kept, "today").code(SYSTEM, "b") is None
    server.status = 200
    assert TerminologyServer(server.base, kept, "today").code(SYSTEM, "b").status is CodeStatus.UNKNOWN


def test_the_terminology_asks_what_packages_leave_open_and_nothing_else(server: Any) -> None:
    whole = {"resourceType": "CodeSystem", "url": "http://b.org", "content": "complete", "concept": [{"code": "x"}]}
    sets = {"resourceType": "ValueSet", "url": VALUE_SET, "compose": {"include": [{"system": SYSTEM}]}}
    settings = CheckSettings(terminology_server=server.base, ignored_systems=frozenset({"http://ignored.org"}))
    terminology = PackageTerminology(Definitions(whole, sets), nothing_kept, settings)
    codings = [("http://b.org", "x"), ("http://b.org", "y"), ("http://ignored.org", "z"), ("http://loinc.org", "1-1"),
               (SYSTEM, "a"), (SYSTEM, "zz"), (SYSTEM, "a")]  # fmt: skip
    node = {"code": {"coding": [{"system": system, "code": code} for system, code in codings]}, "system": 7}
    terminology.prepare(node)
    assert server.asked == ["batch 2"]
    verdicts = [terminology.check_code(system, code).status.value for system, code in codings]
    assert verdicts == ["known", "unknown", "cannot-tell", "unknown", "known", "unknown", "known"]
    assert server.asked == ["batch 2"]
    assert terminology.member({"system": SYSTEM, "code": "a"}, VALUE_SET) is True
    assert terminology.member({"system": SYSTEM, "code": "zz"}, VALUE_SET) is False
    assert terminology.member({"system": SYSTEM, "code": "nobody-knows"}, VALUE_SET) is None
