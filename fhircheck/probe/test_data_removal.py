"""Taking invented data away again: only what is seen to be ours is deleted, and what stays is said."""

import base64
import binascii
from typing import Any

from fhircheck.probe.asking import JSON, ask, matches, search
from fhircheck.probe.probe import Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import Evidence, ProbeResult
from fhircheck.probe.test_data import SYSTEM, Node, TestData
from fhircheck.probe.verdict import Verdict

_GONE = (404, 410)


def search_is_trusted(probing: Probing, data: TestData, kind: str, part: str) -> bool:
    """Whether a search by an identifier of ours, which nothing has yet, finds nothing: a conditional change by a
    server that ignores the condition would hit somebody else's data."""
    ours = data.identifier(part)
    found = search(probing.client, probing.base, kind, [("identifier", f"{SYSTEM}|{ours['value']}")])
    bundle = found.resource("Bundle")
    return found.ok and bundle is not None and not any(True for _ in matches(bundle))


def cleaned_up(probing: Probing, data: TestData, probe: str) -> ProbeResult:
    """Delete what was made, what refers to others first; what stays, or may stay, is said.

    What an answer did not name is looked for by its identifier, since it may be there all the same. Before anything is
    deleted it is read: a location may lead to data that is not ours.
    """
    lost = [kind for kind in data.sent if not any(name.startswith(kind + "/") for name in data.made)]
    untraced = [kind for kind in lost if not _found_again(probing, data, kind)]
    evidence: list[Evidence] = []
    ours = {name: _is_ours(probing, data, name) for name in reversed(data.made)}
    stays = _deleted(probing, [name for name, mine in ours.items() if mine], evidence)
    stays = _deleted(probing, stays, evidence) if stays else []
    stays += [name for name, mine in ours.items() if mine is None] + [f"{kind}/?" for kind in untraced]
    foreign = [name for name, mine in ours.items() if mine is False]
    if foreign:
        return Verdict(probe, "test-data").unmet("location-of-other-data", *evidence, count=len(foreign))
    verdict = Verdict(probe, "test-data", "MAY")
    if stays:
        return verdict.unmet("test-data-stays", *evidence, count=len(stays), names=", ".join(stays))
    return verdict.met(*evidence) if data.made else verdict.not_tested("nothing-written")


def _is_ours(probing: Probing, data: TestData, name: str) -> bool | None:
    """Whether a resource names this run; true also for what is gone, None where it cannot be read."""
    asked = ask(probing.client, f"{probing.base}/{name}", headers=JSON)
    if asked.status in _GONE:
        return True
    if not asked.ok:
        return None
    binary = asked.resource("Binary")
    return data.run.encode() in (asked.body + _decoded(binary))


def _decoded(binary: Node | None) -> bytes:
    text = binary.get("data") if binary else None
    try:
        return base64.b64decode(text) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _found_again(probing: Probing, data: TestData, kind: str) -> bool:
    """Whether it is known what became of a resource of `kind`: found by its identifier, or surely not there."""
    ours = data.sent[kind]
    if ours is None:
        return False
    found = search(probing.client, probing.base, kind, [("identifier", f"{ours['system']}|{ours['value']}")])
    bundle = found.resource("Bundle")
    for each in matches(bundle, kind):
        known = [*dicts(each, "identifier"), each.get("masterIdentifier")]
        if isinstance(each.get("id"), str) and any(_same(one, ours) for one in known):
            data.note(f"{kind}/{each['id']}")
    return bundle is not None


def _same(one: Any, other: Node) -> bool:
    return isinstance(one, dict) and (one.get("system"), one.get("value")) == (other["system"], other["value"])


def _deleted(probing: Probing, names: list[str], evidence: list[Evidence]) -> list[str]:
    """Delete `names`; those that stay."""
    stays = []
    for name in names:
        asked = ask(probing.client, f"{probing.base}/{name}", method="DELETE")
        evidence.append(Evidence(f"DELETE {name}", asked.status, asked.fault))
        if not asked.ok and asked.status not in _GONE:
            stays.append(name)
    return stays
