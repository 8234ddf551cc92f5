"""Probes of interfaces raise nothing, whatever a server declares, holds or answers."""

import copy
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from fhircheck.probe.probe import Probing
from fhircheck.probe.probes import PROBES
from fhircheck.probe.result import ProbeResult
from fhircheck.transport.http import Answer, ServerFault
from tests.servers import search_matching
from tests.servers.clinic import clinic
from tests.servers.fhir_search import capability
from tests.servers.ihe_operations import KEYS, smart_configuration
from tests.servers.probed import QUICK

NAMES = [
    each.name for each in PROBES if each.of_actors or each.name.startswith(("anonymous", "sign", "invalid-t", "cors"))
]
JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1.5,
    "",
    "text",
    "https://[",
    "#",
    "/",
    [],
    [[]],
    [None],
    {},
    {"a": []},
    ["x", 1],
)
BASE = "https://fhir.example.org/r4"
EXTRA: list[dict[str, Any]] = [
    {"resourceType": "List", "id": "l", "status": "current", "subject": {"reference": "Patient/p0"},
     "code": {"coding": [{"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes", "code": "folder"}]}},
    {"resourceType": "AuditEvent", "id": "a", "recorded": "2026-01-01T00:00:00Z", "meta": {"profile": ["x"]}},
    {"resourceType": "ImagingStudy", "id": "i", "endpoint": [{"reference": "#e"}],
     "identifier": [{"system": "urn:dicom:uid", "value": "urn:oid:1.2"}],
     "contained": [{"resourceType": "Endpoint", "id": "e", "connectionType": {"code": "dicom-wado-rs"},
                    "address": BASE + "/pacs"}]},
    {"resourceType": "Location", "id": "w", "name": "Station", "partOf": {"reference": "Location/w"}},
]  # fmt: skip


def spoiled(node: Any, chance: random.Random, often: float) -> Any:
    """`node` with some of its values replaced by what does not belong there."""
    if chance.random() < often:
        return chance.choice(JUNK)
    if isinstance(node, dict):
        return {name: spoiled(value, chance, often) for name, value in node.items()}
    if isinstance(node, list):
        return [spoiled(each, chance, often) for each in node]
    return node


class Junk:
    """A client whose server answers with spoiled resources, plain junk, or nothing."""

    connection = replace(QUICK, sign_in="bearer", secret="env:NONE")

    def __init__(self, chance: random.Random, resources: list[dict[str, Any]]) -> None:
        self.chance, self.resources = chance, resources

    def send(self, method: str, url: str, *, headers: Mapping[str, str], **_: Any) -> Answer:
        chance = self.chance
        if chance.random() < 0.05:
            raise ServerFault("no-connection")
        status = chance.choice((200, 200, 200, 201, 202, 204, 400, 401, 404, 406, 500))
        names = ("location", "content-location", "www-authenticate", "access-control-allow-origin")
        found = {name: chance.choice(("", "x", "Patient/p1", "https://[", "*")) for name in names}
        kind = chance.choice(("", "application/fhir+json", "application/json", "text/html; charset"))
        return Answer(chance.choice((url, BASE, "https://[")), status, kind, self._body(), found)

    def _body(self) -> bytes:
        chance = self.chance
        entry = [{"resource": each, "search": {"mode": "match", "score": 0.5, "extension": [{"url": "x"}]},
                  "response": {"status": "201", "location": "Patient/p1"}}
                 for each in chance.sample(self.resources, 3)]  # fmt: skip
        bodies: tuple[Any, ...] = (
            {"resourceType": "Bundle", "type": "searchset", "total": 3, "entry": entry,
             "link": [{"relation": "next", "url": BASE + "?page=2"}]},
            {"resourceType": "Bundle", "type": "transaction-response", "entry": entry},
            {"resourceType": "Parameters", "parameter": [{"name": "targetId", "valueIdentifier": {"system": "x"}}]},
            {"resourceType": "OperationOutcome", "issue": [{"code": "not-found"}]},
            chance.choice(self.resources), smart_configuration(BASE), KEYS, [{"0020000D": {"Value": ["1.2"]}}], *JUNK,
        )  # fmt: skip
        text = json.dumps(spoiled(chance.choice(bodies), chance, 0.05)).encode()
        return text if chance.random() < 0.95 else text[: len(text) // 2]


def test_nothing_is_raised() -> None:
    reasons = {result.why for seed in range(30) for result in run(seed)}
    assert len(reasons) > 60  # so that it cannot pass by never getting anywhere


def run(seed: int) -> Iterator[ProbeResult]:
    """All that the probes say of a server of the seed's own nonsense."""
    chance = random.Random(seed)
    resources = [*copy.deepcopy(clinic()), *EXTRA]
    declared = capability((*search_matching.PARAMETERS,))
    rest = declared["rest"][0]
    rest["resource"] += [{"type": each["resourceType"], "interaction": [{"code": "search-type"}]} for each in EXTRA]
    rest["operation"] = [{"name": "export"}]
    for each in rest["resource"]:
        each["interaction"] = [*each["interaction"], {"code": "create"}, {"code": "history-type"}]
        each["operation"] = [{"name": "match"}, {"name": "ihe-pix"}]
        each["conditionalUpdate"] = True
    rest["interaction"] = [{"code": "transaction"}]
    samples: dict[str, list[Any]] = {}
    for each in resources:
        broken = spoiled(each, chance, 0.06)
        if isinstance(broken, dict):
            samples.setdefault(each["resourceType"], []).append(
                {**broken, "resourceType": each["resourceType"], "id": each["id"]}
            )
    client: Any = Junk(chance, resources)
    handed = Probing(client, client, BASE, spoiled(declared, chance, 0.01) or {}, True, samples)
    if not isinstance(handed.capability, dict):
        handed.capability = {}
    for name in NAMES:
        for result in PROBES[name].run(handed):
            assert result.outcome in ("met", "unmet", "not-tested")
            assert bool(result.why) == (result.outcome != "met")
            yield result
