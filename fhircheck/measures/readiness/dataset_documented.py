"""dataset-documented: can others learn what the data is? (DOC-1)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.documents import FOR_PEOPLE, FULL, LEAST, MANIFESTS, RECORDS, documentation
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node

TYPES = ("asset-collection", "model-definition", "module-definition")
"""Types of Library that describe data (http://terminology.hl7.org/CodeSystem/library-type)."""
_BESIDE, _LIBRARY = "files", "Library"
_REASONS = (
    "nothing beside the data describes it",
    "the data is described, without a record that has title, description and holder",
    "",
)


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count a Library that describes data (R4 library.html), and the points it is worth."""
    if not set(_codes(node.get("type"))) & set(TYPES):
        return
    titled = bool(node.get("title") or node.get("name")) and bool(node.get("description"))
    points = FULL if titled and (node.get("publisher") or node.get("contact")) else LEAST
    tally.counts.add((_LIBRARY, str(points)))
    tally.count(_LIBRARY, points == FULL, seen.place(_LIBRARY))


def _codes(concept: Any) -> list[str]:
    coding = concept.get("coding") if concept.__class__ is dict else None
    found = [each.get("code") for each in (coding if coding.__class__ is list else ()) if each.__class__ is dict]
    return [each for each in found if each.__class__ is str]


def judge(merged: Merged) -> Judged:
    """Two points for each source: of the files beside it, or of a Library in the data where that is worth more."""
    inside = max((int(name[1]) for name, _ in merged.tally.counts), default=0)
    tally = Tally()
    for source in merged.tools.sources if merged.resources.total() else ():
        points = documentation(source)
        if points is None and not inside:
            tally.cannot_tell += FULL
        else:
            _add(tally, _BESIDE if (points or 0) >= inside else _LIBRARY, max(points or 0, inside))
    if not merged.tools.sources and inside:
        _add(tally, _LIBRARY, inside)
    if tally.numerator < tally.denominator:
        tally.keep(merged.tally.examples)
        tally.resources_failed = merged.tally.resources_failed
    return Judged(tally, _reason(tally))


def _add(tally: Tally, path: str, points: int) -> None:
    for number in range(FULL):
        tally.count(path, number < points)


def _reason(tally: Tally) -> str:
    """What the source with the fewest points lacks."""
    if not tally.denominator:
        return "what describes data on a server or on standard input is not looked for" if tally.cannot_tell else ""
    share = 2 * tally.numerator // tally.denominator
    return _REASONS[share]


MEASURE = CountedMeasure(
    name="dataset-documented",
    code="DOC-1",
    summary="Sources that are described: not at all, for people, or as a record that a catalogue can read.",
    why="Who did not make the data has nothing else to learn from what it is, how it came about and what it must not "
    "be used for; the EHDS asks a description of every data set.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is one of two points (per source that was named). One point: a file beside the data that "
    f"describes it ({', '.join(FOR_PEOPLE)}; {', '.join(MANIFESTS)}), a record of a data set "
    f"({', '.join(RECORDS)}), or a Library of type {', '.join(TYPES)} in the data. Two points: a record or Library "
    "with title, description and publisher, creator or contact. Points / points to be had. Data from servers and from "
    "standard input is 'cannot tell' without such a Library.",
    source="FAIRSCAPE AI-readiness rubric (0, 1 or 2 a criterion), criteria on documentation; EHDS Art. 77 and Art. 78 "
    "label, group (a). Which files count is fhircheck's own.",
    published=False,
    threshold=None,
    types=frozenset({"Library"}),
    failing='{"resourceType": "Library", "status": "active", "title": "Laboratory values 2024", "type": {"coding": '
    '[{"system": "http://terminology.hl7.org/CodeSystem/library-type", "code": "asset-collection"}]}}',
    passing='{"resourceType": "Library", "status": "active", "title": "Laboratory values 2024", "description": '
    '"Values of adult in-patients", "publisher": "Data integration centre", "type": {"coding": '
    '[{"system": "http://terminology.hl7.org/CodeSystem/library-type", "code": "asset-collection"}]}}',
    observe=observe,
    judge=judge,
)
