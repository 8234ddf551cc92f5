"""Processes through the real command: one that dies costs nothing but what kills it, and none is ever left behind.

What happens in the workers is put there by a sitecustomize.py of the test's own, so that it holds for processes that
are forked and for those that are spawned.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from fhircheck.distribute.start_method import START_METHOD
from tests.needs import ROOT

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux: processes are seen in /proc")
PATIENTS = 2_000
DEADLY = "p1300"
SITE = """
import os, signal, sys, time
if os.environ.get("TEST_DEADLY") or os.environ.get("TEST_SLOW"):
    import fhircheck.first_pass
    import fhircheck.reconcile.row_pass
    import fhircheck.stream.follower
    fhircheck.stream.follower.BACKLOG = 0
    add = fhircheck.reconcile.row_pass.RowMaker.add
    def row(self, node, *rest, **named):
        if node.get("id") == os.environ.get("TEST_DEADLY"):
            os.kill(os.getpid(), signal.SIGKILL)
        return add(self, node, *rest, **named)
    fhircheck.reconcile.row_pass.RowMaker.add = row
    real = fhircheck.first_pass._check_record
    def check(record, *rest):
        if record.node and record.node.get("id") == os.environ.get("TEST_DEADLY"):
            os.kill(os.getpid(), signal.SIGKILL)
        if os.environ.get("TEST_SLOW"):
            open(os.path.join(os.environ["TEST_SLOW"], f"at-work-{os.getpid()}"), "w").close()
            time.sleep(30)
        return real(record, *rest)
    fhircheck.first_pass._check_record = check
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Several chunks of patients, one of ten with a fault."""
    folder = tmp_path_factory.mktemp("data")
    with (folder / "patients.ndjson").open("w") as out:
        for number in range(PATIENTS):
            birth = {"birthDate": "2023-02-30"} if number % 10 == 0 else {}
            name = [{"text": "x" * 1500}]
            out.write(json.dumps({"resourceType": "Patient", "id": f"p{number}", "name": name, **birth}) + "\n")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(SITE)
    return folder


def started(arguments: list[str], site: Path, root: Path, **more: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{root}", **more}
    return subprocess.Popen(
        [sys.executable, "-m", "fhircheck", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )


def by_kind(report: dict[str, Any]) -> dict[str, int]:
    return {each["kind"]: each["count"] for each in report["totals"]}


@pytest.mark.parametrize(
    ("method", "command"), [("fork", ["check"]), ("spawn", ["check"]), ("fork", ["follow", "--for", "0s"])]
)
def test_what_kills_its_process_is_named_and_all_else_is_checked(
    method: str, command: list[str], data: Path, site: Path, tmp_path: Path, project_root: Path
) -> None:
    output = tmp_path / "report.json"
    arguments = [
        *command,
        "--offline",
        "--jobs",
        "2",
        "--format",
        "json",
        "--output",
        str(output),
        "--fail-on",
        "never",
    ]
    process = started([*arguments, str(data)], site, project_root, TEST_DEADLY=DEADLY, **{START_METHOD: method})
    _, said = process.communicate(timeout=120)
    assert process.returncode == 3, said
    assert "Traceback" not in said
    report = json.loads(output.read_text(encoding="utf-8"))
    (died,) = [each for each in report["issues"] if each["kind"] == "check-died"]
    (example,) = died["examples"]
    record = int(DEADLY[1:])
    before = b"".join((data / "patients.ndjson").read_bytes().splitlines(keepends=True)[:record])
    assert (example["record"], example["line"], example["offset"]) == (record, record + 1, len(before))
    assert "SIGKILL" in example["message"]
    assert DEADLY not in json.dumps(report["issues"])
    assert (report["sources"]["records"], report["sources"]["unreadable"]) == (PATIENTS, 1)
    assert report["sources"]["bytes"] == (data / "patients.ndjson").stat().st_size
    (patients,) = report["resources"]
    assert patients["count"] == PATIENTS - 1
    assert by_kind(report) == {"check-died": 1, "primitive-format": (PATIENTS - 10) // 10}
    assert report["coverage"]["value"] < 1
    assert any("1 record was not checked" in each for each in report["verdict"]["reasons"])


def compared(data: Path, site: Path, folder: Path, root: Path, **more: str) -> tuple[int, dict[str, Any], str]:
    """The exit code, the report and what was said of all data against its first ten lines; rows are kept."""
    few, output = folder / "few.ndjson", folder / "compared.json"
    few.write_bytes(b"".join((data / "patients.ndjson").read_bytes().splitlines(keepends=True)[:10]))
    arguments = ["compare", "--offline", "--jobs", "2", "--work", str(folder / "work"), "--format", "json"]
    process = started([*arguments, "--output", str(output), str(data), str(few)], site, root, **more)
    _, said = process.communicate(timeout=120)
    return process.returncode, json.loads(output.read_text(encoding="utf-8")), said


def test_what_kills_the_process_that_compares_is_named_and_tried_again(
    data: Path, site: Path, tmp_path: Path, project_root: Path
) -> None:
    code, report, said = compared(data, site, tmp_path, project_root, TEST_DEADLY=DEADLY)
    assert code == 3, said
    assert "Traceback" not in said
    (unread,) = report["before"]["unread"]
    assert (unread["kind"], unread["count"]) == ("check-died", 1)
    assert [place["record"] for place in unread["places"]] == [int(DEADLY[1:])]
    assert report["before"]["bytes"] == (data / "patients.ndjson").stat().st_size
    assert (report["counts"]["same"], report["counts"]["missing"]) == (10, PATIENTS - 1 - 10)
    code, report, said = compared(data, site, tmp_path, project_root)
    assert (code, report["counts"]["missing"], report["before"]["unread"]) == (1, PATIENTS - 10, []), said


@pytest.mark.parametrize("command", [["check"], ["compare", str(ROOT / "sample_bundles" / "valid")]])
def test_workers_start_whatever_the_temporary_folder_is_called(
    command: list[str], site: Path, tmp_path: Path, project_root: Path
) -> None:
    """A fork server listens at a path in it, and paths of sockets are short."""
    temporary = tmp_path / ("x" * 150)
    temporary.mkdir()
    data = str(project_root / "sample_bundles" / "valid")
    process = started(
        [*command, data, "--offline", "--jobs", "2"],
        site,
        project_root,
        TMPDIR=str(temporary),
        **{START_METHOD: "forkserver"},
    )
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert not list(temporary.iterdir())


ENDS = [
    pytest.param("fork", signal.SIGINT, True, 130, id="ctrl-c-fork"),
    pytest.param("spawn", signal.SIGINT, True, 130, id="ctrl-c-spawn"),
    pytest.param("forkserver", signal.SIGINT, True, 130, id="ctrl-c-forkserver"),
    pytest.param("fork", signal.SIGTERM, False, 143, id="terminated"),
    pytest.param("fork", signal.SIGKILL, False, -signal.SIGKILL, id="killed"),
]


@pytest.mark.parametrize(("method", "number", "to_all", "code"), ENDS)
def test_whoever_ends_a_run_leaves_nothing_behind(
    method: str,
    number: signal.Signals,
    to_all: bool,
    code: int,
    data: Path,
    site: Path,
    tmp_path: Path,
    project_root: Path,
    request: pytest.FixtureRequest,
) -> None:
    marks, out = tmp_path / "marks", tmp_path / "out"
    marks.mkdir()
    out.mkdir()
    temporary = Path(tempfile.mkdtemp(prefix="fc-"))  # short: the address of a fork server stands in it
    request.addfinalizer(lambda: shutil.rmtree(temporary))
    arguments = [
        "check",
        "--offline",
        "--jobs",
        "2",
        "--format",
        "json",
        "--output",
        str(out / "report.json"),
        str(data),
    ]
    surroundings = {"TEST_SLOW": str(marks), "TMPDIR": str(temporary), START_METHOD: method}
    process = started(arguments, site, project_root, **surroundings)
    workers = at_work(marks, 2)
    (os.killpg if to_all else os.kill)(process.pid, number)
    start = time.monotonic()
    _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert time.monotonic() - start < 10, "workers sleep for 30 seconds: nobody waited for them"
    assert gone(workers)
    if number != signal.SIGKILL:
        assert said.strip() in {"fhircheck: interrupted", "fhircheck: terminated"}
        assert list(out.iterdir()) == []
    assert not [each for each in temporary.iterdir() if each.name.startswith("fhircheck")]


def at_work(marks: Path, number: int) -> list[int]:
    """The processes that have begun to work, when there are so many."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        found = [int(each.name.rpartition("-")[2]) for each in marks.iterdir()]
        if len(found) == number:
            return found
        time.sleep(0.05)
    raise AssertionError("the workers did not begin")


def gone(pids: list[int]) -> bool:
    """Whether all of them end within some seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end and any(map(alive, pids)):
        time.sleep(0.05)
    return not any(map(alive, pids))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
