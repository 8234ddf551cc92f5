"""`fhircheck follow` by the real command line: kill -9, SIGTERM, standard input, the history, and no personal value."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.follow_lag import killed, lines
from fhircheck.history.store import Store
from tests.needs import ROOT

COMMAND = (sys.executable, "-m", "fhircheck", "follow")
SMALL = ("--offline", "--window", "1h", "--every", "1h")


def test_after_kills_nothing_is_lost_or_counted_twice(tmp_path: Path) -> None:
    same, never_printed, _ = killed(tmp_path, times=3, count=120, seed=11)
    assert same
    assert never_printed == set()


def test_sigterm_writes_the_checkpoint_and_the_report(tmp_path: Path) -> None:
    source = tmp_path / "in.ndjson"
    source.write_bytes(b"".join(lines(5)))
    report = tmp_path / "all.json"
    kept = tmp_path / "kept"
    more = ("--checkpoint", str(kept), "--history", str(tmp_path / "h.sqlite"), "--series", "home")
    process = subprocess.Popen(
        [*COMMAND, str(source), *SMALL[:1], "--window", "2s", "--every", "1s", *more, "--report", str(report)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout is not None
    for said in process.stdout:
        if b"window 2s" in said:
            break
    time.sleep(1.2)
    process.send_signal(signal.SIGTERM)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    assert b"NOT VALID" in rest
    assert json.loads(report.read_text())["sources"]["records"] == 5
    assert (kept / "follow.sqlite").stat().st_mode & 0o777 == 0o600
    with Store.open(str(tmp_path / "h.sqlite")) as store:
        assert store.count("home") >= 1


def test_standard_input_is_told_of_as_json_lines_and_ends_with_its_end(tmp_path: Path) -> None:
    data = b"".join(lines(3)) + b'{"resourceType": "Observation", "id": "half"'
    done = subprocess.run(
        [*COMMAND, "-", *SMALL, "--format", "ndjson"], cwd=ROOT, input=data, capture_output=True, check=False
    )
    assert done.returncode == 1, done.stderr
    told = [json.loads(each) for each in done.stdout.splitlines()]
    assert {each["resource"] for each in told if each.get("kind") == "required-binding"} == {
        f"Observation/v{number}" for number in range(3)
    }
    assert [each["kind"] for each in told if each.get("severity") == "fatal"] == ["json-syntax"]
    assert told[-1]["event"] == "end"
    assert told[-1]["since_start"]["resources"] == 3


def test_a_replayed_input_is_counted_once(tmp_path: Path) -> None:
    kept = ("--checkpoint", str(tmp_path / "kept"))
    data = b"".join(lines(6))
    half = data[: len(data) // 2 + 40]
    first = subprocess.run([*COMMAND, "-", *SMALL, *kept], cwd=ROOT, input=half, capture_output=True, check=False)
    assert first.returncode == 1, first.stderr
    again = [*COMMAND, "-", *SMALL, *kept, "--replay", "--format", "ndjson"]
    done = subprocess.run(again, cwd=ROOT, input=data, capture_output=True, check=False)
    assert json.loads(done.stdout.splitlines()[-1])["records_since_start"] == 6, done.stderr
    other = subprocess.run(again, cwd=ROOT, input=data.replace(b"v0", b"w0"), capture_output=True, check=False)
    assert (other.returncode, other.stderr.count(b"\n")) == (3, 1)
    assert b"--replay" in other.stderr
