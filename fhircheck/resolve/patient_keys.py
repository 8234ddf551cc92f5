"""Which patients a record is about: the Patient resources in it and those it points to."""

import re
from typing import Any

from fhircheck.model.link_facts import key_of

_PATIENT = re.compile(r"(?:\A|/)Patient/([^/?#|]+)(?:/_history/[^/?#]+)?\Z")
PERSONS = frozenset({"patient", "subject", "beneficiary", "individual", "for"})
"""Elements whose ``urn:`` references are taken to be patients: the reference itself does not say the type."""


def patient_keys(node: Any) -> tuple[int, ...]:
    """Keys of all patients in `node`, by id (or fullUrl ``urn:``) alone: the same in every process, sorted.

    Two servers' patients of one id count as one: a split then holds back too much, never too little.
    """
    found: set[int] = set()
    waiting: list[tuple[str, Any]] = [("", node)]
    while waiting:
        name, value = waiting.pop()
        if value.__class__ is list:
            waiting += ((name, each) for each in value)
        elif value.__class__ is dict:
            _own(value, found)
            _pointed(name, value.get("reference"), found)
            waiting += (pair for pair in value.items() if pair[1].__class__ in (dict, list))
    return tuple(sorted(found))


def _own(value: dict[str, Any], found: set[int]) -> None:
    if value.get("resourceType") == "Patient" and value.get("id").__class__ is str:
        found.add(key_of(f"Patient/{value['id']}"))
    resource, full_url = value.get("resource"), value.get("fullUrl")
    if resource.__class__ is dict and resource.get("resourceType") == "Patient" and full_url.__class__ is str:
        if full_url.startswith("urn:"):
            found.add(key_of(full_url))
        else:
            _pointed("", full_url, found)


def _pointed(name: str, reference: Any, found: set[int]) -> None:
    if reference.__class__ is not str:
        return
    match = _PATIENT.search(reference)
    if match:
        found.add(key_of(f"Patient/{match[1]}"))
    elif name in PERSONS and reference.startswith("urn:"):
        found.add(key_of(reference))
