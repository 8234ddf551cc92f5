"""One scheduled run: what is checked, remembered, written and told, also where something of it fails."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fhircheck.history.store import Store
from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.model.job import Job
from fhircheck.monitor.dry_run import plan_lines
from fhircheck.monitor.job_file import load_job
from fhircheck.monitor.lock import locked
from fhircheck.monitor.run_job import JobRun, RunAsked, run_job
from fhircheck.report.outcome import outcome
from fhircheck.report.reason_words import ENDINGS, NOTES, known
from fhircheck.sources import search_pieces
from tests.loopback import Loopback
from tests.needs import ROOT
from tests.servers.clinic import clinic
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import FhirServer
from tests.servers.hospital import no_process

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970-01-01"}


class Bench:
    """A folder with a job, its history, and what runs of it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[dict[str, Any]] = []

    def data(self, name: str = "a.json", node: dict[str, Any] = PATIENT) -> None:
        path = self.folder / "data" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(node))

    def job(self, more: str = "", sources: str = '"data"', tables: str = "") -> Job:
        history = "" if "[history]" in tables else '[history]\nstore = "h.sqlite"\n'
        text = f'name = "lab"\nsources = [{sources}]\n{more}\n{tables}\n{history}'
        (self.folder / "job.toml").write_text(text)
        return load_job(str(self.folder / "job.toml"))

    def run(self, job: Job, now: datetime = NOW, **asked: Any) -> JobRun:
        self.events.clear()
        return run_job(job, RunAsked(now=now, write=lambda line: self.events.append(json.loads(line)), **asked))

    @property
    def names(self) -> list[str]:
        return [each["event"] for each in self.events]

    def event(self, name: str) -> dict[str, Any]:
        return next(each for each in self.events if each["event"] == name)

    def store(self) -> Store:
        return Store.open(str(self.folder / "h.sqlite"))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FhirServer]:
    monkeypatch.setattr(search_pieces, "ReaderProcess", no_process)
    with FhirServer(clinic()) as started:
        yield started


def test_a_run_is_remembered_written_and_logged(bench: Bench) -> None:
    bench.data()
    job = bench.job('outputs = ["out/%Y/{name}.json", "f.ndjson", { file = "t.txt", language = "de" }]')
    done = bench.run(job)
    assert (done.exit_code, done.number, done.series, done.said) == (0, 1, "lab", [])
    assert [path.name for path in done.written] == ["lab.json", "f.ndjson", "t.txt"]
    stored = json.loads((bench.folder / "out" / "2026" / "lab.json").read_text())
    assert stored["sources"]["names"] == [str(bench.folder / "data")]
    assert "GÜLTIG" in (bench.folder / "t.txt").read_text()
    with bench.store() as store:
        assert [each.exit_code for each in store.runs("lab")] == [0]
        assert store.document("lab", 1)["totals"] == stored["totals"]
    assert bench.names == [
        "run-started", "check-started", "check-finished", "history-written", *["output-written"] * 3, "run-finished",
    ]  # fmt: skip
    assert len({each["run"] for each in bench.events}) == 1
    assert bench.run(job).number == 2
    assert not list(bench.folder.glob(".*"))


def test_thresholds_of_single_scores(bench: Bench) -> None:
    sample = f'"{ROOT}/sample_bundles/valid/admission-transaction.json"'

    def judged(limits: str, more: str = "") -> tuple[int, tuple[str, ...]]:
        done = bench.run(bench.job(more, sample, f"[thresholds]\nmin_score = {limits}"))
        return done.exit_code, done.report.verdict.reasons

    assert judged("{ interoperability = 100, ai-readiness = 0 }") == (1, ("score interoperability is under 100",))
    assert judged("100")[0] == 1
    use_case = "ai-readiness: research-cohort"
    assert judged(f'{{ "{use_case}" = 1 }}', 'use_cases = ["genomics"]') == (
        3,
        (f"score {use_case} could not be told",),
    )


