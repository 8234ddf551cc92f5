"""Windows of panes by arrival, what is told beside findings, and memory and disk that stay bounded over weeks."""

import json
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.report.outcome import resources
from fhircheck.report.shown import View
from fhircheck.stream.checkpoint import Checkpoint
from fhircheck.stream.notice import Notice
from fhircheck.stream.panes import iso
from fhircheck.stream.words import notice_form, notice_line, window_form, window_lines
from tests.unit.stream.streams import START, FakeClock, followed, line, observation

MINUTE = 60.0


def fed(file: Path, plan: dict[int, list[dict[str, Any]]]) -> FakeClock:
    """A clock; `plan`: minute from the start -> what arrives then."""
    left = dict(plan)

    def meanwhile(now: float) -> None:
        for minute in [each for each in left if START + each * MINUTE <= now]:
            with open(file, "ab") as out:
                out.writelines(map(line, left.pop(minute)))

    return FakeClock(meanwhile=meanwhile)


def test_a_window_holds_what_arrived_in_it_and_old_panes_go(tmp_path: Path) -> None:
    file = tmp_path / "x.ndjson"
    file.write_bytes(b"")
    plan = {minute: [observation(10 * minute + each) for each in range(minute)] for minute in (1, 2, 3, 6)}
    results = followed(str(file), clock=fed(file, plan), every=60.0, window=180.0, lasts=9 * MINUTE, poll=10.0)
    assert [resources(each.report) for each in results[:-1]] == [0, 1, 3, 6, 5, 3, 6, 6]
    assert [round(each.end - each.begin) for each in results[:-1]] == [180] * 8
    assert [each.report.sources.until for each in results[:2]] == [iso(START + 60), iso(START + 120)]
    assert results[-1].records == 12
    assert all(each.total is None or each.total.sources.records == each.records for each in results)


def test_silence_gaps_lateness_clocks_and_what_comes_twice_are_told_of(tmp_path: Path) -> None:
    file = tmp_path / "x.ndjson"
    file.write_bytes(b"")
    now = iso(START)
    plan = {
        1: [observation(1, device="bp", at=now), observation(2, device="scale", at=now)],
        2: [observation(3, device="bp", at=iso(START + 3600)), observation(4, device="bp", at="2026-02-20")],
        30: [observation(5, device="bp", at=now), observation(2, device="scale", at=now)],
        31: [observation(2, device="scale", at=iso(START + 60))],
    }
    told: list[Notice] = []
    clock = fed(file, plan)
    results = followed(str(file), clock=clock, told=told, every=300.0, window=3600.0, lasts=50 * MINUTE, poll=20.0,
                       limits=limits())  # fmt: skip
    seen = [(each.kind, each.of, round((each.at - START) / 60)) for each in told]
    assert ("clock-ahead", "Device/bp", 2) in seen
    assert ("late-data", "Device/bp", 2) in seen
    assert ("duplicates", "Device/scale", 30) in seen
    assert [each for each in seen if each[0] == "silence"] == [
        ("silence", "", 15), ("silence", "Device/bp", 15), ("silence", "Device/scale", 15),
        ("silence", "", 45), ("silence", "Device/bp", 45), ("silence", "Device/scale", 45),
    ]  # fmt: skip
    assert sorted(each for each in seen if each[0] == "data-again") == [
        ("data-again", "", 30), ("data-again", "Device/bp", 30), ("data-again", "Device/scale", 30)
    ]  # fmt: skip
    facts = results[-1].arrivals
    assert (facts.resources, facts.late, facts.ahead, facts.duplicates, facts.changed) == (7, 1, 1, 1, 1)
    assert round(facts.gap / 60) == 29
    assert [name for name, _ in results[-1].silent] == ["", "Device/bp", "Device/scale"]
    for language in ("en", "de"):
        view = View("check", language)
        lines = [*(notice_line(each, view) for each in told), *window_lines(results[-1], view)]
        assert max(map(len, lines)) < 160
        assert not [each for each in lines if "{" in each or "Patient" in each]
    assert json.loads(window_form(results[-1], View()))["arrivals"]["late"] == 1
    assert {json.loads(notice_form(each, View()))["event"] for each in told} == {each.kind for each in told}


