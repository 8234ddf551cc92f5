"""The scaling benchmark: a small slice of it for real, and what is made of its lines."""

import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import scaling
from benchmarks.process_tree import watched
from benchmarks.scale_page import bars_missed, busy, efficiency, fit, hours, newest, page, pairs
from tests.needs import shared_path


def line(gigabytes: float, engine: str, seconds: float, **more: Any) -> dict[str, Any]:
    base = {
        "engine": engine, "bytes": round(gigabytes * 1e9), "resources": 1000, "code": "c", "python": "3",
        "processors": 2, "processor": "P", "exit_code": 1, "seconds": seconds, "resources_per_second": 1.0,
        "mb_per_second": gigabytes * 1000 / seconds, "cpu_seconds": seconds * 2, "parent_cpu_seconds": seconds / 100,
        "parent_peak_mb": 100.0, "worker_peaks_mb": [200.0, 210.0], "together_peak_mb": 500.0,
        "loop_one": 100.0, "loop_two": 180.0,
    }  # fmt: skip
    return base | more


def test_a_slice_runs_resumes_and_makes_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_path("data", "mii-testdata-2025")
    results, written = tmp_path / "results" / "scaling.jsonl", tmp_path / "scale.md"
    where = ("--folder", str(tmp_path / "data"), "--results", str(results), "--write", str(written))
    asked = ("--sizes", "0.0001", "--sets", "mii", "--loop", "0.1", "--resume", *where)
    scaling.main([*asked, "--engines", "2"])
    (found,) = scaling.read(results)
    assert found["exit_code"] == 1
    assert found["resources"] == 333
    assert found["seconds"] > 0
    assert 0 < found["parent_cpu_seconds"] < found["cpu_seconds"]
    assert 1 <= len(found["worker_peaks_mb"]) <= 2
    assert all(20 < each < 600 for each in found["worker_peaks_mb"])
    assert f"| {found['seconds']:.1f} |" in written.read_text(encoding="utf-8")
    scaling.main([*asked, "--engines", "2"])
    assert len(scaling.read(results)) == 1, "what is there is not measured again"
    monkeypatch.setattr(scaling, "command", lambda engine, folder: ["sh", "-c", "echo no engine >&2; exit 2"])
    scaling.main([*asked, "--engines", "spark1"])
    assert scaling.read(results)[1]["missing"] == "no engine"
    assert "not measured: no engine" in written.read_text(encoding="utf-8")
    assert "no engine" in capsys.readouterr().out


def test_a_line_that_was_cut_off_is_left_out_and_harms_no_other(tmp_path: Path) -> None:
    results = tmp_path / "scaling.jsonl"
    scaling.append(results, {"a": 1})
    with results.open("a") as out:
        out.write('{"b":')
    scaling.append(results, {"c": 3})
    assert scaling.read(results) == [{"a": 1}, {"c": 3}]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(1, 12), (4, 42), (16, 162)], (2, 10, 1.0)),
        ([(1, 5), (1, 6)], None),
        ([], None),
        ([(1, 3), (2, 3)], (3, 0, 1)),
    ],
)
def test_the_line_through_sizes(points: list[tuple[float, float]], expected: tuple[float, float, float] | None) -> None:
    assert fit(points) == (pytest.approx(expected) if expected else None)


def test_a_fit_that_is_no_line_says_so() -> None:
    found = fit([(1, 1), (2, 9), (3, 2), (4, 8)])
    assert found is not None
    assert found.r2 < 0.5


def test_efficiency_is_judged_by_what_the_machine_gives() -> None:
    one, two = line(1, "1", 100), line(1, "2", 60)
    assert efficiency(one, two) == pytest.approx((0.8333, 0.9, 0.9259), abs=1e-4)
    assert bars_missed([one, two]) == []
    (missed,) = bars_missed([one, line(1, "2", 70)])
    assert "reach 0.79" in missed
    (missed,) = bars_missed([line(1, "spark2", 70, worker_peaks_mb=[601.0, 10.0])])
    assert "spark2: a worker held 601 MB" in missed
    (missed,) = bars_missed([line(1, "2", 70, worker_peaks_mb=[601.0, 10.0])])
    assert "held 601 MB" in missed


