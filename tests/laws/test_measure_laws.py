"""What counts must bear any JSON: no exception, no value kept, sums that fit."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.measures import MEASURES, observe_all
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.resolve.links import judge_links
from fhircheck.resolve.reference_walk import collect_links, extensions_of
from tests.planted.clinic import clinic
from tests.unit.measures.judged import judged
from tests.unit.measures.known import known_tools
from tests.unit.measures.seen import Seen

KEYS = st.sampled_from(
    [
        "resourceType",
        "id",
        "contained",
        "code",
        "coding",
        "system",
        "type",
        "valueQuantity",
        "value",
        "component",
        "period",
        "start",
        "end",
        "birthDate",
        "deceasedDateTime",
        "onsetDateTime",
        "recordedDate",
        "subject",
        "reference",
        "extension",
        "valueReference",
        "entry",
        "resource",
        "issued",
        "abatementPeriod",
        "valueCodeableConcept",
        "text",
        "div",
        "meta",
        "source",
        "lastUpdated",
        "identifier",
        "series",
        "uid",
        "instance",
        "endpoint",
        "connectionType",
        "basedOn",
        "target",
        "performer",
        "content",
        "attachment",
        "contentType",
        "data",
        "url",
        "section",
        "note",
        "presentedForm",
        "conclusion",
    ]
)
TEXTS = st.sampled_from(["SECRET", "", "2025-01-01", "2025-13-01", "0000", "Patient/1", "#1", "urn:uuid:1", "\ud800"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=3)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))
TYPES = st.sampled_from(sorted({kind for each in MEASURES for kind in each.types or ()} | {"Bundle", "Unheard"}))
CLINIC = clinic(patients=1)
NODES = st.dictionaries(KEYS, JSON, max_size=8)


@st.composite
def nodes(draw: Any) -> dict[str, Any]:
    node: dict[str, Any] = draw(NODES)
    if draw(st.integers(0, 9)):
        node["resourceType"] = draw(TYPES)
    return node


@given(nodes())
def test_any_json_can_be_counted(node: dict[str, Any]) -> None:
    tallies: dict[str, Tally] = {}
    observe_all(node, Seen(valid=True, claimed=True), tallies)
    for tally in tallies.values():
        tally.settle()
        assert 0 <= tally.numerator <= tally.denominator
        assert tally.numerator == sum(passed for passed, _ in tally.by.values())
        assert tally.denominator == sum(judged for _, judged in tally.by.values())
        assert tally.resources_failed == (tally.numerator < tally.denominator)
        assert "SECRET" not in repr(tally.examples)


@st.composite
def spoiled(draw: Any) -> list[dict[str, Any]]:
    """Resources that every measure has something to say of, with any JSON at places of theirs."""
    found = deepcopy(draw(st.lists(st.sampled_from(CLINIC), min_size=1, max_size=8)))
    for node in found:
        for _ in range(draw(st.integers(0, 3))):
            inner: Any = node
            while True:
                keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
                key = draw(st.sampled_from(keys))
                if isinstance(inner[key], dict | list) and inner[key] and draw(st.booleans()):
                    inner = inner[key]
                    continue
                if key != "resourceType":  # what is of no known type claims no profile and is not measured
                    inner[key] = draw(JSON)
                break
    return found


@settings(max_examples=40)
@given(spoiled())
def test_any_json_in_real_resources_can_be_counted_and_judged(data: list[dict[str, Any]]) -> None:
    for result in judged(*data, claimed=True).values():
        assert 0 <= result.numerator <= result.denominator
        assert result.numerator == sum(passed for _, passed, _ in result.by)
        assert result.denominator == sum(number for _, _, number in result.by)
        assert not result.resources_failed or result.numerator < result.denominator, result.name
        assert "SECRET" not in repr(result)


@given(nodes(), JSON)
def test_any_json_can_be_linked(node: dict[str, Any], full_url: Any) -> None:
    links = LinkFacts()
    collect_links(node, Seen(), links, full_url=full_url, bundle=0)
    verdicts = judge_links(links, lambda path: frozenset({"Patient"}))
    assert verdicts.tally.denominator + verdicts.tally.cannot_tell == sum(
        map(len, (links.edges, links.scoped, links.absolute))
    )


@given(nodes())
def test_any_json_is_linked_the_same_with_its_text(node: dict[str, Any]) -> None:
    try:
        text = json.dumps(node).encode()
    except ValueError:
        return
    rows = []
    for known in (b"", text, text):
        links = LinkFacts()
        extensions = collect_links(node, Seen(), links, text=known)
        tables = (links.edges, links.scoped, links.absolute)
        listed = sorted((path, json.dumps(each)) for path, each in extensions)
        assert listed == sorted((path, json.dumps(each)) for path, each in extensions_of(node))
        rows.append(([sorted(each.fresh) for each in tables], links.names, listed))
    assert rows[0] == rows[1] == rows[2]


TOOLS = known_tools()


@given(st.lists(nodes(), min_size=1, max_size=4))
def test_what_is_remembered_is_what_is_found_anew(resources: list[dict[str, Any]]) -> None:
    def counted(*tools: Any) -> dict[str, Tally]:
        tallies: dict[str, Tally] = {}
        for number, (node, tool) in enumerate(zip(resources, tools, strict=True)):
            observe_all(node, Seen(record=number), tallies, tools=tool)
        for tally in tallies.values():
            tally.settle()
        return {name: tally for name, tally in tallies.items() if tally != Tally()}

    number = len(resources)
    assert counted(*[TOOLS] * number) == counted(*(Tools(TOOLS.now, codes=TOOLS.codes) for _ in range(number)))
