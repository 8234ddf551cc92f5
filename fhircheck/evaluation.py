"""FHIRPath over sources: what an expression gives for each resource, with the services a validation has."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from fhircheck.model.errors import SourceUnusable
from fhircheck.model.record import Record

if TYPE_CHECKING:
    from fhircheck.fhirpath import Expression
    from fhircheck.validate.resource_check import ResourceCheck

LARGEST = 1 << 30
"""Bytes from which on a Bundle would be split: never, an expression sees the Bundle whole."""


class Evaluated(NamedTuple):
    """The items for one resource. place: source and resource. items: (type, FHIRPath text) each."""

    source: str
    resource: str
    items: tuple[tuple[str, str], ...]


def evaluate(
    expression: str,
    *sources: str,
    packages: Iterable[str] = (),
    package_cache: str | None = None,
    registries: Iterable[str] = (),
    offline: bool = False,
    strict: bool = True,
) -> Iterator[Evaluated]:
    """Evaluate `expression` on each resource of `sources` (files, folders, archives, URLs, ``-``), one after the other.

    strict: names and types are checked against the resource's type before. Raises FhirPathError (a FhircheckError)
    for a faulty expression or what it may not do with the data, CouldNotCheck where the answer cannot be told or a
    record cannot be read.
    """
    from fhircheck.definitions.definition_set import load_definitions
    from fhircheck.first_pass import linker_for
    from fhircheck.sources import ReadOptions, open_sources
    from fhircheck.transport.json_reader import read_records
    from fhircheck.validate.resource_check import ResourceCheck

    definitions = load_definitions(
        tuple(packages), package_cache=package_cache, registries=tuple(registries), offline=offline
    )
    check = ResourceCheck(linker_for(definitions, lambda reason, detail: None))
    compiled: dict[str, Expression] = {}
    reading = ReadOptions(offline=offline, split_bytes=LARGEST)
    for chunk in open_sources(sources, reading):
        for piece in chunk:
            for record in read_records(piece):
                yield _evaluated(expression, record, check, compiled, strict)


def _evaluated(
    text: str, record: Record, check: "ResourceCheck", compiled: "dict[str, Expression]", strict: bool
) -> Evaluated:
    from fhircheck.assertions.invariant_evaluation import environment_of
    from fhircheck.fhirpath import CannotTell, compile_expression
    from fhircheck.fhirpath.shown import shown
    from fhircheck.model.errors import CouldNotCheck
    from fhircheck.model.scope import Scope
    from fhircheck.validate.resource_parts import label

    node = record.node
    if node is None:
        raise SourceUnusable(f"{record.source}: no resource that can be read (`fhircheck validate` says why)")
    kind = record.root
    expression = compiled.get(kind)
    if expression is None:
        expression = compiled[kind] = compile_expression(text, kind, check.linker.around.types, strict=strict)
    with check.at(Scope(node, node, kind)):
        try:
            items = expression.evaluate(node, kind, environment_of(check.linker.around))
        except CannotTell as reason:
            raise CouldNotCheck(f"cannot tell: {reason}") from None
    return Evaluated(record.source, label(node), tuple((item.type, shown(item)) for item in items))


def as_json(found: Evaluated) -> str:
    """One line of JSON: source, resource, items with type and value."""
    import json

    items: list[dict[str, Any]] = [{"type": kind, "value": text} for kind, text in found.items]
    return json.dumps({"source": found.source, "resource": found.resource, "items": items}, ensure_ascii=False)
