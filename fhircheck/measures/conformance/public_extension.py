"""public-extension: can somebody else read what extensions hold? (PORT-2)"""

from collections.abc import Mapping
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.outcome import Item, Outcome, count_outcome
from fhircheck.measures.owners import owned_name, owners_of
from fhircheck.measures.person_members import kind_of, member_of
from fhircheck.measures.portability import EXTENSIONS as NAME
from fhircheck.measures.portability import own_extensions
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Detail
from fhircheck.resolve.known_places import EXTENSIONS, Extensions
from fhircheck.resolve.reference_walk import shown_step

REMEMBERED = 20_000


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count the extensions of one resource (R4 extensibility.html), found out once for equal URLs at equal places."""
    found = seen.extensions
    if not found:
        return
    key = (seen.kind, *((path, *map(_url, values)) for path, values in found))
    remembered = seen.tools.remembered.setdefault(NAME, {})
    outcome: Any = remembered.get(key)
    if outcome is None:
        if len(remembered) >= REMEMBERED:
            remembered.clear()
        outcome = remembered[key] = Outcome(*items_of(found, owners_of(seen.tools.tables).public))
    count_outcome(outcome, seen, tally)


def _url(extension: Any) -> str | None:
    """The extension's URL, empty where it has none; None for what is no extension."""
    if extension.__class__ is not dict:
        return None
    url = extension.get("url")
    return url if url.__class__ is str else ""


def items_of(
    found: Extensions, public: Mapping[str, bool | None]
) -> tuple[list[Item], tuple[tuple[tuple[str, ...], int], ...]]:
    """One item for each extension, and how often each URL of a house or a vendor stands there. public: see Owners."""
    items: list[Item] = []
    own: dict[tuple[str, ...], int] = {}
    for path, values in found:
        steps = path.split(".")
        inner = not set(EXTENSIONS).isdisjoint(steps[1:-1])
        counted = f"{kind_of(steps[0])}.{member_of(steps[1].removeprefix('_'))}"
        place = ".".join([steps[0], *(shown_step(each.removeprefix("_")) for each in steps[1:])])
        for index, value in enumerate(values):
            url = _url(value)
            if url is None or (inner and ":" not in url):  # no extension; a part of one, named within it
                continue
            passed = public[url]
            items.append((counted, f"{place}[{index}]" if len(steps) == 2 else place, passed))
            if passed is False:
                name = (owned_name(url),)
                own[name] = own.get(name, 0) + 1
    return items, tuple(sorted(own.items()))


def judge(merged: Merged) -> Judged:
    """With the extensions of each house or vendor, by the host of their URL."""
    details = []
    for own in own_extensions(merged.tally, merged.tools.options.smallest_cell, merged.conformance()):
        details.append(Detail("own-extensions", own.count, "extensions", of=own.of))
        if own.defined:
            details.append(Detail("own-extensions-defined", own.defined, "extensions", of=own.of))
        if own.alike:
            details.append(Detail("own-extensions-named-as-one-of-hl7", own.alike, "extensions", of=own.of))
    return Judged(merged.tally, details=tuple(details))


MEASURE = CountedMeasure(
    name=NAME,
    code="PORT-2",
    summary="Extensions that are published for everybody.",
    why="What stands in a vendor's own extension is lost on the way to another system: no receiver knows it, and few "
    "vendors publish what it means.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is an extension or modifierExtension (per occurrence) at any depth, also of contained resources, "
    "but no part of another. Extensions whose URL is of an owner in the table of public owners (standards "
    "bodies, authorities, registries; by the host of the URL) / extensions. An OID or URN whose owner the table does "
    "not know is 'cannot tell'; what is no URL has no owner and fails. Told apart as details, by host: own-extensions, "
    "those of them that a loaded package defines, and those that bear the name of an extension of HL7, which may take "
    "their place. The table is ours.",
    source="Data Act, Regulation (EU) 2023/2854 Art. 23-31 (switching; a purpose, no formula); the formula is ours",
    published=False,
    threshold=None,
    types=None,
    failing='{"resourceType": "Patient", "id": "1", "extension": [{"url": "https://vendor.example/fhir/ward-colour", '
    '"valueString": "blue"}]}',
    passing='{"resourceType": "Patient", "id": "1", "extension": [{"url": '
    '"http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"city": "Ulm"}}]}',
    observe=observe,
    judge=judge,
)
