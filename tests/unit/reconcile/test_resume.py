"""A comparison that was killed goes on: the same report, and what was read is not read again."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.reconcile import reading, units
from fhircheck.reconcile.comparing import compare
from tests.needs import ROOT
from tests.unit.reconcile.two_stores import lines, observation, patient

KILLED = """
import os, signal, sys
from fhircheck.reconcile import parts, reading
from fhircheck.reconcile.comparing import compare
parts.ROWS = 50
written, write = 0, parts.Parts.write
def counted(self):
    global written
    write(self)
    written += 1
    if written == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
parts.Parts.write = counted
reading.CHUNK_BYTES = 4_000
compare("before", "after", work="work")
"""


def stores(folder: Path) -> None:
    for side, last in (("before", 300), ("after", 299)):
        (folder / side).mkdir()
        for number in range(3):
            rows = [patient(number), *(observation(at, number) for at in range(1 + number * 100, 101 + number * 100))]
            (folder / side / f"{number}.ndjson").write_text(
                lines(each for each in rows if each["id"] != f"o{last + 1}")
            )


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize("after", [2, 7])
def test_a_killed_comparison_goes_on(after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reading, "CHUNK_BYTES", 4_000)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED.format(after=after)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    kept_parts = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("part-*/part.json")}
    assert len(kept_parts) == after
    report = compare("before", "after", work="work")
    fresh = compare("before", "after")
    assert report.before.kept + report.after.kept >= 50 * after - 20
    assert {path: path.stat().st_mtime_ns for path in kept_parts} == kept_parts
    for name in ("types", "months", "references", "examples", "codes", "verdict", "matched"):
        assert getattr(report, name) == getattr(fresh, name), name
    assert (report.before.digest, report.after.digest) == (fresh.before.digest, fresh.after.digest)


def test_what_is_read_whole_is_not_read_again_but_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores(tmp_path)
    monkeypatch.chdir(tmp_path)
    first = compare("before", "after", work="work")
    opened: list[str] = []
    pieces = units.file_pieces
    monkeypatch.setattr(units, "file_pieces", lambda path, options: (opened.append(path), pieces(path, options))[1])
    again = compare("before", "after", work="work")
    assert opened == []
    assert (again.types, again.examples) == (first.types, first.examples)
    (tmp_path / "after" / "1.ndjson").write_text(lines([patient(1)]))
    changed = compare("before", "after", work="work")
    assert changed.counts.missing > first.counts.missing
    assert all(name.startswith("after") for name in opened)
    assert changed.after.resources == first.after.resources - 100


def test_a_folder_that_is_not_ours_or_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="holds something else"):
        compare("before", "after", work="before")
    compare("before", "after", work="work")
    assert json.loads((tmp_path / "work" / "fhircheck-compare.json").read_text())["key"]
    fcntl = pytest.importorskip("fcntl")
    with open(tmp_path / "work" / "fhircheck-compare.json", "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(CouldNotCheck, match="another comparison"):
            compare("before", "after", work="work")
