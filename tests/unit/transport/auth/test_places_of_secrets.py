"""Secrets are named by where they are; what is wrong with a place is said, what is in it never."""

import sys
from pathlib import Path
from types import ModuleType

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport.auth.bearer import bearer_credentials
from fhircheck.transport.auth.checks import check_connection, check_one_server, remarks
from fhircheck.transport.auth.private_key import SigningKey, signing_key
from fhircheck.transport.auth.secret import check_reference, read_secret
from tests.certificates import private_pem

P384 = ec.generate_private_key(ec.SECP384R1())


def test_environment_and_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLACE", "a secret ")
    assert read_secret("env:PLACE") == "a secret "
    file = tmp_path / "with:colon"
    file.write_bytes("﻿sécret\r\n".encode())
    assert read_secret(f"file:{file}") == "sécret"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_secret("file:~/with:colon") == "sécret"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:NOT_THERE", "no such variable"),
        ("file:/not/there", "no such file"),
        ("file:{folder}", "is a directory"),
        ("file:{folder}/empty", "the file is empty"),
        ("file:{folder}/large", "larger than 64 KiB"),
        ("file:{folder}/binary", "no UTF-8 text"),
        ("keyring:alone", "keyring:SERVICE/USER"),
        ("env:", "names no place"),
    ],
)
def test_a_place_without_a_secret_is_wrong_use(reference: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=said):
        check_reference(reference.format(folder=tmp_path), "--secret")


@pytest.mark.parametrize("given", ["hunter2", "", "ENV:NAME", "https://hunter2", "-----BEGIN hunter2"])
def test_what_may_be_the_secret_itself_is_not_repeated(given: str) -> None:
    with pytest.raises(UsageError, match="not written down but named") as raised:
        check_reference(given, "--secret")
    assert "hunter2" not in str(raised.value)


def test_a_file_that_others_can_read_is_remarked(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("x")
    connection = Connection(secret=f"file:{file}", passphrase=f"file:{file}")
    for mode, number in ((0o600, 0), (0o640, 0), (0o604, 2), (0o602, 2)):
        file.chmod(mode)
        assert len(remarks(connection)) == number
    assert "chmod 600" in remarks(connection)[0]


def fake_keyring(monkeypatch: pytest.MonkeyPatch, answer: str | Exception | None) -> None:
    module, errors = ModuleType("keyring"), ModuleType("keyring.errors")

    class KeyringError(Exception):
        pass

    def get_password(service: str, user: str) -> str | None:
        assert (service, user) == ("https://fhir.example.org/a", "nurse")
        if isinstance(answer, Exception):
            raise KeyringError("hunter2")
        return answer

    module.get_password, errors.KeyringError = get_password, KeyringError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def test_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    place = "keyring:https://fhir.example.org/a/nurse"
    fake_keyring(monkeypatch, "hunter2")
    check_reference(place, "--secret")
    assert read_secret(place) == "hunter2"
    fake_keyring(monkeypatch, None)
    with pytest.raises(UsageError, match="holds no such entry"):
        read_secret(place)
    fake_keyring(monkeypatch, ValueError())
    with pytest.raises(UsageError, match=r"cannot be opened \(KeyringError\)") as raised:
        read_secret(place)
    assert "hunter2" not in str(raised.value)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(UsageError, match=r"pip install 'fhircheck\[keyring\]'"):
        check_reference(place, "--secret")


def test_the_real_keyring_is_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return "hunter2" if (service, username) == ("fhir", "nurse") else None

        def set_password(self, service: str, username: str, password: str) -> None: ...

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        assert read_secret("keyring:fhir/nurse") == "hunter2"
        with pytest.raises(UsageError, match="holds no such entry"):
            read_secret("keyring:fhir/doctor")
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "", "ümlaut"])
def test_what_no_header_can_carry_is_no_token(token: str) -> None:
    with pytest.raises(UsageError, match="file:x: holds no token") as raised:
        bearer_credentials(token, "file:x")
    assert not token or token not in str(raised.value)


def jwk(key: object, **more: str) -> dict[str, object]:
    kind: object = (
        jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    )
    return {**kind.to_jwk(key, as_dict=True), **more}  # type: ignore[attr-defined]


def as_text(value: object) -> str:
    import json

    return json.dumps(value)


