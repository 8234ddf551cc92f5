"""Where the server may listen, by what protects it there."""

from typing import Any

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.serve.address import check_address, is_loopback, is_unprotected, names_of
from fhircheck.serve.serve_options import ServeOptions

TLS = {"certificate": "c.pem", "key": "k.pem"}


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({}, ""),
        ({"host": "::1"}, ""),
        ({"host": "localhost"}, ""),
        ({"host": "0.0.0.0", **TLS}, ""),
        ({"host": "0.0.0.0", "public_url": "https://a.example"}, ""),
        ({"host": "0.0.0.0", "public_url": "http://localhost:8014"}, ""),
        ({"host": "0.0.0.0"}, "--certificate"),
        ({"host": "::"}, "--certificate"),
        ({"host": "192.0.2.7"}, "--certificate"),
        ({"key": "k.pem"}, "belong together"),
        ({"public_url": "a.example"}, "--public-url"),
        ({"public_url": "https://a.example/path"}, "--public-url"),
        ({"public_url": "https://a.example:99999"}, "--public-url"),
        ({"public_url": "https://user:secret@a.example"}, "user name or password"),
    ],
)
def test_what_others_can_reach_is_protected(options: dict[str, Any], fault: str) -> None:
    if not fault:
        check_address(ServeOptions(**options))
        return
    with pytest.raises(UsageError, match=fault) as refused:
        check_address(ServeOptions(**options))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("options", "unprotected"),
    [
        ({}, False),
        ({"host": "0.0.0.0", **TLS}, False),
        ({"host": "0.0.0.0", "public_url": "https://a.example"}, False),
        ({"host": "0.0.0.0", "public_url": "http://127.0.0.1:8014"}, False),
        ({"host": "0.0.0.0", "public_url": "http://a.example"}, True),
    ],
)
def test_a_token_in_the_clear_is_said(options: dict[str, Any], unprotected: bool) -> None:
    assert is_unprotected(ServeOptions(**options)) is unprotected


def test_names() -> None:
    assert names_of(ServeOptions()) == {"localhost"}
    assert names_of(ServeOptions(public_url="https://Check.Example:8443")) == {"localhost", "check.example"}
    assert "check.internal" in names_of(ServeOptions(host="check.internal", **TLS))
    assert [is_loopback(each) for each in ("127.9.9.9", "[::1]", "LOCALHOST", "127.1", "localhost.evil")] == [
        True, True, True, False, False,
    ]  # fmt: skip
