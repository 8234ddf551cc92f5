"""Load the server once with sample and shared data, and say what it then holds, by its own answers to our requests."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from tests.servers.hapi.build import ServerUnusable, locked
from tests.servers.hapi.process import HapiRun
from tests.servers.loading import sample_resources, sample_transactions, sample_xml, shared_resources, updates

FHIR_JSON = {"Content-Type": "application/fhir+json"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """counts: resources by type that the server said it created. patients: ids with data about them. group: an id."""

    counts: dict[str, int]
    patients: tuple[str, ...]
    group: str


def load(run: HapiRun, *, large: bool = False) -> Loaded:
    """What the server of `run` holds, loaded by the first that asks. Raises ServerUnusable where it refuses."""
    note = run.folder / "loaded.json"
    with locked(run.folder / "load.lock"):
        if note.exists():
            kept = json.loads(note.read_text())
            return Loaded(kept["counts"], tuple(kept["patients"]), kept["group"])
        server = run.running()
        if server is None:
            raise ServerUnusable("the server does not run")
        loaded = _loaded(server.base, large)
        note.write_text(json.dumps(asdict(loaded)))
        return loaded


def _loaded(base: str, large: bool) -> Loaded:
    import requests

    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(FHIR_JSON)
        created: set[str] = set()
        group = _group()
        resources = [*sample_resources(), *shared_resources(large=large), group]
        for bundle in [*sample_transactions(), *updates(iter(resources))]:
            created.update(_transacted(session, base, bundle))
        for kind, text in sample_xml():
            created.add(
                _created(session.post(f"{base}/{kind}", text, headers={"Content-Type": "application/fhir+xml"}))
            )
    return Loaded(
        dict(sorted(Counter(each.partition("/")[0] for each in created).items())), _members(group), group["id"]
    )


def _group() -> dict[str, Any]:
    """A Group of three sample patients about whom there is something to fetch."""
    members = [{"entity": {"reference": f"Patient/{each}"}} for each in ("lab-patient", "med-patient", "img-patient")]
    return {"resourceType": "Group", "id": "three-patients", "type": "person", "actual": True, "member": members}


def _members(group: dict[str, Any]) -> tuple[str, ...]:
    return tuple(each["entity"]["reference"].rpartition("/")[2] for each in group["member"])


def _transacted(session: Any, base: str, bundle: dict[str, Any]) -> Iterable[str]:
    answer = session.post(base, json.dumps(bundle).encode(), timeout=300)
    if answer.status_code != 200:
        raise ServerUnusable(f"HAPI FHIR refused a transaction ({answer.status_code}): {answer.text[:300]}")
    for entry in answer.json()["entry"]:
        yield _place(entry["response"]["location"])


def _created(answer: Any) -> str:
    if answer.status_code != 201:
        raise ServerUnusable(f"HAPI FHIR refused a resource ({answer.status_code}): {answer.text[:300]}")
    return _place(answer.headers["Location"])


def _place(location: str) -> str:
    """``Patient/1`` of a location with or without a base and a version."""
    return "/".join(location.partition("/_history")[0].split("/")[-2:])
