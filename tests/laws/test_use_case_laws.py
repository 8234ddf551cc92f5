"""Use cases: collecting bears any JSON, and rows merge in any order and grouping, on disk too, to the same funnel."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fhircheck.measures import merged_facts
from fhircheck.measures.seen import Seen
from fhircheck.measures.timeline import collect_timeline
from fhircheck.measures.tools import Tools
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.row_facts import RowFacts
from fhircheck.use_cases.asked import AskedUseCases, nothing_known
from fhircheck.use_cases.shipped import shipped, shipped_names
from tests.unit.measures.seen import Seen as Checked

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CASES = [shipped(name) for name in shipped_names()]
TYPES = sorted({each.type for case in CASES for each in case.requirements})
REQUIREMENTS = [each for case in CASES for each in case.requirements]
PATHS = [path for each in REQUIREMENTS for path in (*each.paths, *(one.path for one in each.codes))]
MEMBERS = {"coding", "system", "code", "reference", "subject", "contained", "id"}
NAMES = sorted({name for path in PATHS for name in path.split(".")} | MEMBERS)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["2025-01-01", "IMP", "Patient/1", "#1", "", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=20,
)


@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
def test_collecting_bears_any_json(kind: str, node: dict[str, Any]) -> None:
    asked = AskedUseCases(CASES, nothing_known, NOW)
    asked.collect(Seen({**node, "resourceType": kind}, Checked(), RowFacts(), Tools(NOW, use_cases=asked)))


LOINC = "http://loinc.org"
EVENT = st.builds(
    lambda patient, hour, code, unit: {
        "resourceType": "Observation",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": f"2025-01-0{1 + hour // 24}T{hour % 24:02}:00:00Z",
        "issued": f"2025-01-0{1 + hour // 25}T{hour % 24:02}:00:00Z",
        "valueQuantity": {"value": 80, "system": "http://unitsofmeasure.org", "code": unit} if unit else {"value": 1},
    },
    st.integers(1, 4), st.integers(0, 71), st.sampled_from(["29463-7", "8867-4", "718-7"]), st.sampled_from(["kg", ""]),
)  # fmt: skip
PATIENT = st.builds(
    lambda patient, sex: {"resourceType": "Patient", "id": str(patient), "gender": sex, "birthDate": "1950-01-01"},
    st.integers(1, 4), st.sampled_from(["male", "female"]),
)  # fmt: skip


@given(st.lists(EVENT | PATIENT, max_size=25), st.randoms(use_true_random=False), st.integers(1, 5))
def test_rows_merge_in_any_order_to_the_same_funnel(nodes: list[dict[str, Any]], random: Any, parts: int) -> None:
    case = [shipped("telemedicine-vital-signs")]
    results = []
    for spread in (1, parts):
        asked = AskedUseCases(case, nothing_known, NOW)
        pieces = [RowFacts() for _ in range(spread)]
        for number, node in enumerate(nodes):
            seen = Seen(node, Checked(record=number), pieces[number % spread], Tools(NOW, use_cases=asked))
            collect_timeline(seen)
            asked.collect(seen)
        if spread > 1:
            random.shuffle(pieces)
        whole = RowFacts(1 if spread > 1 else None)
        for piece in pieces:
            whole.merge(piece)
        resources = Counter(each["resourceType"] for each in nodes)
        tools = Tools(NOW, use_cases=asked)
        results.append(asked.results(merged_facts({}, LinkFacts(), rows=whole, resources=resources, tools=tools)))
    assert results[0] == results[1]
    (one,) = results[0]
    assert one.usable <= one.eligible <= one.patients
    came = one.patients
    for step in one.steps:
        assert step.left == came - step.lost
        assert sum(count for _, count in step.reasons) == step.lost
        came = step.left