def test_how_busy_both_were_does_not_depend_on_the_speed_of_the_machine() -> None:
    line = {"cpu_seconds": 180.0, "seconds": 100.0}
    slower = {name: 1.3 * value for name, value in line.items()}
    assert busy(line) == pytest.approx(0.9)
    assert busy(slower) == pytest.approx(busy(line))


def test_only_the_same_data_and_the_same_code_are_compared() -> None:
    lines = [line(1, "1", 9), line(1, "2", 5, code="other"), line(2, "2", 5)]
    assert pairs(lines) == []


def test_a_newer_line_without_a_partner_hides_no_pair() -> None:
    old, new = [line(1, "1", 9), line(1, "spark1", 12)], line(1, "1", 8, code="newer")
    assert pairs([*old, new], "1", "spark1") == [tuple(old)]
    partner = line(1, "spark1", 10, code="newer")
    assert pairs([*old, new, partner], "1", "spark1") == [(new, partner)]
    assert pairs([*old, new, partner | {"missing": "no engine"}], "1", "spark1") == [tuple(old)]
    assert "| 1, spark1 takes the time of 1 times | 1.33 |" in page([*old, new])


def test_the_newest_line_counts_and_a_missing_one_hides_none() -> None:
    gone = {**line(1, "spark1", 1), "missing": "no engine"}
    lines = [line(1, "1", 9), line(1, "1", 7), gone, line(1, "spark1", 3), gone]
    assert [(each["engine"], each["seconds"], "missing" in each) for each in newest(lines)] == [
        ("1", 7, False),
        ("spark1", 3, False),
    ]


def test_the_page_projects_with_its_assumptions_and_invents_no_price() -> None:
    lines = [
        line(size, engine, size * 100 / number + 5) for size in (1, 4, 16) for engine, number in (("1", 1), ("2", 2))
    ]
    text = page(lines)
    work, parent = 2 * 50 - 0.5, 0.5
    assert f"seconds = gigabytes x ({work:,.0f} / N + {parent:.2f})" in text
    assert f"| 32 | {hours(work, parent, 10_000, 32):,.0f} |" in text
    assert "1.0000" in text
    assert "your price of a core hour" in text
    assert "not projected" in page(lines) or "nothing is projected" in page(lines)
    assert not any(sign in text for sign in "€$")


def test_one_size_projects_nothing() -> None:
    assert "Too little is measured" in page([line(1, "1", 9), line(1, "2", 5)])


def test_the_page_in_the_repository_is_made_of_the_lines_in_it(project_root: Path) -> None:
    lines = scaling.read(project_root / "benchmarks" / "results" / "scaling.jsonl")
    peers = scaling.read_peers(project_root / "benchmarks" / "results" / "spark_peers.json")
    assert (project_root / "docs" / "scale.md").read_text(encoding="utf-8") == page(lines, peers)


def test_peers_stand_on_the_page_and_one_that_did_not_run_says_why() -> None:
    rows = [
        {"name": "ours", "resources": 2000, "seconds": 3.0, "cpu_seconds": 4.0},
        {"name": "theirs", "resources": 20, "seconds": 3.0, "cpu_seconds": 4.0, "own_clock": 61.4},
        {"name": "another", "missing": "no jar | no luck"},
    ]
    text = page([], {"set": "S", "resources": 2000, "bytes": 3_000_000, "python": "3.11", "rows": rows})
    assert "2,000 resources (3.0 MB, S)" in text
    assert "| ours | 2,000 | 3.0 | 4.0 | 500 |" in text
    assert "| theirs | 20 | 3.0 | 4.0 | 5; second pass by its own clock 61 |" in text
    assert "| another | could not run: no jar / no luck |" in text
    assert scaling.read_peers(Path("nowhere.json")) is None


def test_time_of_processes_that_nobody_waits_for_counts() -> None:
    busy = "import time\nend = time.process_time() + 0.7\nwhile time.process_time() < end: pass"
    start = f"import os, subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {busy!r}])\n"
    outer = f"{start}time.sleep(2.5)\nos._exit(0)"
    done = watched([sys.executable, "-c", outer], every=0.05)
    assert 0.5 < done.cpu < 2
    assert done.own_cpu < 0.4
    assert len(done.workers) == 1
