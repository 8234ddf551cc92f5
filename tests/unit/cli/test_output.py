"""A report reaches its file whole or not at all; a closed pipe ends quietly."""

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fhircheck.cli.output import opened
from fhircheck.model.errors import CouldNotCheck, SourceUnusable, UsageError
from tests.golden.sample_reports import FINDINGS


def test_output_is_what_standard_output_would_have_been(fhircheck, run, tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    shown = fhircheck("check", "x", "--format", "json").stdout
    ended = fhircheck("check", "x", "--format", "json", "--output", str(target))
    assert target.read_text() == shown
    assert ended.stdout == ""
    assert ended.stderr.startswith("fhircheck: VALID")


@pytest.mark.parametrize("error", [SourceUnusable("gone"), KeyboardInterrupt(), ValueError("bug")])
def test_a_failed_run_leaves_the_old_report_alone(fhircheck, run, tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "r.ndjson"
    target.write_text("before")
    run.findings, run.error = FINDINGS, error
    assert fhircheck("validate", "x", "--format", "ndjson", "--output", str(target)).code in (3, 130)
    assert target.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["r.ndjson"]


def test_permissions_are_kept_or_those_of_a_new_file(tmp_path: Path) -> None:
    old, new, plain = tmp_path / "old", tmp_path / "new", tmp_path / "plain"
    old.write_text("")
    old.chmod(0o640)
    plain.write_text("")
    for target in (old, new):
        with opened(str(target)) as write:
            write("x")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert new.stat().st_mode == plain.stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("before")
    link.symlink_to(target)
    with opened(str(link)) as write:
        write("after")
    assert link.is_symlink()
    assert target.read_text() == "after"


def test_a_folder_and_a_missing_folder_are_wrong_use(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "r.txt"):
        with pytest.raises(UsageError, match="--output"), opened(str(path)):
            pass


def test_a_device_is_written_to_in_place() -> None:
    with opened(os.devnull) as write:
        write("x")
    assert not Path(os.devnull).is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux: no /dev/full here")
def test_a_full_disk_is_could_not_check(fhircheck, run) -> None:
    with pytest.raises(CouldNotCheck, match="could not be written: No space left"), opened("/dev/full") as write:
        write("x" * 100_000)
    ended = fhircheck("check", "x", "--output", "/dev/full")
    assert (ended.code, ended.stderr.count("\n")) == (3, 1)


SCRIPT = """
import sys
from dataclasses import replace
sys.path.insert(0, {root!r})
import fhircheck.run, fhircheck.api
from fhircheck.cli import main
from tests.golden.sample_reports import CLEAN, FINDINGS
def run(options, sink=None):
    for _ in range({times}):
        sink(FINDINGS)
    return CLEAN
fhircheck.run.run = run
main(["validate", "x", "--format", "ndjson"])
"""


def test_a_closed_pipe_ends_quietly(project_root: Path) -> None:
    code = SCRIPT.format(root=str(project_root), times=100_000)
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    pipe = subprocess.PIPE
    child = subprocess.Popen([sys.executable, "-c", code], stdout=pipe, stderr=pipe, env=buffered)
    assert child.stdout
    assert child.stderr
    assert child.stdout.readline().startswith(b"{")
    child.stdout.close()
    assert child.stderr.read() == b""
    child.stderr.close()
    assert child.wait(timeout=60) == 141


def test_bytes_do_not_depend_on_the_locale(project_root: Path) -> None:
    code = SCRIPT.format(root=str(project_root), times=1)
    outputs = {
        subprocess.run(
            [sys.executable, "-X", "utf8=0", "-c", code], env={**os.environ, "PYTHONIOENCODING": each},
            capture_output=True, check=True,
        ).stdout
        for each in ("utf-8", "latin-1", "ascii")
    }  # fmt: skip
    assert len(outputs) == 1
    assert "män".encode() in outputs.pop()


def test_text_is_replaced_where_the_terminal_cannot_show_it(monkeypatch) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(buffer))
    with opened(None, "ascii") as write:
        write("GÜLTIG")
    assert buffer.getvalue() == b"G?LTIG"