@pytest.mark.parametrize(
    ("text", "key_id", "phrase", "said"),
    [
        ("hunter2", "k", "", "neither a PEM nor a JSON Web Key"),
        ("{hunter2", "k", "", "neither a PEM nor a JSON Web Key"),
        ('{"keys": 5}', "k", "", "no private key for signing"),
        (as_text(jwk(P384, use="enc")), "k", "", "no private key for signing"),
        (as_text({"kty": "EC", "d": "hunter2", "crv": "P-384"}), "k", "", "damaged"),
        (as_text({"kty": "RSA", "d": 5}), "k", "", "damaged"),
        (as_text({"keys": [jwk(P384, kid="a"), jwk(P384, kid="b")]}), "", "", "several private keys"),
        (as_text(jwk(P384, kid="a")), "b", "", "no key that --key-id names"),
        (as_text(jwk(P384)), "", "", "no name"),
        (private_pem(P384).decode(), "", "", "no name"),
        (private_pem(P384, "hunter2").decode(), "k", "", "is encrypted"),
        (private_pem(P384, "hunter2").decode(), "k", "other", "another passphrase"),
        (private_pem(P384).decode(), "k", "hunter2", "is not encrypted"),
        (private_pem(ec.generate_private_key(ec.SECP256R1())).decode(), "k", "", "curve P-384"),
        (private_pem(rsa.generate_private_key(65537, 1024)).decode(), "k", "", "at least 2048 bits"),
    ],
)  # fmt: skip
def test_keys_that_cannot_sign_are_wrong_use(text: str, key_id: str, phrase: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"file:key: .*{said}") as raised:
        signing_key(text, "file:key", key_id, phrase)
    assert "hunter2" not in str(raised.value)


def test_a_key_does_not_show_itself() -> None:
    found = signing_key(as_text({"keys": [jwk(P384, kid="a"), jwk(P384, kid="b")]}), "env:X", "b")
    assert (found.id, found.algorithm) == ("b", "ES384")
    assert repr(found) == "SigningKey(id='b', algorithm='ES384')"
    assert isinstance(found, SigningKey)


# -- what fits together ---------------------------------------------------------------------------

BASIC = {"sign_in": "basic", "user": "u", "secret": "env:PLACE"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sign_in": "basic", "secret": "env:PLACE"}, "--auth basic needs --user"),
        ({"sign_in": "basic", "user": "u"}, "--auth basic needs --secret: where the password"),
        ({"sign_in": "bearer"}, "--auth bearer needs --secret"),
        ({"sign_in": "oauth2", "secret": "env:PLACE"}, "--auth oauth2 needs --client-id"),
        ({"sign_in": "smart", "client_id": "c", "secret": "env:PLACE"}, "--auth smart needs --scope"),
        ({"sign_in": "magic"}, "--auth: must be one of none, basic, bearer, oauth2, smart"),
        ({"user": "u"}, "--user has no use with --auth none; it belongs to --auth basic"),
        ({"secret": "env:PLACE"}, "--secret has no use with --auth none"),
        ({**BASIC, "scopes": "x"}, "--scope has no use with --auth basic; it belongs to --auth oauth2, smart"),
        ({**BASIC, "token_url": "https://x.example/t"}, "--token-url has no use with --auth basic"),
        ({**BASIC, "secret": "hunter2"}, "--secret: a secret is not written down"),
        ({"certificate_key": "x"}, "--cert-key needs --cert"),
        ({"passphrase": "env:PLACE"}, "--passphrase has no use without --cert or --auth smart"),
        ({"certificate": "/not/there"}, "--cert /not/there: no such file"),
        ({"ca_file": "/not/there"}, "--ca-file /not/there: no such file"),
        ({"proxy": "http://me:hunter2@proxy:3128"}, "--proxy: a user or password in a URL is not taken; set"),
        ({"proxy": "proxy:3128"}, "--proxy: must be an address"),
        ({"proxy": "http://"}, "--proxy: must be an address"),
        ({"sign_in": "oauth2", "client_id": "c", "secret": "env:PLACE", "token_url": "http://auth.example/t"},
         "--token-url: a secret is not sent over plain HTTP"),
        ({"retries": -1}, "--retries: must be a number from 0"),
        ({"retries": 1.5}, "--retries: must be a whole number"),
        ({"retries": True}, "--retries: must be a number"),
        ({"retries": "3"}, "--retries: must be a number"),
        ({"read_timeout": 0}, "--timeout: must be more than 0"),
        ({"rate": float("nan")}, "--rate: must be a number"),
        ({"read_timeout": float("inf")}, "--timeout: must be a number"),
        ({"concurrency": 0}, "--concurrency: must be more than 0"),
        ({"user": 5}, "--user: must be a text"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_say_what_is_missing(
    settings: dict[str, object], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE", "x")
    with pytest.raises(UsageError) as raised:
        check_connection(Connection(**settings))  # type: ignore[arg-type]
    assert said in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_settings_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "x")
    for settings in (
        {}, BASIC, {"sign_in": "bearer", "secret": "env:PLACE"}, {"proxy": "http://proxy:3128"},
        {"sign_in": "oauth2", "client_id": "c", "secret": "env:PLACE", "client_auth": "post"},
        {"sign_in": "smart", "client_id": "c", "secret": "env:PLACE", "scopes": "s", "passphrase": "env:PLACE"},
    ):  # fmt: skip
        check_connection(Connection(**settings))  # type: ignore[arg-type]


def test_credentials_are_for_one_server() -> None:
    two = ["https://a.example/fhir/Patient", "https://b.example/fhir/Patient"]
    check_one_server(Connection(), two)
    check_one_server(Connection(**BASIC), [two[0], "https://A.example:443/fhir/Observation"])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"for one server, but several are named \(a\.example, b\.example\)"):
        check_one_server(Connection(**BASIC), two)  # type: ignore[arg-type]