def limits() -> Any:
    from fhircheck.stream.watch import Limits

    return Limits(silence=10 * MINUTE, late=86400.0, ahead=300.0)


def test_days_of_panes_stay_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four days of hours: parts and bytes on disk, and positions, do not grow with them; nor does what is watched."""
    monkeypatch.setattr("fhircheck.stream.checkpoint.LARGEST", 60_000)
    monkeypatch.setattr("fhircheck.stream.judged.reported", lambda ready, merged, *_: _no_report(merged))
    file, seen = tmp_path / "x.ndjson", []
    file.write_bytes(b"")
    hours = 4 * 24
    plan = {60 * hour: [observation(hour % 40, device=f"d{hour % 7}")] for hour in range(hours)}
    tidy = Checkpoint.tidy

    def watching(self: Checkpoint, pane: int, first: int) -> None:
        tidy(self, pane, first)
        count = self._database.execute("SELECT count(*), sum(size) FROM parts").fetchone()
        seen.append((*count, self.size))

    monkeypatch.setattr(Checkpoint, "tidy", watching)
    options = {"every": 3600.0, "window": 6 * 3600.0, "poll": 1800.0, "lasts": hours * 3600.0}
    results = followed(str(file), clock=fed(file, plan), **options)
    assert results[-1].records == hours
    temporary = seen[12:]
    assert max(count for count, _, _ in temporary) <= 7, "only the panes of a window are kept"
    assert max(size for *_, size in temporary) <= 2 * seen[12][2]
    seen.clear()
    followed(str(file), clock=fed(file, {}), checkpoint=str(tmp_path / "kept"), **options | {"lasts": 0.0})
    (tmp_path / "y.ndjson").write_bytes(b"")
    more = {60 * hour: [observation(hour % 40)] for hour in range(40)}
    options |= {"lasts": 40 * 3600.0, "checkpoint": str(tmp_path / "more")}
    followed(str(tmp_path / "y.ndjson"), clock=fed(tmp_path / "y.ndjson", more), **options)
    assert max(count for count, *_ in seen) <= 7 + 24 + 3, "old parts are merged"


def _no_report(merged: Any) -> Any:
    from fhircheck.model.report import RunHeader, RunReport, SourceSummary
    from tests.unit.stream.streams import run_of

    sources = SourceSummary(run_of("x").sources, 0, merged.records, 0, 0)
    return RunReport(RunHeader("", "", 0, 1), sources, (), (), (), (), (), (), (), None, (), ())


def test_a_checkpoint_is_refused_by_what_has_changed_and_can_be_begun_again(tmp_path: Path) -> None:
    file = tmp_path / "x.ndjson"
    file.write_bytes(line(observation(1)))
    kept = str(tmp_path / "kept")
    followed(str(file), checkpoint=kept)
    with pytest.raises(UsageError, match=r"window or step.*--restart"):
        followed(str(file), checkpoint=kept, window=600.0)
    with pytest.raises(UsageError, match="list of sources"):
        followed(str(tmp_path), checkpoint=kept)
    assert followed(str(file), checkpoint=kept, window=600.0, restart=True)[-1].records == 1
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        followed(str(file), checkpoint=str(tmp_path / "full"))
    held = Checkpoint(kept, {}, restart=True)
    with pytest.raises(CouldNotCheck, match="another follower"):
        followed(str(file), checkpoint=kept)
    held.close()
    (tmp_path / "kept" / "follow.sqlite").write_bytes(b"SQLite format 3\0" + b"\0" * 2000)
    with pytest.raises(CouldNotCheck, match="damaged"):
        followed(str(file), checkpoint=kept)


def test_figures_since_the_start_take_a_small_share_of_the_time(tmp_path: Path) -> None:
    file = tmp_path / "x.ndjson"
    file.write_bytes(line(observation(1)))
    results = followed(str(file), clock=FakeClock(), every=60.0, window=60.0, lasts=300.0, poll=30.0, totals=0.0)
    assert [each.total is None for each in results] == [False, True, True, True, False]
