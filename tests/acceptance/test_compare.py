"""``fhircheck compare`` as it is used: files against a server, exit codes, forms, and no personal value anywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.marked_home import Home, marked_home
from tests.needs import ROOT
from tests.servers.fhir_server import FhirServer
from tests.unit.reconcile.two_stores import lines, observation, patient

STORE = [patient(1), patient(2), *(observation(number, 1 + number % 2) for number in range(1, 8))]


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fhircheck", "compare", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_files_against_a_server_that_wants_a_token(tmp_path: Path) -> None:
    (tmp_path / "backup.ndjson").write_text(lines([*STORE, observation(9)]))
    with FhirServer(STORE, token="s3cret-t0ken") as server:
        given = ("backup.ndjson", server.base, "--after-auth", "bearer", "--report", "out.json", "--report", "out.csv")
        done = run(*given, "--after-secret", "env:TOKEN", cwd=tmp_path, TOKEN="s3cret-t0ken")
        refused = run("backup.ndjson", server.base, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    assert (report["counts"]["same"], report["counts"]["missing"]) == (9, 1)
    assert report["references"]["lost"] == 0
    assert (tmp_path / "out.csv").read_text().splitlines()[1:] == ["missing,Observation,Observation/o9,,,"]
    assert "1 resource is missing in AFTER" in done.stdout
    assert refused.returncode == 3, refused.stdout
    for path in (tmp_path / "out.json", tmp_path / "out.csv"):
        assert "s3cret" not in path.read_text()
    assert "s3cret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("a", "b", "--fail-on", "changed"), 0, ""),
        (("b", "a", "--fail-on", "missing"), 1, "fehlt in NACHHER"),
        (("a", "none"), 3, "No such file"),
        (("a", "b", "--ignore", "no path"), 2, "--ignore no path"),
        (("a", "broken"), 3, "NICHT FESTSTELLBAR"),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(lines(STORE[:3]))
    (tmp_path / "b").write_text(lines(STORE[:4]))
    (tmp_path / "broken").write_text(lines([*STORE[:3], '{"resourceType": "Patient", "id"']))
    done = run(*arguments, "--language", "de", cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = marked_home(tmp_path_factory.mktemp("home"))
    other = home.folder / "data" / "other"
    other.mkdir()
    for path in sorted((home.folder / "data").glob("*"))[::3]:
        if path.is_file():
            (other / path.name).write_bytes(path.read_bytes())
    return home


@pytest.mark.parametrize("identity", ["auto"])
def test_no_protocol_no_row_and_no_message_shows_a_value(identity: str, marked: Home) -> None:
    """Also what is kept on disk to go on with: rows are searched as all that a command leaves behind."""
    files = [each for form in ("html", "md", "json", "csv", "ndjson") for each in ("--report", f"{identity}.{form}")]
    done = marked.run("compare", "data", "data/other", "--work", f"work-{identity}", "--identity", identity, *files)
    assert list((marked.folder / f"work-{identity}").rglob("resources.parquet"))
    marked.assert_clean(done, {3})
    assert len((marked.folder / f"{identity}.csv").read_text().splitlines()) > 20
