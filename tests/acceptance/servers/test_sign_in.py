"""Signing in to a real server through the real command, and not being able to."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.servers.hapi.loading import Loaded
from tests.servers.hapi.process import HapiServer


def run(*arguments: str, secret: str, cache: Path) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FHIRCHECK_AUTH")}
    environment = {**kept, "FHIRCHECK_PACKAGE_CACHE": str(cache), "HOSPITAL_SECRET": secret}
    command = [sys.executable, "-m", "fhircheck", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("method", ["basic", "bearer"])
def test_who_signs_in_reads_everything(hapi: HapiServer, loaded: Loaded, method: str, tmp_path: Path) -> None:
    ways = {"basic": (["--user", hapi.user], hapi.password), "bearer": ([], hapi.token)}
    more, secret = ways[method]
    sign_in = ["--auth", method, *more, "--secret", "env:HOSPITAL_SECRET"]
    done = run("check", f"{hapi.secured}/Patient?_count=7", *sign_in, "--format", "json", secret=secret, cache=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert {each["type"]: each["count"] for each in json.loads(done.stdout)["resources"]} == {
        "Patient": loaded.counts["Patient"]
    }
    assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize("sign_in", [(), ("--auth", "bearer", "--secret", "env:HOSPITAL_SECRET")])
def test_who_does_not_is_told_so(hapi: HapiServer, sign_in: tuple[str, ...], tmp_path: Path) -> None:
    done = run("check", f"{hapi.secured}/Patient", *sign_in, secret="no-such-token-4711", cache=tmp_path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "401" in done.stderr
    assert "no-such-token-4711" not in done.stderr


def test_a_base_address_is_read_by_type(hapi: HapiServer, loaded: Loaded, tmp_path: Path) -> None:
    sign_in = ["--auth", "bearer", "--secret", "env:HOSPITAL_SECRET"]
    done = run("check", hapi.secured, *sign_in, "--format", "json", secret=hapi.token, cache=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    found = {each["type"]: each["count"] for each in json.loads(done.stdout)["resources"]}
    found.pop("Binary", None)  # the server keeps the files of exports as such
    assert found == loaded.counts
