"""The application over the R4 core, its worker in this very process: what is asked is answered by the real checker."""

import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.serve.access_log import Log
from fhircheck.serve.application import Guards, application
from fhircheck.serve.fhir.capability import capability_statement
from fhircheck.serve.fhir.checker import CheckPlan, resource_types
from fhircheck.serve.fhir.encoding import Encoder
from fhircheck.serve.fhir.service import FhirService
from fhircheck.serve.fhir.worker import answering
from fhircheck.serve.sessions import Sessions

LIMIT = 50_000


@pytest.fixture(scope="session")
def core() -> DefinitionSet:
    return load_definitions(offline=True)


@pytest.fixture(scope="session")
def types(core: DefinitionSet) -> list[str]:
    return resource_types(core)


@pytest.fixture(scope="session")
def answer(core: DefinitionSet) -> Callable[..., Any]:
    """The function of a worker, made once."""
    return answering(CheckPlan(core.recipe()))


@pytest.fixture
def service(core: DefinitionSet, types: list[str], answer: Callable[..., Any]) -> FhirService:
    pool = SimpleNamespace(ask=answer, healthy=True, close=lambda: None)
    statement = capability_statement(core, types, datetime(2026, 1, 1, tzinfo=UTC), False)
    encoder = Encoder(TypeTable(core))
    return FhirService(pool, encoder, statement, frozenset(types), 1, LIMIT, 5.0, "en", lambda bug: None)  # type: ignore[arg-type]


@pytest.fixture
def logged() -> list[str]:
    return []


@pytest.fixture
def client_of(service: FhirService, logged: list[str]) -> Iterator[Callable[..., Any]]:
    """A client of the application with the guards that are named."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a newer httpx is wanted, which is not there yet
        from starlette.testclient import TestClient

    opened = []

    def make(pages: Any = None, url: str = "http://localhost:8014", **guards: Any) -> Any:
        guards.setdefault("names", frozenset({"localhost"}))
        guards.setdefault("sessions", Sessions("fhircheck-8014", False))
        app = application(service, Guards(**guards), Log(write=logged.append), pages)
        opened.append(TestClient(app, base_url=url, follow_redirects=False))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def client(client_of: Callable[..., Any]) -> Any:
    return client_of()