def test_a_check_that_cannot_be_made_is_remembered_and_never_looks_valid(bench: Bench) -> None:
    job = bench.job('outputs = ["out.json"]')
    done = bench.run(job)
    assert (done.exit_code, done.number, outcome(done.report)) == (3, 1, "not-checked")
    assert "no such file" in done.report.verdict.reasons[0].lower()
    assert json.loads((bench.folder / "out.json").read_text())["verdict"]["outcome"] == "not-checked"
    assert "check-failed" in bench.names
    with bench.store() as store:
        assert [each.exit_code for each in store.runs("lab")] == [3]


def test_wrong_options_are_wrong_use_and_leave_no_run(bench: Bench) -> None:
    bench.data()
    (bench.folder / "empty.json").write_text("{}")
    with pytest.raises(UsageError):
        bench.run(bench.job('profiles = ["empty.json"]'))
    assert bench.event("run-failed")["exit_code"] == 2
    with bench.store() as store:
        assert store.runs("lab") == ()


def test_an_output_that_cannot_be_written_keeps_no_other_from_being(bench: Bench) -> None:
    bench.data()
    (bench.folder / "file").write_text("")
    done = bench.run(bench.job('outputs = ["file/a.json", "b.json"]'))
    assert done.exit_code == 3
    assert [path.name for path in done.written] == ["b.json"]
    assert len(done.said) == 1
    assert done.said[0] in done.report.verdict.reasons
    assert bench.event("output-failed")["error"]


def test_a_history_that_cannot_be_used_is_said_and_the_data_is_checked(bench: Bench) -> None:
    bench.data()
    (bench.folder / "h.sqlite").write_text("this is no database, and longer than a header of a hundred bytes" * 3)
    done = bench.run(bench.job('outputs = ["b.json"]'))
    assert (done.exit_code, done.number) == (3, None)
    assert [path.name for path in done.written] == ["b.json"]
    assert done.report.sources.records == 1
    assert "history-failed" in bench.names


def test_two_runs_of_a_job_at_once(bench: Bench) -> None:
    bench.data()
    job = bench.job()
    with locked("lab", bench.folder / "locks"), pytest.raises(CouldNotCheck, match="another run is under way"):
        bench.run(job)
    assert bench.names == ["run-started", "run-failed"]


def test_old_runs_go(bench: Bench) -> None:
    bench.data()
    job = bench.job(tables='[history]\nstore = "h.sqlite"\nkeep = 2')
    for day in range(4):
        bench.run(job, NOW + timedelta(days=day))
    assert bench.event("history-pruned")["removed"] == 1
    with bench.store() as store:
        assert [each.number for each in store.runs("lab")][-2:] == [3, 4]


def test_a_receiver_out_of_reach_changes_no_exit_code_and_is_told_later(bench: Bench) -> None:
    tables = '[thresholds]\nmin_coverage = 100\n[[alerts]]\ntype = "webhook"\nretries = 0\ntimeout = "2s"\n'
    bench.data("a.json", {"resourceType": "Patient", "meta": {"profile": ["https://a.example/unknown"]}})
    down = bench.run(bench.job(tables=tables + 'url = "http://127.0.0.1:9/hook"'))
    assert (down.exit_code, down.number) == (3, 1)
    assert bench.event("alert-failed")["receiver"] == "webhook"
    assert any("not delivered" in line and "127.0.0.1" not in line for line in down.said)
    assert not any("not delivered" in line for line in down.report.verdict.reasons)
    with Loopback(lambda asked: (200, {}, b"")) as receiver:
        bench.run(bench.job(tables=tables + f'url = "{receiver.base}"'), NOW + timedelta(days=1))
        assert bench.event("alert-told")["told"] == 1
        bench.run(bench.job(tables=tables + f'url = "{receiver.base}"'), NOW + timedelta(days=2))
        assert bench.event("alert-told")["told"] == 0
        assert len(receiver.asked) == 1


def test_hidden_ids(bench: Bench) -> None:
    bench.data("Muster.json", {**PATIENT, "id": "erika-muster", "gender": "w"})
    done = bench.run(bench.job('hash_ids = true\noutputs = ["a.json", "b.txt", "c.ndjson"]', '"data/Muster.json"'))
    assert done.exit_code == 1
    with bench.store() as store:
        texts = [json.dumps(store.document("lab", 1))] + [path.read_text() for path in done.written]
    assert all("uster" not in text for text in texts)


# -- since = "last" --------------------------------------------------------------------------------


