"""Figures for Prometheus: read by its own client, put in place whole, pushed to a real receiver."""

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fhircheck.model.report import Score
from fhircheck.monitor.alerts import ALERTS, notify, prometheus_textfile
from fhircheck.monitor.alerts.conditions import failed_run
from fhircheck.monitor.alerts.metrics_text import metrics_text
from fhircheck.monitor.alerts.receiver import NotDelivered, Snapshot
from tests.golden.sample_reports import EVERYTHING
from tests.loopback import Loopback
from tests.unit.monitor.alerts.sample_runs import DAY, STOPPED, States, facts, report, table

Found = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(text: str) -> Found:
    """All samples by name and labels, as Prometheus' client reads them; each family once and described."""
    assert text.endswith("\n")
    families = list(text_string_to_metric_families(text))
    assert len({each.name for each in families}) == len(families)
    assert all(each.type == "gauge" and each.documentation for each in families)
    assert all(each.name.startswith("fhircheck_") for each in families)
    samples = [each for family in families for each in family.samples]
    found = {(each.name, tuple(sorted(each.labels.items()))): each.value for each in samples}
    assert len(found) == len(samples)
    assert all(each.timestamp is None for each in samples)
    return found


def snapshot(day: int = 0, exit_code: int = 1) -> Snapshot:
    made = report(day, exit_code, (STOPPED,), EVERYTHING)
    return Snapshot(facts(made), made, 1_772_344_800.0)


def value(found: Found, name: str, **labels: str) -> float:
    return found[name, tuple(sorted({"series": "lab", **labels}.items()))]


def test_prometheus_reads_what_a_run_found() -> None:
    found = read(metrics_text(snapshot()))
    assert value(found, "fhircheck_run_success") == 1
    assert value(found, "fhircheck_run_exit_code") == 1
    assert value(found, "fhircheck_last_run_timestamp_seconds") == DAY.timestamp()
    assert value(found, "fhircheck_score", score="interoperability") == pytest.approx(66.666666)
    assert not any(name == "fhircheck_score" and ("score", "ai-readiness") in labels for name, labels in found)
    assert value(found, "fhircheck_issues", severity="error", kind="cardinality-min") == 1220
    assert value(found, "fhircheck_resources_invalid", type="Patient") == 33
    assert value(found, "fhircheck_measure_ratio", measure="birth-before-death") == pytest.approx(1 / 300)
    assert value(found, "fhircheck_changes_alarming", kind="feed-stopped") == 1
    assert value(found, "fhircheck_findings_answered", state="returned") == 1


def test_a_run_that_came_to_no_report_says_so_and_nothing_else() -> None:
    run = failed_run("lab", DAY.isoformat(), "no connection")
    found = read(metrics_text(Snapshot(run, None, 17.0)))
    assert value(found, "fhircheck_run_success") == 0
    assert value(found, "fhircheck_run_exit_code") == 3
    assert value(found, "fhircheck_last_success_timestamp_seconds") == 17
    assert {name for name, _ in found} == {
        "fhircheck_run_success", "fhircheck_run_exit_code", "fhircheck_last_run_timestamp_seconds",
        "fhircheck_last_success_timestamp_seconds", "fhircheck_run_duration_seconds", "fhircheck_build_info",
    }  # fmt: skip


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", "a}b{c", "ä\ud800", "a\\", "x\\n"])
def test_labels_out_of_the_data_are_escaped(name: str) -> None:
    shown = snapshot()
    assert shown.report
    made = replace(shown.report, scores=(replace(shown.report.scores[0], name=name),))
    found = read(metrics_text(replace(shown, report=made, run=replace(shown.run, scores=((name, None),)))))
    assert value(found, "fhircheck_score", score=name.encode("utf-8", "replace").decode()) > 0
    assert isinstance(made.scores[0], Score)


def test_the_file_is_put_in_place_whole_and_can_be_read_by_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "lab.prom"
    given = table("prometheus-textfile", file=str(target))
    publish = ALERTS["prometheus-textfile"].publish  # type: ignore[attr-defined]
    publish(given, snapshot())
    before = target.read_bytes()
    assert read(before.decode())
    assert stat.S_IMODE(target.stat().st_mode) == 0o644

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(prometheus_textfile.os, "replace", full)
    with pytest.raises(NotDelivered, match="file: no space left on device"):
        publish(given, snapshot(1))
    assert target.read_bytes() == before
    assert os.listdir(tmp_path) == ["lab.prom"]


def test_the_figures_are_put_by_job_and_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSH", "s3cret")
    publish = ALERTS["prometheus-pushgateway"].publish  # type: ignore[attr-defined]
    with Loopback(lambda asked: (200, {}, b"")) as server:
        given = table("prometheus-pushgateway", url=server.origin + "/")
        publish(given, snapshot())
        publish({**given, "job": "a b", "instance": "ä ö", "user": "u", "secret": "env:PUSH"}, snapshot())
    assert [(each.method, each.path) for each in server.asked] == [
        ("PUT", "/metrics/job/fhircheck/instance/lab"),
        ("PUT", "/metrics/job/a%20b/instance/%C3%A4%20%C3%B6"),
    ]
    assert server.sent("authorization") == [None, "Basic dTpzM2NyZXQ="]
    assert server.sent("content-type") == ["text/plain; version=0.0.4; charset=utf-8"] * 2
    assert read(server.asked[0].body.decode())
    with Loopback(lambda asked: (400, {}, b"bad s3cret")) as server, pytest.raises(NotDelivered, match=r"^HTTP 400$"):
        publish({**given, "url": server.origin}, snapshot())


def test_every_run_is_published_and_the_last_success_is_remembered(tmp_path: Path) -> None:
    given, states = [table("prometheus-textfile", file=str(tmp_path / "x.prom"))], States()

    def after(run: Any, made: Any) -> Found:
        assert notify.notify(given, run, made, states) == (notify.Delivery("prometheus-textfile"),)
        return read((tmp_path / "x.prom").read_text(encoding="utf-8"))

    good = report(0, 1)
    assert value(after(facts(good), good), "fhircheck_last_success_timestamp_seconds") == DAY.timestamp()
    failed = after(failed_run("lab", report(1).header.started, "no connection"), None)
    assert value(failed, "fhircheck_last_success_timestamp_seconds") == DAY.timestamp()
    assert value(failed, "fhircheck_last_run_timestamp_seconds") == DAY.timestamp() + 86_400
    bad = report(2, 3)
    assert value(after(facts(bad), bad), "fhircheck_last_success_timestamp_seconds") == DAY.timestamp()
    assert len(notify.notify(given, facts(good), good, None)) == 1
