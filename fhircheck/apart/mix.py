"""What a source uses: code systems, units, profiles, versions, and the systems it identifies patients by."""

from collections.abc import Iterator
from typing import Any

from fhircheck.measures.completeness.coded_concept import CONCEPTS
from fhircheck.measures.moments import patient_of
from fhircheck.measures.readiness.ucum_unit import UCUM
from fhircheck.model.bounded_counts import BoundedCounts
from fhircheck.model.link_facts import key_of
from fhircheck.model.path import shown_term
from fhircheck.model.record import Node
from fhircheck.model.source_facts import SourceFacts

NO_CODE = "(no UCUM code)"
NO_SYSTEM = "(no system)"
_LONGEST = 200


def collect_mix(node: Node, full_url: object, facts: SourceFacts) -> None:
    """Count what one resource uses. Never raises on any JSON; of identifiers only hashes are kept."""
    kind = node.get("resourceType")
    if kind.__class__ is not str:
        return
    patient = patient_of(node, kind, full_url)
    if patient:
        facts.patients.add(patient)
    if kind == "Patient":
        _identifiers(node, patient, facts)
    _profiles(node, kind, facts)
    for name in CONCEPTS.get(kind, ()):
        for concept in _objects(node.get(name)):
            _codings(concept, f"{kind}.{name}", facts)
    if kind == "Observation":
        for part in (node, *_objects(node.get("component"))):
            _unit(part, facts.mixes["units"])


def _identifiers(node: Node, patient: int, facts: SourceFacts) -> None:
    systems = set()
    for identifier in _objects(node.get("identifier")):
        system, value = _name(identifier, "system"), _text(identifier, "value").strip()
        if not value:
            continue
        systems.add(system)
        if system and patient:
            facts.identifiers.fresh += (key_of(f"{system}|{value}"), patient, key_of(system))
    for system in systems:
        facts.named.add((system,))


def _profiles(node: Node, kind: str, facts: SourceFacts) -> None:
    meta = node.get("meta")
    claims = meta.get("profile") if meta.__class__ is dict else None
    for claim in claims if claims.__class__ is list else ():
        if claim.__class__ is str:
            url, _, version = shown_term(claim)[:_LONGEST].partition("|")
            facts.mixes["profiles"].add((kind, url))
            if version:
                facts.mixes["versions"].add((url, version))


def _codings(concept: Node, path: str, facts: SourceFacts) -> None:
    for coding in _objects(concept.get("coding")):
        system, version = _name(coding, "system"), _name(coding, "version")
        if not _text(coding, "code"):
            continue
        facts.mixes["systems"].add((path, system or NO_SYSTEM))
        if system and version:
            facts.mixes["versions"].add((system, version))


def _unit(part: Node, units: BoundedCounts) -> None:
    """The unit of a measured value by the code of what was measured."""
    quantity, concept = part.get("valueQuantity"), part.get("code")
    if quantity.__class__ is not dict or quantity.get("value") is None or concept.__class__ is not dict:
        return
    unit = _name(quantity, "code") if quantity.get("system") == UCUM else ""
    for coding in _objects(concept.get("coding")):
        system, code = _name(coding, "system"), _name(coding, "code")
        if system and code:
            units.add((f"{system}|{code}"[:_LONGEST], unit or NO_CODE))


def _objects(value: Any) -> Iterator[Node]:
    """The objects in a list, or the one object."""
    for each in value if value.__class__ is list else (value,):
        if each.__class__ is dict:
            yield each


def _name(node: Node, name: str) -> str:
    """A system, a version or a code as it may be shown: words in its place may be content."""
    return shown_term(_text(node, name))


def _text(node: Node, name: str) -> str:
    value = node.get(name)
    return value[:_LONGEST] if value.__class__ is str else ""
