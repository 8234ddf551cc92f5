"""Sample and shared data as the resources and requests a server is loaded with; plain JSON, no code of fhircheck."""

import gzip
import json
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tests.needs import ROOT, SHARED

SAMPLES = ROOT / "sample_bundles" / "valid"
# what is loaded of the larger set in every test run: some 900 resources
_SMALL = ("Patient", "Immunization", "Condition", "AllergyIntolerance", "Device", "Location", "Organization",
          "Practitioner", "PractitionerRole")  # fmt: skip
# others refer to these by a search, which must find something when they arrive
_FIRST = ("Organization", "Location", "Practitioner", "PractitionerRole", "Patient")
BATCH = 200
Resource = dict[str, Any]


def sample_resources() -> Iterator[Resource]:
    """All resources of the valid samples but those that their file sends as a transaction itself, and the XML one."""
    for path in sorted(SAMPLES.iterdir()):
        yield from (each for each in _of_file(path) if not _is_transaction(each))


def sample_transactions() -> list[Resource]:
    """The samples that are transactions, as they are."""
    files = sorted(SAMPLES.glob("*-transaction.json"))
    return [json.loads(path.read_bytes()) for path in files]


def sample_xml() -> list[tuple[str, bytes]]:
    """Resource type and text of the samples in XML."""
    return [("Patient", (SAMPLES / "patient.xml").read_bytes())]


def shared_resources(*, large: bool = False) -> Iterator[Resource]:
    """Resources of the shared data: the MII test data and some of Synthea's; nothing where the folder is missing."""
    data = SHARED / "data"
    for path in sorted((data / "mii-testdata-2025" / "resources").glob("*.json")):
        yield json.loads(path.read_bytes())
    for path in sorted((data / "smart-bulk-synthea" / "10-patients").glob("*.ndjson.gz")):
        kind = path.name.partition(".")[0]
        if kind != "log" and (large or kind in _SMALL):
            yield from _lines(gzip.decompress(path.read_bytes()))


def updates(resources: Iterator[Resource], batch: int = BATCH) -> Iterator[Resource]:
    """Transactions that put each resource under its own id; the last of two of one id counts, as on a server.

    What is referred to comes first: a server need not index what leads nowhere when it arrives.
    """
    by_url = {f"{each['resourceType']}/{each['id']}": each for each in resources}
    ordered: dict[str, Resource] = {}
    seen: set[str] = set()
    for url, _ in sorted(by_url.items(), key=_turn):
        _put(url, by_url, seen, ordered)
    entries = iter(ordered.items())
    while some := list(islice(entries, batch)):
        requests = [{"resource": each, "request": {"method": "PUT", "url": url}} for url, each in some]
        yield {"resourceType": "Bundle", "type": "transaction", "entry": requests}


def _put(url: str, by_url: dict[str, Resource], seen: set[str], ordered: dict[str, Resource]) -> None:
    """Put a resource behind what it refers to; circles are cut where they are met."""
    if url in seen or url not in by_url:
        return
    seen.add(url)
    for target in _references(by_url[url]):
        _put(target, by_url, seen, ordered)
    ordered[url] = by_url[url]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "reference" and isinstance(value, str):
                yield value
            else:
                yield from _references(value)


def _turn(item: tuple[str, Resource]) -> int:
    kind = item[1]["resourceType"]
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)


def _of_file(path: Path) -> Iterator[Resource]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield from _lines(archive.read(name))
    elif path.suffix == ".gz":
        yield from _lines(gzip.decompress(path.read_bytes()))
    elif path.suffix == ".ndjson":
        yield from _lines(path.read_bytes())
    elif path.suffix == ".json":
        yield from _opened(json.loads(path.read_bytes()))


def _opened(node: Resource) -> Iterator[Resource]:
    """The resources of a Bundle, which is not kept itself; any other resource as it is."""
    if node["resourceType"] != "Bundle" or _is_transaction(node):
        yield node
        return
    entries = [each for each in node.get("entry", ()) if each.get("search", {}).get("mode") != "outcome"]
    places = {each.get("fullUrl"): f"{each['resource']['resourceType']}/{each['resource']['id']}" for each in entries}
    for entry in entries:
        yield _pointed(entry["resource"], {url: place for url, place in places.items() if url})


def _pointed(node: Any, places: dict[str, str]) -> Any:
    """`node` with references to entries of its Bundle as the ids they get on the server."""
    if isinstance(node, list):
        return [_pointed(each, places) for each in node]
    if isinstance(node, dict):
        return {
            name: places.get(value, value)
            if name == "reference" and isinstance(value, str)
            else _pointed(value, places)
            for name, value in node.items()
        }
    return node


def _is_transaction(node: Resource) -> bool:
    return (node["resourceType"], node.get("type")) == ("Bundle", "transaction")


def _lines(text: bytes) -> Iterator[Resource]:
    yield from (json.loads(line) for line in text.splitlines() if line.strip())
