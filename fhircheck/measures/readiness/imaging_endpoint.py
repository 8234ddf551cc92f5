"""imaging-endpoint: can the images of a study be fetched? (IMG-2)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.linked import Role, Wish, add_link, judge_wishes
from fhircheck.measures.pointing import contained_in, listed, target_in
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node

PATH = "ImagingStudy.endpoint"
CONNECTIONS = frozenset({"dicom-wado-rs", "ihe-iid"})
SYSTEM = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type"
WISHES = {
    Role.ENDPOINT_WANTED: Wish(frozenset({Role.ENDPOINT_DICOM}), frozenset({Role.ENDPOINT_OTHER})),
    Role.ENDPOINT_WANTED_FAR: Wish(frozenset({Role.ENDPOINT_DICOM}), frozenset({Role.ENDPOINT_OTHER}), far=True),
}


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count a study without an endpoint, or note which it names; note of an Endpoint how it is spoken to."""
    if seen.kind == "Endpoint":
        add_link(seen, seen.identity, Role.ENDPOINT_DICOM if serves_images(node) else Role.ENDPOINT_OTHER)
        return
    named = [*listed(node.get("endpoint"))]
    for series in listed(node.get("series")):
        if series.__class__ is dict:
            named += listed(series.get("endpoint"))
    contained = [each for each in (contained_in(reference, node) for reference in named) if each is not None]
    if any(map(serves_images, contained)):
        tally.count(PATH, True)
        return
    targets = [target for target in (target_in(reference, seen) for reference in named) if target[0]]
    for key, far in targets:
        add_link(seen, key, Role.ENDPOINT_WANTED_FAR if far else Role.ENDPOINT_WANTED)
    if not targets:
        tally.count(PATH, False, seen.place(PATH if named else "ImagingStudy"))


def serves_images(endpoint: Any) -> bool:
    """Whether images are fetched from this Endpoint by DICOMweb or IHE Invoke Image Display."""
    kind = endpoint.get("connectionType") if endpoint.__class__ is dict else None
    code = kind.get("code") if kind.__class__ is dict and kind.get("system") == SYSTEM else None
    return code.__class__ is str and code in CONNECTIONS


def judge(merged: Merged) -> Judged:
    """Follow the endpoints of all studies."""
    return Judged(judge_wishes(merged, WISHES, PATH))


MEASURE = CountedMeasure(
    name="imaging-endpoint",
    code="IMG-2",
    summary="Imaging studies whose endpoint leads to an Endpoint that images are fetched from.",
    why="An ImagingStudy is a table of contents: without an address of the archive nobody gets from it to the pixels.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.RELATIONAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is an ImagingStudy (per resource). Studies of which an endpoint, their own or of a series, leads "
    "to an Endpoint of the data with connectionType dicom-wado-rs or ihe-iid / studies. An endpoint by URL of a server "
    "that is not in the data is 'cannot tell'; in a sample, so is one that is not found.",
    source="IHE RAD IDR, value set imaging-study-endpoint-connectiontype; the formula is ours",
    published=False,
    threshold=None,
    types=frozenset({"Endpoint", "ImagingStudy"}),
    failing='{"resourceType": "ImagingStudy", "status": "available", "subject": {"reference": "Patient/1"}}',
    passing='[{"resourceType": "ImagingStudy", "status": "available", "subject": {"reference": "Patient/1"}, '
    '"endpoint": [{"reference": "Endpoint/archive"}]}, {"resourceType": "Endpoint", "id": "archive", "status": '
    '"active", "connectionType": {"system": "http://terminology.hl7.org/CodeSystem/endpoint-connection-type", '
    '"code": "dicom-wado-rs"}, "address": "https://archive.example.org/dicomweb"}]',
    observe=observe,
    judge=judge,
)
