"""The same bytes for any number of processes, whether they are forked or spawned."""

import hashlib
import os
import subprocess
import sys

import pytest

from tests.needs import ROOT


def output(*arguments: str, start: str = "") -> str:
    """Hash of what the command prints."""
    environment = {**os.environ, **({"FHIRCHECK_START_METHOD": start} if start else {})}
    command = [sys.executable, "-m", "fhircheck", *arguments, "--package", "profiles", "sample_bundles"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=300, check=False)
    assert done.returncode == 1, done.stderr.decode()
    assert done.stdout
    return hashlib.sha256(done.stdout).hexdigest()


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_findings_are_the_same_bytes(start: str) -> None:
    if start == "fork" and not hasattr(os, "fork"):
        pytest.skip("needs fork: the platform has none")
    one = output("validate", "--format", "ndjson")
    assert output("validate", "--format", "ndjson", "--jobs", "2", start=start) == one


def test_three_processes_give_the_same_findings() -> None:
    assert output("check", "--format", "ndjson", "--jobs", "3") == output("check", "--format", "ndjson")
