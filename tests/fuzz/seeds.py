"""What is broken: the samples of the project, and the official R4 examples where they are at hand."""

import json
import tarfile
from functools import cache
from typing import Any

from tests.needs import ROOT, SHARED

EXAMPLES = SHARED / "packages" / "hl7.fhir.r4.examples-4.0.1.tgz"
LARGEST = 60_000
"""Bytes of an example, white space included: bigger ones add time and nothing new."""


@cache
def samples() -> tuple[bytes, ...]:
    """The texts of the valid samples, JSON."""
    return tuple(path.read_bytes() for path in sorted((ROOT / "sample_bundles" / "valid").glob("*.json")))


@cache
def examples() -> tuple[bytes, ...]:
    """The texts of the official examples that are not too big, or of the samples where they are not at hand."""
    if not EXAMPLES.is_file():
        return samples()
    found = []
    with tarfile.open(EXAMPLES) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() and member.size < LARGEST else None
            if file is not None and member.name.startswith("package/") and member.name.endswith(".json"):
                found.append((member.name, file.read()))
    return tuple(data for _, data in sorted(found) if b'"resourceType"' in data)


def parsed(data: bytes) -> dict[str, Any]:
    """A seed as a node; a new one each time."""
    node = json.loads(data)
    assert isinstance(node, dict)
    return node
