"""imaging-study-complete: is a study described as its DICOM objects are? (IMG-1)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.pointing import listed
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node

DICOM_UID = "urn:dicom:uid"


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count what must be right of one ImagingStudy (R4 imagingstudy.html#notes)."""
    _judge(has_study_uid(node), "ImagingStudy.identifier", seen, tally)
    series = listed(node.get("series"))
    numbers: list[int | None] = []
    for index, each in enumerate(series):
        if each.__class__ is not dict:
            tally.cannot_tell += 1
            continue
        uid = each.get("uid")
        _judge(uid.__class__ is str and bool(uid.strip()), "ImagingStudy.series.uid", seen, tally, index)
        numbers.append(_instances(each, index, seen, tally))
    _agree(node, "ImagingStudy.numberOfSeries", len(series) if series else None, seen, tally)
    whole = None if not numbers or None in numbers else sum(number or 0 for number in numbers)
    _agree(node, "ImagingStudy.numberOfInstances", whole, seen, tally)


def has_study_uid(node: Node) -> bool:
    """Whether an identifier is a DICOM Study Instance UID."""
    for each in listed(node.get("identifier")):
        if each.__class__ is dict and each.get("system") == DICOM_UID:
            value = each.get("value")
            if value.__class__ is str and value.startswith("urn:oid:"):
                return True
    return False


def _instances(series: dict[str, Any], index: int, seen: Seen, tally: Tally) -> int | None:
    """How many instances a series has; counts whether number and list agree where both are there."""
    number, instances = series.get("numberOfInstances"), series.get("instance")
    if instances.__class__ is not list:
        return number if number.__class__ is int else None
    if number is not None:
        _judge(number == len(instances), "ImagingStudy.series.numberOfInstances", seen, tally, index)
    return len(instances)


def _agree(node: Node, path: str, there: int | None, seen: Seen, tally: Tally) -> None:
    """Count a number of the study: it must be there, and be what is listed. Nothing listed: cannot tell."""
    number = node.get(path.partition(".")[2])
    if number is not None and there is None:
        tally.cannot_tell += 1
    else:
        _judge(number is not None and number == there, path, seen, tally)


def _judge(passed: bool, path: str, seen: Seen, tally: Tally, index: int | None = None) -> None:
    if passed:
        tally.count(path, True)
    else:
        where = path if index is None else path.replace("series", f"series[{index}]", 1)
        tally.count(path, False, seen.place(where))


MEASURE = CountedMeasure(
    name="imaging-study-complete",
    code="IMG-1",
    summary="Imaging studies with the UIDs of study and series, and numbers that agree with what is listed.",
    why="The images lie in the archive and are fetched by these UIDs; a study that lists fewer series than it has "
    "was sent half, and a training set built from it is half too.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.COMPUTATIONAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is something an ImagingStudy must say (per occurrence): an identifier with system urn:dicom:uid "
    "and a value urn:oid:...; numberOfSeries, equal to the series listed; numberOfInstances, equal to the sum over its "
    "series; the uid of each series; numberOfInstances of a series that lists instances. Those there that agree "
    "/ all of them. A number beside which nothing is listed is 'cannot tell'.",
    source="MII Bildgebung, profile of ImagingStudy (must support: identifier, numberOfSeries, numberOfInstances, "
    "series.uid); the formula is ours",
    published=False,
    threshold=None,
    types=frozenset({"ImagingStudy"}),
    failing='{"resourceType": "ImagingStudy", "status": "available", "subject": {"reference": "Patient/1"}, '
    '"identifier": [{"system": "urn:dicom:uid", "value": "urn:oid:1.2.276.0.7230010.3.1.2.1"}], "numberOfSeries": 3, '
    '"numberOfInstances": 40, "series": [{"uid": "1.2.276.0.7230010.3.1.3.1", "modality": {"code": "CT"}, '
    '"numberOfInstances": 40}]}',
    passing='{"resourceType": "ImagingStudy", "status": "available", "subject": {"reference": "Patient/1"}, '
    '"identifier": [{"system": "urn:dicom:uid", "value": "urn:oid:1.2.276.0.7230010.3.1.2.1"}], "numberOfSeries": 1, '
    '"numberOfInstances": 40, "series": [{"uid": "1.2.276.0.7230010.3.1.3.1", "modality": {"code": "CT"}, '
    '"numberOfInstances": 40}]}',
    observe=observe,
)
