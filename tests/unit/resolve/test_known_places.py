"""Places learned by one walk spare the next one, and never lose a reference or an extension."""

import json
from typing import Any

import pytest

from fhircheck.model.link_facts import LinkFacts
from fhircheck.resolve import known_places
from fhircheck.resolve.known_places import Found, found_again, learn
from fhircheck.resolve.reference_walk import collect_links
from tests.unit.measures.seen import Seen

SUBJECT = {"reference": "Patient/1"}
PERFORMERS = [{"reference": "Practitioner/1", "display": "who"}, {"reference": "Practitioner/2"}]
OBSERVATION: dict[str, Any] = {"resourceType": "Observation", "subject": SUBJECT, "performer": PERFORMERS}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_places, "_types", {})
    monkeypatch.setattr(known_places, "_learned", 0)


def again(node: dict[str, Any], text: str | None = None) -> list[tuple[str, str]] | None:
    found = found_again(node, node["resourceType"], (json.dumps(node) if text is None else text).encode())
    return None if found is None else sorted(found.references)


def walked(*places: str) -> Found:
    """What a walk found: references, and extensions where the place is called so."""
    found = Found()
    for each in places:
        if each.endswith("xtension"):
            found.extensions.append((each, []))
        else:
            found.references.append((each, "x"))
    return found


def learned() -> None:
    learn("Observation", walked("Observation.subject", "Observation.performer"))


def test_all_references_at_known_places_are_found() -> None:
    assert again(OBSERVATION) is None, "nothing learned yet"
    learned()
    assert again(OBSERVATION) == [
        ("Observation.performer", "Practitioner/1"),
        ("Observation.performer", "Practitioner/2"),
        ("Observation.subject", "Patient/1"),
    ]


def test_what_stands_elsewhere_makes_it_walk() -> None:
    learned()
    assert again({**OBSERVATION, "note": [{"authorReference": SUBJECT}]}) is None
    assert again({**OBSERVATION, "extension": [{"valueReference": SUBJECT}]}) is None
    assert again({**OBSERVATION, "reference": "Patient/2"}) is None


def test_extensions_are_found_again_or_make_it_walk() -> None:
    learn(
        "Observation", walked("Observation.subject", "Observation.extension", "Observation._status.modifierExtension")
    )
    one, two = [{"url": "http://a"}], [{"url": "http://b"}, {"url": "http://c"}]
    node = {"resourceType": "Observation", "subject": SUBJECT, "extension": one, "_status": {"modifierExtension": two}}
    found = found_again(node, "Observation", json.dumps(node).encode())
    assert found is not None
    assert found.extensions == [("Observation.extension", one), ("Observation._status.modifierExtension", two)]
    assert again({**node, "code": {"extension": one}}) is None
    assert again({**node, "extension": [{"url": "http://a", "extension": two}]}) is None


def test_a_name_written_with_escapes_makes_it_walk() -> None:
    learned()
    text = json.dumps({**OBSERVATION, "note": [{"authorReference": SUBJECT, "text": "reference"}]})
    node = json.loads(text)
    first = text.index('"reference"')
    hidden = text.index('"reference"', text.index("note"))
    for at in (first, hidden):
        escaped = text[:at] + '"\\u0072eference"' + text[at + 11 :]
        assert json.loads(escaped) == node
        assert again(node, escaped) is None
    assert again(OBSERVATION, json.dumps({**OBSERVATION, "status": "f\u00fcr \\ \n"})) is not None, "others do no harm"


def test_without_text_it_walks() -> None:
    learned()
    assert again(OBSERVATION, "") is None


def test_no_more_places_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_places, "LEARNED", 3)
    for number in range(10):
        learn(f"Type{number}", walked(f"Type{number}.a"))
    assert sum(map(len, known_places._types.values())) == 3


def test_links_are_the_same_with_and_without_text() -> None:
    nodes = [OBSERVATION, {**OBSERVATION, "focus": [SUBJECT]}, OBSERVATION, {"resourceType": "Observation"}]
    walked, spared = LinkFacts(), LinkFacts()
    for number, node in enumerate(nodes):
        collect_links(node, Seen(record=number), walked)
        collect_links(node, Seen(record=number), spared, text=json.dumps(node).encode())
    rows = [sorted(zip(*[iter([*each.edges.fresh, *each.scoped.fresh])] * 4, strict=True)) for each in (walked, spared)]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 10


def test_xml_is_walked_through() -> None:
    """Its text tells nothing of members: what was learned of other resources of the type must not stand for it."""
    learn("Observation", walked("Observation.performer"))
    xml = '<Observation xmlns="http://hl7.org/fhir"><subject><reference value="Patient/1"/></subject></Observation>'
    assert again({"resourceType": "Observation", "subject": SUBJECT}, xml) is None
    assert again({"resourceType": "Observation", "performer": PERFORMERS}) is not None
