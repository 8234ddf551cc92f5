"""How a server is reached: each fault of its TLS is noticed, and a sound one meets all."""

import ssl
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import QUICK, probed, told
from tests.servers.tls_server import Authority, authority, certificate, secured

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_a_sound_server_meets_all(trusted: Authority, tmp_path: Path) -> None:
    connection = replace(QUICK, ca_file=str(trusted.file))
    with secured(FhirServer(clinic()), certificate(trusted, tmp_path)) as server:
        assert told(probed(server, "tls-version", connection)) == {"security.tls": "met"}
        found = probed(server, "tls-version", connection)
        assert found[0].evidence[0].note == "TLSv1.3"
        assert told(probed(server, "old-tls-refused", connection)) == {
            "security.tls-refused:TLSv1": "met",
            "security.tls-refused:TLSv1.1": "met",
        }
        assert told(probed(server, "certificate", connection)) == {
            "security.certificate": "met",
            "security.certificate-end": "met",
        }
        assert told(probed(server, "plain-http", connection)) == {"security.plain-http": "met"}


def test_old_versions_are_noticed(trusted: Authority, tmp_path: Path) -> None:
    pem = certificate(trusted, tmp_path)
    with secured(FhirServer(clinic()), pem, ssl.TLSVersion.TLSv1) as server:
        assert told(probed(server, "old-tls-refused")) == {
            "security.tls-refused:TLSv1": "old-tls-accepted",
            "security.tls-refused:TLSv1.1": "old-tls-accepted",
        }
        assert told(probed(server, "tls-version")) == {"security.tls": "met"}


def test_a_server_that_can_only_do_old_versions(trusted: Authority, tmp_path: Path) -> None:
    pem = certificate(trusted, tmp_path)
    with secured(FhirServer(clinic()), pem, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1) as server:
        found = probed(server, "tls-version")
        assert [(each.why, dict(each.params)) for each in found] == [("tls-too-old", {"version": "TLSv1.1"})]


def test_a_version_this_machine_lacks_is_not_tested(
    trusted: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fhircheck.transport import tls

    def cannot(asked: tls.TlsAsk) -> ssl.SSLContext:
        raise ssl.SSLError("no such version here")

    monkeypatch.setattr(tls, "_context", cannot)
    with secured(FhirServer(clinic()), certificate(trusted, tmp_path)) as server:
        assert set(told(probed(server, "old-tls-refused")).values()) == {"tls-not-available-here"}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"ends": -1, "begins": -9}, "certificate-expired"),
        ({"begins": 2}, "certificate-not-yet-valid"),
        ({"host": "other.example.org"}, "certificate-other-host"),
    ],
)
def test_faults_of_the_certificate(trusted: Authority, tmp_path: Path, given: dict, reason: str) -> None:
    connection = replace(QUICK, ca_file=str(trusted.file))
    with secured(FhirServer(clinic()), certificate(trusted, tmp_path, **given)) as server:
        results = told(probed(server, "certificate", connection))
        assert results["security.certificate"] == reason
        assert results["security.certificate-end"] == ("certificate-ends-soon" if "ends" in given else "met")


def test_an_unknown_authority(trusted: Authority, tmp_path: Path) -> None:
    with secured(FhirServer(clinic()), certificate(trusted, tmp_path)) as server:
        assert told(probed(server, "certificate"))["security.certificate"] == "certificate-unknown-authority"


@pytest.mark.parametrize(("ends", "reason"), [(10, "certificate-ends-soon"), (40, "met")])
def test_days_that_are_left(trusted: Authority, tmp_path: Path, ends: int, reason: str) -> None:
    connection = replace(QUICK, ca_file=str(trusted.file))
    with secured(FhirServer(clinic()), certificate(trusted, tmp_path, ends=ends)) as server:
        found = probed(server, "certificate", connection)
        assert told(found)["security.certificate-end"] == reason
        assert found[1].expectation == "SHOULD"
        if ends == 10:
            assert dict(found[1].params) == {"days": 9}


