"""``fhircheck fetch`` from a real server: as much as was loaded, by every way, and the same as a plain client reads."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.needs import ROOT
from tests.servers.hapi.loading import Loaded
from tests.servers.hapi.process import HapiServer

TYPES = ("Patient", "Observation", "Condition", "Encounter")


def fetch(base: str, out: Path, *more: str, token: str = "") -> dict[str, Any]:
    """The manifest of a fetch that is complete."""
    environment = {**os.environ, "XDG_STATE_HOME": str(out.parent / "state"), "HOSPITAL_SECRET": token}
    sign_in = ["--auth", "bearer", "--secret", "env:HOSPITAL_SECRET"] if token else []
    command = [sys.executable, "-m", "fhircheck", "fetch", base, str(out), "--format", "json", *sign_in, *more]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    manifest: dict[str, Any] = json.loads(done.stdout)
    assert manifest["complete"]
    assert manifest["findings"] == []
    assert not token or token not in done.stdout + done.stderr + (out / "manifest.json").read_text()
    return manifest


def counts(manifest: dict[str, Any]) -> dict[str, int]:
    """Resources by type; but for Binary, of which none is loaded: the server keeps the files of exports as such."""
    return {each["type"]: each["count"] for each in manifest["output"] if each["type"] != "Binary"}


def content(out: Path) -> dict[str, Any]:
    """Every resource by type and id; a doubled one fails."""
    lines = [json.loads(line) for path in sorted(out.glob("*.ndjson")) for line in path.read_bytes().splitlines()]
    found = {f"{each['resourceType']}/{each['id']}": each for each in lines}
    assert len(found) == len(lines)
    return found


def plain(base: str, search: str) -> dict[str, Any]:
    """What a client of a few lines reads."""
    found: dict[str, Any] = {}
    with requests.Session() as session:
        session.trust_env = False
        url = f"{base}/{search}"
        while url:
            page = session.get(url, timeout=60).json()
            for each in page.get("entry", ()):
                found[f"{each['resource']['resourceType']}/{each['resource']['id']}"] = each["resource"]
            url = next((each["url"] for each in page["link"] if each["relation"] == "next"), "")
    return found


def test_all_that_was_loaded_is_fetched(hapi: HapiServer, loaded: Loaded, tmp_path: Path) -> None:
    manifest = fetch(hapi.base, tmp_path / "data")
    assert counts(manifest) == loaded.counts
    assert manifest["serverSoftware"] == "HAPI FHIR Server 8.8.0"
    found = content(tmp_path / "data")
    for name in ("Patient", "Observation"):
        there = plain(hapi.base, f"{name}?_count=100")
        assert {key: node for key, node in found.items() if key.startswith(f"{name}/")} == there


@pytest.mark.parametrize("more", [("--post",), ("--count", "7"), ("--concurrency", "1", "--rate", "50")])
def test_other_ways_bring_the_same(hapi: HapiServer, loaded: Loaded, more: tuple[str, ...], tmp_path: Path) -> None:
    manifest = fetch(hapi.base, tmp_path / "data", "--type", ",".join(TYPES), *more)
    assert counts(manifest) == {name: loaded.counts[name] for name in TYPES}


def test_behind_a_sign_in(hapi: HapiServer, loaded: Loaded, tmp_path: Path) -> None:
    manifest = fetch(hapi.secured, tmp_path / "data", "--type", "Patient", token=hapi.token)
    assert counts(manifest) == {"Patient": loaded.counts["Patient"]}


@pytest.mark.parametrize("patient", ["lab-patient", "med-patient"])
def test_all_about_a_patient(hapi: HapiServer, loaded: Loaded, patient: str, tmp_path: Path) -> None:
    fetch(hapi.base, tmp_path / "data", "--patient", patient)
    there = plain(hapi.base, f"Patient/{patient}/$everything?_count=50")
    assert content(tmp_path / "data") == there
    assert len(there) > 5


def test_all_about_a_group_of_patients(hapi: HapiServer, loaded: Loaded, tmp_path: Path) -> None:
    """HAPI has no $everything for groups: it is the group itself and all about each of its patients."""
    fetch(hapi.base, tmp_path / "data", "--group", loaded.group)
    there = plain(hapi.base, f"Group?_id={loaded.group}")
    for patient in loaded.patients:
        there |= plain(hapi.base, f"Patient/{patient}/$everything?_count=50")
    assert content(tmp_path / "data") == there
    assert len(there) > 20


def test_what_hits_refer_to(hapi: HapiServer, loaded: Loaded, tmp_path: Path) -> None:
    search = "DiagnosticReport?_id=lab-report"
    there = plain(hapi.base, f"{search}&_include=DiagnosticReport:subject")
    query = ["--query", search, "--include", "DiagnosticReport:subject"]
    fetch(hapi.base, tmp_path / "data", *query)
    assert content(tmp_path / "data") == there
    assert {key.partition("/")[0] for key in there} == {"DiagnosticReport", "Patient"}


def test_a_second_run_brings_what_has_changed_since(hapi: HapiServer, loaded: Loaded, tmp_path: Path) -> None:
    first = fetch(hapi.base, tmp_path / "data", "--type", "Questionnaire", "--since", "last")
    assert counts(first) == {"Questionnaire": loaded.counts["Questionnaire"]}
    second = fetch(hapi.base, tmp_path / "data", "--type", "Questionnaire", "--since", "last", "--restart")
    assert set(counts(second)) <= {"Questionnaire"}
    assert second["since"]


@pytest.mark.parametrize("more", [(), ("--concurrency", "1")])
def test_an_export_brings_all(hapi: HapiServer, loaded: Loaded, more: tuple[str, ...], tmp_path: Path) -> None:
    manifest = fetch(hapi.base, tmp_path / "data", "--bulk", *more)
    assert counts(manifest) == loaded.counts


def test_an_export_of_some_types_is_what_searches_bring(hapi: HapiServer, loaded: Loaded, tmp_path: Path) -> None:
    fetch(hapi.base, tmp_path / "searched", "--type", ",".join(TYPES))
    fetch(hapi.base, tmp_path / "exported", "--bulk", "--patient-level", "--type", ",".join(TYPES))
    assert content(tmp_path / "exported") == content(tmp_path / "searched")


def test_an_export_of_a_group_behind_a_sign_in(hapi: HapiServer, loaded: Loaded, tmp_path: Path) -> None:
    manifest = fetch(hapi.secured, tmp_path / "data", "--bulk", "--group", loaded.group, token=hapi.token)
    assert counts(manifest)["Patient"] == len(loaded.patients)
    found = content(tmp_path / "data")
    for patient in loaded.patients:
        own = {key for key in plain(hapi.base, f"Observation?patient={patient}") if key.startswith("Observation/")}
        assert own <= set(found)


def test_an_export_filtered(hapi: HapiServer, loaded: Loaded, tmp_path: Path) -> None:
    fetch(hapi.base, tmp_path / "data", "--bulk", "--type", "Patient", "--type-filter", "Patient?gender=female")
    assert content(tmp_path / "data") == plain(hapi.base, "Patient?gender=female")
