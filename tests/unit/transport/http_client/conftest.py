"""Servers on this machine for the HTTP client, which pauses hardly and knows no proxy."""

from collections.abc import Iterator

import pytest

from fhircheck.transport import http, retry
from tests.loopback import Loopback
from tests.module_time import set_time

PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "PAUSE", 0.01)
    for name in (*PROXIES, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as one:
        yield one


@pytest.fixture
def other() -> Iterator[Loopback]:
    with Loopback() as one:
        yield one


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    set_time(monkeypatch, http, sleep=slept.append)
    return slept
