"""Who is linked with whom does not depend on the order of the records or on where their rows lie."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.measures import judge_measures, observe_all
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.report import MeasureResult
from fhircheck.model.row_facts import RowFacts
from fhircheck.model.row_memory import limited_rows
from fhircheck.resolve.reference_walk import collect_links
from tests.unit.measures.seen import Seen

NAMES = (
    "time-coverage", "recency", "follow-up", "origin-known", "author-known", "imaging-endpoint", "imaging-report-link",
    "free-text", "subgroup-representation", "subgroup-completeness", "distribution-drift", "mix-drift",
)  # fmt: skip
SYSTEM = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type"
IDS = st.sampled_from("abc")


def _to(kind: str, identity: str) -> dict[str, str]:
    return {"reference": f"{kind}/{identity}"}


def _node(kind: str, own: str, other: str, month: int) -> dict[str, Any]:
    """A resource that points at others, some of which may be there."""
    day = f"2024-{month:02}-15"
    more: dict[str, dict[str, Any]] = {
        "Patient": {"gender": "male" if own == "a" else "female", "birthDate": "1980"},
        "Condition": {
            "recordedDate": day,
            "onsetDateTime": "2024-01-01",
            "code": {"coding": [{"system": "urn:x", "code": other, "version": own}]},
        },
        "Provenance": {"target": [_to("Condition", other), _to("ImagingStudy", other)]},
        "ImagingStudy": {"started": day, "endpoint": [_to("Endpoint", other)], "basedOn": [_to("ServiceRequest", own)]},
        "Endpoint": {"connectionType": {"system": SYSTEM, "code": "dicom-wado-rs" if month % 2 else "hl7-v2-mllp"}},
        "DiagnosticReport": {"basedOn": [_to("ServiceRequest", other)], "effectiveDateTime": day, "issued": day},
        "DocumentReference": {"date": day, "content": [{"attachment": {"url": f"Binary/{other}"}}]},
        "Binary": {"contentType": "text/plain", "data": "eHh4" if month % 2 else ""},
    }
    return {"resourceType": kind, "id": own, "subject": _to("Patient", own), **more[kind]}


KINDS = (
    "Patient", "Condition", "Provenance", "ImagingStudy", "Endpoint", "DiagnosticReport", "DocumentReference", "Binary",
)  # fmt: skip
NODES = st.builds(_node, st.sampled_from(KINDS), IDS, IDS, st.integers(1, 12))


def results(parts: list[list[tuple[int, dict[str, Any]]]]) -> list[MeasureResult]:
    """Each part counted by itself, with the number of each record, then merged as they come."""
    tallies: dict[str, Tally] = {}
    rows, links = RowFacts(), LinkFacts()
    for part in parts:
        mine: dict[str, Tally] = {}
        seen_rows, seen_links, tools = RowFacts(), LinkFacts(), Tools()
        for number, node in part:
            seen = Seen(record=number)
            observe_all(node, seen, mine, seen_rows, tools)
            collect_links(node, seen, seen_links)
        for name, tally in mine.items():
            tallies.setdefault(name, Tally()).merge(tally)
        rows.merge(seen_rows)
        links.merge(seen_links)
    return [each for each in judge_measures(tallies, links, rows=rows) if each.name in NAMES]


@settings(max_examples=40, deadline=None)
@given(st.lists(NODES, max_size=25), st.data())
def test_order_grouping_and_disk_change_nothing(nodes: list[dict[str, Any]], data: st.DataObject) -> None:
    numbered = list(enumerate(nodes))
    whole = results([numbered])
    assert len(whole) == len(NAMES)
    mixed = data.draw(st.permutations(numbered))
    cut = data.draw(st.integers(0, len(mixed)))
    with limited_rows(data.draw(st.sampled_from([1, 200, 1 << 20]))):
        assert results([mixed[:cut], mixed[cut:]]) == whole
