"""TLS on loopback: whom we trust, and to whom our own certificate is shown."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport import http
from fhircheck.transport.http import HttpClient, ServerFault
from fhircheck.transport.tls import TlsAsk, handshake
from fhircheck.transport.tls_trust import tls_context
from tests.certificates import Authority, Made
from tests.loopback import Loopback
from tests.module_time import set_time

HOSTS = ("localhost", "127.0.0.1")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("other"), "Other Authority")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    set_time(monkeypatch, http, sleep=lambda seconds: None)
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(authority: Authority) -> Iterator[Loopback]:
    with Loopback(
        lambda asked: (200, {}, b"{}"), authority.server_context(authority.issue("server", hosts=HOSTS))
    ) as one:
        yield one


@pytest.fixture
def strict(authority: Authority) -> Iterator[Loopback]:
    context = authority.server_context(authority.issue("strict", hosts=HOSTS), clients=True)
    with Loopback(lambda asked: (200, {}, b"{}"), context) as one:
        yield one


def status(server: Loopback, path: str = "/fhir", **settings: object) -> int:
    with HttpClient(Connection(**{"retries": 0, **settings}), server.base) as client:  # type: ignore[arg-type]
        return client.get(server.origin + path).status


def test_an_authority_of_ones_own_is_trusted_instead_of_the_systems(server: Loopback, authority: Authority) -> None:
    assert status(server, ca_file=str(authority.certificate)) == 200


def test_unknown_authorities_are_refused(
    server: Loopback, other_authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    for settings in ({}, {"ca_file": str(other_authority.certificate)}):
        with pytest.raises(ServerFault) as raised:
            status(server, **settings)
        assert raised.value.shown in (
            "certificate-not-accepted, unknown authority", "certificate-not-accepted, self-signed authority",
            "certificate-not-accepted, incomplete chain",
        )  # fmt: skip
    assert server.asked == []


def test_the_environment_may_name_the_authorities_and_the_option_goes_before(
    server: Loopback, authority: Authority, other_authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.certificate))
    assert status(server) == 200
    with pytest.raises(ServerFault, match="certificate-not-accepted"):
        status(server, ca_file=str(other_authority.certificate))


@pytest.mark.parametrize(
    ("made", "detail"),
    [({"hosts": ("fhir.example.org",)}, "for another host"), ({"hosts": HOSTS, "expired": True}, "expired")],
)
def test_what_is_wrong_with_a_certificate_is_said(authority: Authority, made: dict[str, object], detail: str) -> None:
    issued = authority.issue("wrong", **made)  # type: ignore[arg-type]
    with Loopback(tls=authority.server_context(issued)) as server, pytest.raises(ServerFault) as raised:
        status(server, ca_file=str(authority.certificate))
    assert raised.value.shown == f"certificate-not-accepted, {detail}"


def test_mutual_tls(strict: Loopback, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = {"ca_file": str(authority.certificate)}
    with pytest.raises(ServerFault, match="client-certificate-refused"):
        status(strict, retries=30, **trusted)  # a server that hangs up at once may cut its own reason off
    client = authority.issue("client")
    own = {"certificate": str(client.certificate), "certificate_key": str(client.key)}
    assert status(strict, **trusted, **own) == 200
    assert str(strict.asked[-1].peer).count("'client'") == 1
    both = client.certificate.with_name("both.pem")
    both.write_bytes(client.certificate.read_bytes() + client.key.read_bytes())
    assert status(strict, **trusted, certificate=str(both)) == 200
    locked = authority.issue("locked", passphrase="s3cret-phrase")
    own = {"certificate": str(locked.certificate), "certificate_key": str(locked.key)}
    monkeypatch.setenv("PHRASE", "s3cret-phrase")
    assert status(strict, **trusted, **own, passphrase="env:PHRASE") == 200
    with pytest.raises(UsageError, match="is encrypted: name its passphrase"):
        status(strict, **trusted, **own)


def test_a_client_certificate_of_another_authority_is_refused(
    strict: Loopback, authority: Authority, other_authority: Authority
) -> None:
    client = other_authority.issue("stranger")
    own = {"certificate": str(client.certificate), "certificate_key": str(client.key)}
    with pytest.raises(ServerFault, match="client-certificate-refused"):
        status(strict, retries=30, ca_file=str(authority.certificate), **own)


def test_our_certificate_is_shown_to_the_origin_of_the_base_only(strict: Loopback, authority: Authority) -> None:
    client = authority.issue("client")
    context = authority.server_context(authority.issue("elsewhere", hosts=HOSTS))
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(authority.certificate)
    own = Connection(
        retries=0,
        ca_file=str(authority.certificate),
        certificate=str(client.certificate),
        certificate_key=str(client.key),
    )
    with Loopback(lambda asked: (200, {}, b"{}"), context) as elsewhere:
        with HttpClient(own, strict.base) as one:
            assert one.get(strict.base).status == one.get(elsewhere.base).status == 200
            with one.stream(elsewhere.base) as stream:
                assert b"".join(stream.blocks) == b"{}"
        assert [each.peer for each in elsewhere.asked] == [None, None]
        with HttpClient(own, elsewhere.base) as one:
            one.get(elsewhere.base)
        assert elsewhere.asked[-1].peer


def test_files_that_are_no_certificates_are_wrong_use(tmp_path: Path, authority: Authority) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("hello")
    client, server = authority.issue("client"), authority.issue("server", hosts=HOSTS)
    mixed = Made(client.certificate, server.key)
    for settings, said in (
        ({"ca_file": str(empty)}, "holds no certificates of authorities"),
        ({"ca_file": str(tmp_path / "gone.pem")}, "holds no certificates of authorities"),
        ({"certificate": str(empty)}, "no certificate and private key"),
        ({"certificate": str(client.certificate)}, "no certificate and private key"),
        ({"certificate": str(mixed.certificate), "certificate_key": str(mixed.key)}, "key is not the certificate's"),
        ({"certificate": str(client.certificate), "certificate_key": str(tmp_path / "gone")}, "no such file"),
    ):
        with pytest.raises(UsageError, match=said):
            tls_context(Connection(**settings), shown=True)  # type: ignore[arg-type]


def test_old_versions_of_tls_are_not_spoken() -> None:
    assert tls_context(Connection(), shown=False).minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_handshake_alone_never_asks_for_a_passphrase(
    strict: Loopback, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHRASE", "s3cret-phrase")
    locked = authority.issue("locked", passphrase="s3cret-phrase")
    asked = TlsAsk("localhost", strict.port, ca_file=str(authority.certificate),
                   certificate=str(locked.certificate), certificate_key=str(locked.key))  # fmt: skip
    assert handshake(asked).fault == "not-available-here"
    assert handshake(replace(asked, passphrase="env:PHRASE")).version == "TLSv1.3"
