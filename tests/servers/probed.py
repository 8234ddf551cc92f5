"""What probes are handed, for the server in memory; and their results by what they are about."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.probe.probe import Probing
from fhircheck.probe.probes import PROBES
from fhircheck.probe.result import ProbeResult
from fhircheck.transport.http import HttpClient
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import FhirServer

QUICK = replace(DEFAULT_CONNECTION, retries=0, connect_timeout=2.0, read_timeout=5.0)


@contextmanager
def probing(server: FhirServer, connection: Connection = QUICK, **given: Any) -> Iterator[Probing]:
    """A Probing of `server`; its samples are all resources the server has, unless they are given."""
    samples: dict[str, list[dict[str, Any]]] = {}
    for each in server.searching.by_name.values():
        samples.setdefault(each["resourceType"], []).append(each)
    anonymous = replace(connection, sign_in="none", secret="", certificate="", certificate_key="")
    with HttpClient(connection, server.base) as client, HttpClient(anonymous, server.base) as plain:
        yield Probing(client, plain, server.base, server.capability, **{"samples": samples, **given})


def probed(server: FhirServer, name: str, connection: Connection = QUICK, **given: Any) -> list[ProbeResult]:
    """What the probe called `name` finds."""
    with probing(server, connection, **given) as handed:
        return list(PROBES[name].run(handed))


def told(results: Iterable[ProbeResult]) -> dict[str, str]:
    """About -> the reason, or the outcome where there is none; of several about one thing the worst."""
    found: dict[str, str] = {}
    order = {"unmet": 0, "met": 1, "not-tested": 2}
    for each in sorted(results, key=lambda each: order[each.outcome]):
        found.setdefault(each.about, each.why or each.outcome)
    return found


def replied(body: Any = None, status: int = 200, **headers: str) -> Reply:
    """An answer in JSON; names of headers with underscores for hyphens."""
    import json

    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Reply(status, {"Content-Type": "application/fhir+json", **named}, content)
