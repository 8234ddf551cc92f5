"""`fhircheck server` against a whole hospital on loopback: TLS, a token, SMART, PDQm, PIXm and MHD."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.servers.clinic import DOCUMENT, FAMILIES, clinic
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import FhirServer
from tests.servers.ihe_operations import KEYS, SMART_PATH, CrossReference, Matching, smart_configuration
from tests.servers.probed import replied
from tests.servers.tls_server import authority, certificate, secured

TOKEN = "a-token-that-nobody-may-see"
PROBES = (
    "tls-version", "certificate", "plain-http", "anonymous-read", "invalid-token", "sign-in-challenge", "cors",
    "smart-configuration", "patient-demographics", "patient-match", "patient-identifiers", "document-retrieval",
)  # fmt: skip
ACTORS = ("pdqm-supplier-match", "pixm-manager", "smart-app-launch", "isik-sicherheit")


class Hospital(NamedTuple):
    server: FhirServer
    ca_file: Path


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    tmp_path = tmp_path_factory.mktemp("hospital")
    trusted = authority(tmp_path)
    server = secured(FhirServer(clinic(), token=TOKEN), certificate(trusted, tmp_path))
    Matching(server)
    CrossReference(server)
    locked = server._locked
    server._locked = lambda asked: asked.path != "/jwks" and locked(asked)
    server.routes["GET", SMART_PATH] = lambda asked: replied(
        smart_configuration(server.base), content_type="application/json"
    )
    server.routes["GET", "/jwks"] = lambda asked: replied(KEYS)
    server.routes["GET", "/Binary/b0"] = lambda asked: Reply(200, {"Content-Type": "text/html"}, DOCUMENT)
    with server:
        yield Hospital(server, trusted.file)


def judged(hospital: Hospital, *arguments: str, token: str = TOKEN) -> tuple[dict[str, Any], str, int]:
    """The report as JSON, all that was written, and the exit code."""
    against = [part for name in ACTORS for part in ("--against", name)]
    done = subprocess.run(
        [sys.executable, "-m", "fhircheck", "server", hospital.server.base, "--format", "json", *against,
         "--auth", "bearer", "--secret", "env:HOSPITAL_TOKEN", "--ca-file", str(hospital.ca_file), *arguments],
        capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "HOSPITAL_TOKEN": token, "NO_PROXY": "*"},
    )  # fmt: skip
    return json.loads(done.stdout), done.stdout + done.stderr, done.returncode


@pytest.fixture(scope="module")
def whole(hospital: Hospital) -> tuple[dict[str, Any], str, int]:
    """One run of the probes of security, SMART and IHE."""
    return judged(hospital, *(part for name in PROBES for part in ("--only", name)))


def rows(report: dict[str, Any], actor: str) -> dict[str, str]:
    table = next(each for each in report["actors"] if each["actor"] == actor)
    return {each["id"]: each["probed"] for each in table["results"]}


def test_a_whole_hospital(whole: tuple[dict[str, Any], str, int]) -> None:
    report, written, _ = whole
    match = rows(report, "pdqm-supplier-match")
    for name in ("search-type:family+gender", "search-type:birthdate+family", "search-type:no-hits",
                 "operation:$match", "operation:$match:score", "operation:$match:grade",
                 "operation:$match:certain"):  # fmt: skip
        assert match[f"Patient.{name}"] == "met", name
    pix = rows(report, "pixm-manager")
    for name in ("operation:$ihe-pix", "operation:$ihe-pix:unknown-domain", "operation:$ihe-pix:unknown-identifier"):
        assert pix[f"Patient.{name}"] == "met", name
    for actor in ("smart-app-launch", "isik-sicherheit"):
        assert {
            name: each for name, each in rows(report, actor).items() if "smart-configuration" in name and each != "met"
        } == {}
    found = {(each["probe"], each["about"]): each["outcome"] for each in report["probes"]}
    for probe, about in (("tls-version", "security.tls"), ("certificate", "security.certificate"),
                         ("anonymous-read", "security.token-required"), ("invalid-token", "security.invalid-token"),
                         ("sign-in-challenge", "security.sign-in-challenge"), ("plain-http", "security.plain-http"),
                         ("document-retrieval", "Binary.read:hash")):  # fmt: skip
        assert found[probe, about] == "met", about
    assert TOKEN not in written
    assert not [each for each in (*FAMILIES, "Musterärztin", "838382202", "000001") if each in written]


def test_nothing_is_written_and_no_stranger_gets_the_token(hospital: Hospital, whole: Any) -> None:
    assert {each.method for each in hospital.server.asked} <= {"GET", "POST", "OPTIONS", "HEAD"}
    signed = {each.headers.get("authorization", "") for each in hospital.server.asked}
    assert f"Bearer {TOKEN}" in signed
    wrong = [each for each in hospital.server.asked if each.path == "/metadata" and each.method == "OPTIONS"]
    assert wrong
    assert all("authorization" not in each.headers for each in wrong)


def test_an_open_hospital_is_noticed(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hospital.server, "_locked", lambda asked: False)
    report, _, code = judged(hospital, "--only", "anonymous-read", "--only", "invalid-token")
    assert {each["why"] for each in report["probes"]} == {"readable-without-sign-in", "any-token-accepted"}
    assert code == 1
