"""A client for a server, and replies in turn."""

from fhircheck.model.connection import Connection
from fhircheck.transport.http import HttpClient
from tests.loopback import Loopback, Reply

JSON = {"Content-Type": "application/fhir+json"}
OK: Reply = (200, JSON, b"{}")


def in_turn(server: Loopback, *replies: Reply) -> None:
    """The replies one after the other, the last one for ever."""
    left = list(replies)
    server.answer = lambda asked: left.pop(0) if len(left) > 1 else left[0]


def client(server: Loopback, **settings: object) -> HttpClient:
    return HttpClient(Connection(**settings), server.base)  # type: ignore[arg-type]
