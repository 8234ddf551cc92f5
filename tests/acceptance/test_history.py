"""The history through the real command line: what is remembered is listed, shown the same, drawn, moved and pruned."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fhircheck.cli import main
from fhircheck.history.store import Store
from tests.loopback import Loopback
from tests.needs import ROOT
from tests.servers.history_kills import faults, killed_at, kills, small_data, words_of

MARKER = "Mustermann-Marker"
INVALID = str(ROOT / "sample_bundles" / "invalid" / "cardinality-min")


Call = Callable[..., tuple[str, str]]


@pytest.fixture
def fhircheck(capsys: pytest.CaptureFixture[str]) -> Call:
    """The command line in this process: what it prints and what it says; its exit code is `code`."""

    def call(*arguments: str, code: int = 0) -> tuple[str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments), prog_name="fhircheck")
        said = capsys.readouterr()
        assert ended.value.code == code, said.err
        return said.out, said.err

    return call


def with_small_files(limit: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command line in a process whose files cannot grow beyond `limit` bytes."""

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "fhircheck", *arguments], capture_output=True, text=True, check=False, cwd=ROOT,
        stdin=subprocess.DEVNULL, preexec_fn=small_files,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "history.sqlite")


def test_a_series_from_the_first_run_to_pruning(fhircheck: Call, store: str, tmp_path: Path) -> None:
    for _ in range(2):
        printed, _ = fhircheck("check", "--history", store, "--series", "ward", INVALID, "--offline", code=1)
    assert "run 2 of ward" in printed
    place = ("--history", store)
    assert fhircheck("history", "show", "ward", *place)[0] == printed
    listed = json.loads(fhircheck("history", "list", "ward", "--format", "json", *place)[0])
    assert [each["number"] for each in listed["runs"]] == [1, 2]
    assert fhircheck("history", "trend", "ward", "--format", "csv", *place)[0].count("\r\n") == 3
    moved, other = str(tmp_path / "moved.ndjson"), str(tmp_path / "other.sqlite")
    fhircheck("history", "export", "--output", moved, *place)
    fhircheck("history", "import", moved, "--history", other)
    assert "Removed 1 run of ward: 1" in fhircheck("history", "prune", "--keep", "1", *place)[0]
    assert fhircheck("history", "show", "ward@2", "--history", other)[0] == printed
    assert "no such run of ward" in fhircheck("history", "show", "ward@1", *place, code=2)[1]


def test_nothing_secret_and_no_value_is_in_the_store(fhircheck: Call, store: str, tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    file.write_text(
        json.dumps({"resourceType": "Patient", "id": "a", "birthDate": MARKER, "name": [{"family": MARKER}]})
    )
    shown, _ = fhircheck("check", str(file), "--history", store, "--offline", "--show-values", code=1)
    assert MARKER in shown
    empty = json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": []}).encode()
    with Loopback(lambda asked: (200, {"Content-Type": "application/fhir+json"}, empty)) as server:
        url = f"{server.base}/Patient?name=secret-name"
        fhircheck("check", url, "--history", store, "--series", "web", code=3)
        fhircheck("check", url.replace("//", "//user:secret-word@"), "--history", store, "--series", "web", code=2)
        assert server.asked
    with Store.open(store) as opened:
        documents = [json.dumps(opened.document(each.series, each.number)) for each in opened.runs()]
    assert len(documents) == 2
    held = Path(store).read_bytes()
    for text in (MARKER, "secret-word", "secret-name"):
        assert not any(text in each for each in documents)
        assert text.encode() not in held


@pytest.mark.parametrize("what", ["folder", "full"])
def test_a_store_out_of_use_costs_the_report_nothing(fhircheck: Call, store: str, tmp_path: Path, what: str) -> None:
    arguments = ["check", INVALID, "--offline", "--series", "a"]
    fhircheck(*arguments, "--history", store, code=1)
    if what == "full":
        place = store
        done = with_small_files(40_000, *arguments, "--history", place)
        printed, said = done.stdout, done.stderr
        assert done.returncode == 3
    else:
        place = str(tmp_path)
        printed, said = fhircheck(*arguments, f"--history={place}", code=3)
    assert said.splitlines()[-1].startswith(f"fhircheck: history {place}: ")
    assert said.splitlines()[-1].endswith(": this run is not remembered")
    assert "NOT VALID" in printed
    assert "this run is not remembered" in " ".join(printed.split())
    assert faults(store) == []
    with Store.open(store) as opened:
        assert opened.count("a") == 1


@pytest.mark.parametrize(
    "wrong", [["--history=postgresql://me:secret@h/db"], ["--history", "--series", "a@b"], ["--series", "a"]]
)
def test_wrong_use_is_told_before_anything_is_checked(
    fhircheck: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: list[str]
) -> None:
    monkeypatch.setenv("FHIRCHECK_HISTORY", str(tmp_path / "x.sqlite"))
    printed, said = fhircheck("check", INVALID, *wrong, code=2)
    assert printed == ""
    assert "secret" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_no_half_run(fhircheck: Call, store: str, tmp_path: Path) -> None:
    arguments = [str(small_data(tmp_path)), "--offline", "--history", store, "--series", "kills"]
    environment = dict(os.environ)
    fhircheck("check", *arguments, code=1)
    words = words_of(arguments, environment)
    assert kills(4, 3, 1.5, words, arguments, environment) >= 2
    assert killed_at(words - 12, arguments, environment)  # in the transaction
    assert faults(store) == []
    with Store.open(store) as opened:
        before = opened.count("kills")
    fhircheck("check", *arguments, code=1)
    with Store.open(store) as opened:
        assert opened.count("kills") == before + 1
