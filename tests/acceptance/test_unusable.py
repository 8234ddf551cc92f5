"""What was asked for and cannot be used ends with one clear line and exit code 3, through the real command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT

SAMPLE = "sample_bundles/valid/observations.ndjson"


def run(*arguments: str, cache: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FHIRCHECK_PACKAGE_CACHE": str(cache)}
    command = [sys.executable, "-m", "fhircheck", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("command", ["check", "validate"])
@pytest.mark.parametrize("hidden", [(), ("--hash-ids",)])
def test_a_missing_package_says_where_it_was_looked_for(command: str, hidden: tuple[str, ...], tmp_path: Path) -> None:
    done = run(command, SAMPLE, "--package", "no.such.package#1.0.0", "--offline", *hidden, cache=tmp_path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("fhircheck: ")
    assert "no.such.package#1.0.0" in done.stderr
    assert "a bug in fhircheck" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (SAMPLE, "--package", "nowhere/package.tgz", "--offline"),
        (SAMPLE, "--profile", "http://example.org/StructureDefinition/none"),
        ("nowhere.json",),
        ("http://127.0.0.1:9/fhir/Patient",),
    ],
)
def test_what_is_unusable_is_said_in_one_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run("check", *arguments, cache=tmp_path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("fhircheck: ")
    assert len(done.stderr.strip().splitlines()) <= 3
    assert "a bug in fhircheck" not in done.stderr