def increments(bench: Bench) -> Job:
    return bench.job('since = "last"\noverlap = "0s"')


_AGES: dict[str, float] = {}


@pytest.fixture
def aged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files whose times a test says, since nobody can set st_ctime."""
    from fhircheck.sources import changed

    def is_changed(path: str, since: str) -> bool:
        return _AGES.get(path, 0.0) >= datetime.fromisoformat(since).timestamp()

    monkeypatch.setattr(changed, "is_changed", is_changed)
    yield
    _AGES.clear()


def test_only_what_has_changed_since_the_last_good_run(bench: Bench, aged: None) -> None:
    bench.data("a.json")
    job = increments(bench)
    first = bench.run(job)
    assert (first.series, first.report.sources.since, bench.event("increment-chosen")["reason"]) == (
        "lab",
        "",
        "first-run",
    )
    assert first.report.sources.until
    bench.data("b.json", {**PATIENT, "id": "p2"})
    _AGES[str(bench.folder / "data" / "b.json")] = time.time() + 5
    second = bench.run(job, NOW + timedelta(days=1))
    assert (second.series, second.report.sources.records) == ("lab-changes", 1)
    assert second.report.sources.since == first.report.sources.until
    nothing = bench.run(job, NOW + timedelta(days=2), whole=False)
    assert (nothing.exit_code, nothing.report.sources.records) == (0, 1)  # the file is from the future
    whole = bench.run(job, NOW + timedelta(days=3), whole=True)
    assert (whole.series, whole.report.sources.records) == ("lab", 2)


def test_a_run_that_could_not_read_all_does_not_move_the_moment(bench: Bench, server: FhirServer) -> None:
    job = bench.job('since = "last"\noverlap = "0s"', f'"{server.base}"')
    first = bench.run(job)
    assert first.report.sources.until
    server.routes["GET", "/Patient"] = lambda asked: Reply(500, {}, b"")
    second = bench.run(job, NOW + timedelta(days=1))
    assert (second.report.sources.since, second.report.sources.until) == (first.report.sources.until, "")
    del server.routes["GET", "/Patient"]
    third = bench.run(job, NOW + timedelta(days=2))
    assert third.report.sources.since == first.report.sources.until
    assert third.report.sources.until >= first.report.sources.until
    asked = [dict(each.query).get("_lastUpdated") for each in server.asked if each.path == "/Observation"]
    assert asked[0] is None
    assert f"ge{first.report.sources.until}" in asked


def test_the_moment_is_the_servers_own_less_the_overlap(bench: Bench, server: FhirServer) -> None:
    job = bench.job('since = "last"\noverlap = "10m"', f'"{server.base}/Patient"')
    first = bench.run(job)
    second = bench.run(job, NOW + timedelta(days=1))
    since, until = (datetime.fromisoformat(each) for each in (second.report.sources.since, first.report.sources.until))
    assert until - since == timedelta(minutes=10)


def test_whole_runs_in_between(bench: Bench, aged: None) -> None:
    bench.data()
    job = bench.job('since = "last"\nwhole_every = 3')
    scopes = [bench.run(job, NOW + timedelta(days=day)).series for day in range(7)]
    assert scopes == ["lab", "lab-changes", "lab-changes", "lab", "lab-changes", "lab-changes", "lab"]
    job = bench.job('since = "last"\nwhole_every = "2d"')
    scopes = [bench.run(job, NOW + timedelta(days=day)).series for day in range(7, 11)]
    assert scopes == ["lab-changes", "lab", "lab-changes", "lab"]


def test_other_sources_are_read_whole(bench: Bench, aged: None) -> None:
    bench.data()
    bench.run(increments(bench))
    job = bench.job('since = "last"', '"data", "data/a.json"')
    done = bench.run(job, NOW + timedelta(days=1))
    assert (done.series, bench.event("increment-chosen")["reason"]) == ("lab", "first-run")


# -- time, servers ---------------------------------------------------------------------------------


def test_time_is_up_while_a_server_does_not_answer(bench: Bench, server: FhirServer) -> None:
    def hangs(asked: Any) -> Reply:
        time.sleep(30)
        return Reply(500, {}, b"")

    bench.run(bench.job(sources=f'"{server.base}"'))
    server.routes["GET", "/RiskAssessment"] = hangs
    job = bench.job('deadline = "6s"\noutputs = ["a.json"]', f'"{server.base}"')
    begun = time.monotonic()
    done = bench.run(job)
    assert time.monotonic() - begun < 12
    assert done.exit_code == 3
    assert "deadline of 6s reached" in " ".join(done.report.verdict.reasons)
    assert all(known(each, ENDINGS) for each in done.report.verdict.reasons if not each.startswith("findings"))
    assert known(done.report.notes[0], NOTES)
    assert "deadline-reached" in bench.names
    stored = json.loads((bench.folder / "a.json").read_text())
    assert stored["verdict"]["outcome"] != "valid"
    assert stored["sources"]["until"] is None
    assert done.report.history is not None
    assert (done.report.history.against, done.report.history.changes) == ("", ())  # it is compared with nothing
    with bench.store() as store:
        assert [each.number for each in store.runs("lab", good=True)] == [1]


def test_a_server_is_judged_and_its_changes_are_said(bench: Bench, server: FhirServer) -> None:
    job = bench.job(sources=f'"{server.base}/Patient"', tables="[server]\nprobes = false")
    first = bench.run(job)
    assert [each["server"]["base"] for each in first.report.servers] == [server.base]
    patient = next(each for each in server.capability["rest"][0]["resource"] if each["type"] == "Patient")
    patient["searchParam"] = [each for each in patient["searchParam"] if each["name"] != "birthdate"]
    second = bench.run(job, NOW + timedelta(days=1))
    assert second.report.history is not None
    changes = [each for each in second.report.history.changes if each.kind == "interface"]
    assert [(each.alarming, each.group) for each in changes] == [(True, server.base)]
    assert "birthdate" in changes[0].what
    third = bench.run(job, NOW + timedelta(days=2))
    assert third.report.history is not None
    assert not [each for each in third.report.history.changes if each.kind == "interface"]


def test_changes_may_be_a_reason_for_exit_code_1(bench: Bench, server: FhirServer) -> None:
    tables = "[thresholds]\nfail_on_drift = true\nfail_on = 'never'\n[server]\nprobes = false\n"
    job = bench.job(sources=f'"{server.base}/Patient"', tables=tables)
    assert bench.run(job).exit_code == 0
    server.capability["rest"][0]["resource"].pop()
    assert bench.run(job).exit_code == 1
    assert bench.run(job).exit_code == 0
    server.capability["rest"][0]["resource"].pop()
    job = bench.job(sources=f'"{server.base}/Patient"', tables=tables + '[drift]\nalarm = ["volume"]\n')
    done = bench.run(job)
    assert done.exit_code == 0
    assert done.report.history is not None
    assert [each.kind for each in done.report.history.changes if not each.alarming]


def test_a_server_that_cannot_be_judged_is_said(bench: Bench, server: FhirServer) -> None:
    bench.data()
    server.routes["GET", "/metadata"] = lambda asked: Reply(404, {}, b"")
    job = bench.job(sources=f'"{server.base}/Patient"', tables="[server]\nprobes = false")
    done = bench.run(job)
    assert (done.exit_code, done.report.sources.records) == (3, 12)
    assert "server-failed" in bench.names


def test_what_would_be_done_is_said_without_doing_it(bench: Bench, server: FhirServer) -> None:
    text = 'since = "last"\ndeadline = "45m"\nuse_cases = ["genomics"]\noutputs = ["out/%Y.json"]'
    tables = "[thresholds]\nmin_score = { interoperability = 80 }\nmin_coverage = 50\n[server]\n"
    job = bench.job(text, f'"{server.base}"', tables)
    lines = list(plan_lines(job, RunAsked(now=NOW)))
    assert server.asked == []
    assert os.listdir(bench.folder) == ["job.toml"]
    for line in (
        f"read        {server.base}  by searches",
        "scope       all  (first-run)",
        "deadline    45m",
        "use case    genomics",
        "least       interoperability 80",
        "least       coverage 50 %",
        f"judge       {server.base}  with probes",
        f"write       {bench.folder}/out/2026.json  json, en",
    ):
        assert line in lines
    assert job.thresholds.min_score == (("interoperability", Fraction(80)),)
