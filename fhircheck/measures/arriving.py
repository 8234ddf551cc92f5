"""What a stream has to know of each resource: which device or system it is from, when it was measured, its hash."""

import json
from hashlib import blake2b
from typing import Any

from fhircheck.measures.moments import moment_of
from fhircheck.model.arrival import Arrival
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.resolve.reference_walk import identity_key

_DEVICES = ("Device", "DeviceMetric")
_keys: Remembered[str, int] = Remembered(key_of)


def arrival_of(node: Node, text: bytes) -> Arrival:
    """The arrival of one resource; text: its own bytes, empty where it is part of something else."""
    kind, identity = node.get("resourceType"), node.get("id")
    kind = kind if kind.__class__ is str else ""
    label = origin_of(node)
    span = moment_of(node, kind)
    first, last, zoned = span if span is not None else (0, 0, False)
    named = identity_key(kind, identity) if identity.__class__ is str and identity else 0
    return Arrival(_keys[label] if label else 0, label, first, last, zoned, named, _content(node, text))


def origin_of(node: Node) -> str:
    """``Device/17`` where the resource names a device, else the system in meta.source, else nothing.

    R4 observation.html: Observation.device; resource.html: Meta.source, whose fragment may name a single message.
    """
    device = _member(node.get("device"), "reference")
    if device.__class__ is str:
        parts = device.rsplit("/", 2)[-2:]
        if len(parts) == 2 and parts[0] in _DEVICES:
            return "/".join(parts)[:100]
    system = _member(node.get("meta"), "source")
    if system.__class__ is not str:
        return ""
    return str(system).partition("#")[0].partition("?")[0][:200]


def _member(value: Any, name: str) -> Any:
    return value.get(name) if value.__class__ is dict else None


def _content(node: Node, text: bytes) -> int:
    data = text.strip() or json.dumps(node, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")
