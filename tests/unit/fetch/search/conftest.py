"""A FHIR server in memory that is asked without proxies and pauses."""

from collections.abc import Iterator

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("fhircheck.sources.search_reading._PAUSE", 0.0)


@pytest.fixture
def server() -> Iterator[FhirServer]:
    with FhirServer(clinic()) as started:
        yield started