def test_a_client_certificate_is_shown(trusted: Authority, tmp_path: Path) -> None:
    mine = certificate(trusted, tmp_path, name="client")
    connection = replace(QUICK, ca_file=str(trusted.file), certificate=str(mine))
    pem = certificate(trusted, tmp_path)
    with secured(FhirServer(clinic()), pem, newest=ssl.TLSVersion.TLSv1_2, clients=trusted.file) as server:
        assert told(probed(server, "tls-version", connection)) == {"security.tls": "met"}
        assert told(probed(server, "tls-version", replace(connection, certificate=""))) == {"security.tls": "no-tls"}


def test_no_server(trusted: Authority, tmp_path: Path) -> None:
    server = secured(FhirServer(clinic()), certificate(trusted, tmp_path))
    server.close()
    for name in ("tls-version", "old-tls-refused", "certificate"):
        assert {each.outcome for each in probed(server, name)} == {"not-tested"}


def test_a_proxy_hides_the_server(trusted: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with secured(FhirServer(clinic()), certificate(trusted, tmp_path)) as server:
        proxied = replace(QUICK, proxy="http://127.0.0.1:9")
        assert told(probed(server, "tls-version", proxied)) == {"security.tls": "behind-a-proxy"}
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", "")
        assert told(probed(server, "tls-version")) == {"security.tls": "behind-a-proxy"}


def test_plain_http_on_this_machine_is_not_tested() -> None:
    with FhirServer(clinic()) as server:
        assert told(probed(server, "plain-http")) == {"security.plain-http": "loopback"}
        for name in ("tls-version", "old-tls-refused", "certificate"):
            assert set(told(probed(server, name)).values()) == {"no-tls-on-loopback"}


def test_plain_http_elsewhere_is_a_finding() -> None:
    with FhirServer(clinic()) as server:
        server.base = "http://fhir.example.org/r4"
        found = probed(server, "plain-http")
        assert [(each.outcome, each.why, each.expectation) for each in found] == [
            ("unmet", "base-is-plain-http", "SHALL")
        ]


@pytest.mark.parametrize(
    ("status", "location", "reason"),
    [
        (200, "", "plain-http-answers"),
        (301, "https://fhir.example.org/metadata", "met"),
        (302, "http://fhir.example.org/metadata", "plain-http-redirects-elsewhere"),
        (302, "/metadata", "plain-http-redirects-elsewhere"),
        (403, "", "met"),
        (0, "", "met"),
    ],
)
def test_what_stands_on_the_plain_port(status: int, location: str, reason: str) -> None:
    from fhircheck.probe.asking import Asked
    from fhircheck.probe.probes.tls import _judged_plain
    from fhircheck.probe.verdict import Verdict

    asked = Asked("GET http://fhir.example.org/metadata", status, headers={"location": location} if location else {})
    found = _judged_plain(Verdict("plain-http", "security.plain-http"), asked)
    assert (found.why or found.outcome) == reason


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://fhir.example.org/r4", "http://fhir.example.org:80/r4/metadata"),
        ("https://fhir.example.org:443", "http://fhir.example.org:80/metadata"),
        ("https://fhir.example.org:8443/r4", "http://fhir.example.org:8443/r4/metadata"),
        ("https://[2001:db8::1]/r4", "http://[2001:db8::1]:80/r4/metadata"),
    ],
)
def test_where_the_plain_port_is(base: str, url: str) -> None:
    from fhircheck.probe.probes.tls import plain_url

    assert plain_url(base) == url


def test_no_warning_of_old_versions_reaches_the_user(trusted: Authority, tmp_path: Path) -> None:
    with (
        secured(FhirServer(clinic()), certificate(trusted, tmp_path)) as server,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("error")
        probed(server, "old-tls-refused")
