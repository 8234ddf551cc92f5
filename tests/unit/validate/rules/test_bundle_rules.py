"""Rules of Bundles by type: cases as data, each with the findings it must give."""

from typing import Any

import pytest

from fhircheck.model.scope import Scope
from fhircheck.validate.rules.bundle_document import BundleDocument
from fhircheck.validate.rules.bundle_full_url import BundleFullUrl
from fhircheck.validate.rules.bundle_link import BundleLink
from fhircheck.validate.rules.bundle_reach import BundleReach
from fhircheck.validate.rules.bundle_search import BundleSearch
from fhircheck.validate.rules.rule import ResourceRule, Subject
from tests.unit.validate.rule_bench import Bench

Node = dict[str, Any]
BASE = "http://example.org/fhir"


def _bundle(kind: str, *entries: Node, **more: Any) -> Node:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries), **more}


def _entry(url: str | None, resource: Node | None = None, **more: Any) -> Node:
    return {**({"fullUrl": url} if url else {}), **({"resource": resource} if resource else {}), **more}


def _patient(identity: str | None = None, **more: Any) -> Node:
    return {"resourceType": "Patient", **({"id": identity} if identity else {}), **more}


ABOUT_PATIENT = {"resourceType": "Observation", "subject": {"reference": "Patient/1"}}


@pytest.mark.parametrize(
    ("kind", "entry", "expected"),
    [
        ("collection", _entry("urn:uuid:1", _patient()), []),
        ("collection", _entry(f"{BASE}/Patient/1", _patient("1")), []),
        ("collection", _entry(None, _patient("1")), [("full-url-missing", "entry[0]")]),
        ("transaction", _entry(None, _patient("1")), []),
        ("transaction", _entry(None, ABOUT_PATIENT), [("full-url-missing-for-references", "entry[0]")]),
        ("batch-response", _entry(None, ABOUT_PATIENT), []),
        (
            "searchset",
            _entry(None, ABOUT_PATIENT),
            [("full-url-missing", "entry[0]"), ("full-url-missing-for-references", "entry[0]")],
        ),
        ("collection", _entry("Patient/1", _patient("1")), [("full-url-relative", "entry[0].fullUrl")]),
        ("collection", _entry(f"{BASE}/Patient/1", _patient()), [("full-url-without-id", "entry[0].fullUrl")]),
        ("collection", _entry(f"{BASE}/Patient/1", _patient("2")), [("full-url-mismatch", "entry[0].fullUrl")]),
        ("collection", _entry(f"{BASE}/Group/1", _patient("1")), [("full-url-mismatch", "entry[0].fullUrl")]),
        (
            "collection",
            _entry(f"{BASE}/Patient/1/_history/2", _patient("1")),
            [("full-url-mismatch", "entry[0].fullUrl")],
        ),
        ("collection", _entry("http://example.org/anything", _patient("1")), []),
        (
            "collection",
            _entry("http://example.org/vs", {"resourceType": "ValueSet", "id": "1", "url": "http://example.org/vs"}),
            [("full-url-is-canonical", "entry[0].fullUrl")],
        ),
    ],
)
def test_full_url(kind: str, entry: Node, expected: list[tuple[str, str]]) -> None:
    assert Bench().kinds(BundleFullUrl(), _bundle(kind, entry)) == expected


@pytest.mark.parametrize(
    ("kind", "links", "expected"),
    [
        ("searchset", ["self", "first", "next"], []),
        ("searchset", ["self", "self"], [("bundle-link-repeated", "link[1]")]),
        ("history", ["next", "previous", "next"], [("bundle-link-repeated", "link[2]")]),
        ("searchset", ["alternate", "alternate"], []),
        ("document", ["next"], [("bundle-link-prohibited", "link[0].relation")]),
        ("collection", ["self", "self"], [("bundle-link-repeated", "link[1].relation")]),
        ("transaction", ["last"], [("bundle-link-prohibited", "link[0].relation")]),
        ("unknown", ["last"], []),
    ],
)
def test_links(kind: str, links: list[str], expected: list[tuple[str, str]]) -> None:
    bundle = _bundle(kind, link=[{"relation": each, "url": "http://example.org"} for each in links])
    assert Bench().kinds(BundleLink(), bundle) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hl7.org/fhir/fhir.css", []),
        ("Binary/css", []),
        ("Binary/other", ["stylesheet-missing"]),
        ("https://example.org/a.css", ["stylesheet-external"]),
        ("http://example.org/a.css", ["stylesheet-external", "stylesheet-insecure"]),
    ],
)
def test_stylesheets(url: str, expected: list[str]) -> None:
    style = _entry("urn:uuid:1", {"resourceType": "Binary", "id": "css"})
    bundle = _bundle("document", style, link=[{"relation": "stylesheet", "url": url}])
    assert [kind for kind, _ in Bench().kinds(BundleLink(), bundle)] == expected


def _search(*entries: Node, url: str | None = "http://example.org/Patient?name=a") -> Node:
    links = {"link": [{"relation": "self", "url": url}]} if url else {}
    return _bundle("searchset", *entries, **links)


def _found(resource: Node | None, mode: str | None) -> Node:
    return _entry("urn:uuid:1", resource, **({"search": {"mode": mode}} if mode else {}))


@pytest.mark.parametrize(
    ("bundle", "expected"),
    [
        (_search(_found(_patient("1"), "match")), []),
        (_search(_found(_patient(), "match")), [("search-entry-without-id", "entry[0].resource")]),
        (_search(_found(_patient(), "include")), [("search-entry-without-id", "entry[0].resource")]),
        (_search(_found({"resourceType": "Group", "id": "1"}, "include")), []),
        (_search(_found({"resourceType": "Group", "id": "1"}, "match")), [("search-entry-type", "entry[0].resource")]),
        (_search(_found({"resourceType": "OperationOutcome"}, "outcome")), []),
        (_search(_found(_patient("1"), "outcome")), [("search-outcome-type", "entry[0].resource")]),
        (_search(_found(_patient("1"), "matched")), [("search-outcome-type", "entry[0].resource")]),
        (_search(_found(None, "match")), [("search-entry-without-resource", "entry[0]")]),
        (
            _search(_found(_patient("1"), "match"), _found(_patient("2"), None)),
            [("search-mode-missing", "entry[1]")],
        ),
        (_search(_found(_patient("1"), None)), []),
        (_search(_found(None, None)), [("search-entry-without-resource", "entry[0]")]),
        (
            _search(_found({"resourceType": "Group", "id": "1"}, None)),
            [("search-entry-type-unexpected", "entry[0]"), ("search-mode-missing", "")],
        ),
        (_search(_found(_patient(), None)), [("search-entry-should-have-id", "entry[0].resource")]),
        (_search(_found(_patient("1"), "match"), url=None), [("search-self-missing", "")]),
        (
            _search(_found(_patient("1"), "match"), url="http://example.org/?_type=Group,Device"),
            [("search-entry-type", "entry[0].resource")],
        ),
        (_bundle("collection", _entry(None, None)), []),
    ],
)
def test_searchset(bundle: Node, expected: list[tuple[str, str]]) -> None:
    assert Bench().kinds(BundleSearch(), bundle) == expected


def _document(composition: Node, *entries: Node, url: str = f"{BASE}/Composition/c") -> Node:
    head = {"resourceType": "Composition", "id": "c", **composition}
    return _bundle("document", _entry(url, head), *entries)


def _to(reference: str) -> Node:
    return {"reference": reference}


PATIENT = _entry(f"{BASE}/Patient/1", _patient("1"))
ELSEWHERE = _entry("http://other.org/Patient/1", _patient("1"))


@pytest.mark.parametrize(
    ("bundle", "expected"),
    [
        (_bundle("document"), [("bundle-without-first-entry", "")]),
        (_bundle("collection"), []),
        (_bundle("document", _entry("urn:uuid:1")), [("bundle-first-entry-without-resource", "entry[0]")]),
        (_bundle("document", PATIENT), [("bundle-first-entry-type", "entry[0].resource")]),
        (_bundle("message", PATIENT), [("bundle-first-entry-type", "entry[0].resource")]),
        (_document({"subject": _to("Patient/1")}, PATIENT), []),
        (_document({"subject": _to("#p")}), []),
        (_document({"subject": _to("Patient/1")}), [("document-target-missing", "entry[0].resource.subject")]),
        (
            _document({"author": [_to("urn:uuid:1"), _to("urn:uuid:2")]}, _entry("urn:uuid:1", _patient())),
            [("document-target-missing", "entry[0].resource.author[1]")],
        ),
        (
            _document({"subject": _to("Patient/1")}, ELSEWHERE),
            [("document-target-off-base", "entry[0].resource.subject")],
        ),
        (
            _document({"subject": _to("Patient/1")}, PATIENT, PATIENT),
            [("document-target-ambiguous", "entry[0].resource.subject")],
        ),
        (
            _document({"subject": _to("Patient/1")}, PATIENT, url="urn:uuid:c"),
            [("document-target-off-base", "entry[0].resource.subject")],
        ),
        (
            _document(
                {"section": [{"entry": [_to("Patient/1")], "section": [{"entry": [_to("Patient/2")]}]}]}, PATIENT
            ),
            [("document-target-missing", "entry[0].resource.section[0].section[0].entry[0]")],
        ),
        (
            _document({"attester": [{"party": _to("Patient/2")}], "event": [{"detail": [_to("Patient/3")]}]}),
            [
                ("document-target-missing", "entry[0].resource.attester[0].party"),
                ("document-target-missing", "entry[0].resource.event[0].detail[0]"),
            ],
        ),
        (_document({"section": [{"entry": [_to("http://example.org/ValueSet/a")]}]}), []),
        (
            _bundle("message", _entry("urn:uuid:m", {"resourceType": "MessageHeader", "focus": [_to("urn:uuid:1")]})),
            [("document-target-missing", "entry[0].resource.focus[0]")],
        ),
    ],
)
def test_document(bundle: Node, expected: list[tuple[str, str]]) -> None:
    assert Bench().kinds(BundleDocument(), bundle) == expected


def _observation(identity: str, subject: str) -> Node:
    url = f"{BASE}/Observation/{identity}"
    return _entry(url, {"resourceType": "Observation", "id": identity, "subject": _to(subject)})


ABOUT = _observation("o", "Patient/1")
PROVENANCE = _entry(f"{BASE}/Provenance/p", {"resourceType": "Provenance", "id": "p", "target": [_to("Patient/1")]})


@pytest.mark.parametrize(
    ("bundle", "expected"),
    [
        (_document({"subject": _to("Patient/1")}, PATIENT), []),
        (_document({}, PATIENT), [("document-entry-unreachable", "entry[1]")]),
        (  # an entry without a resource joins nothing
            _document({"subject": _to("Patient/a")}, _entry(f"{BASE}/Patient/a"), _observation("o", "Patient/a")),
            [("document-entry-unreachable", "entry[2]")],
        ),
        (  # the references of a first entry that is no head are said by no other rule
            _bundle("document", _entry("urn:uuid:1", {"resourceType": "Observation", "subject": _to("Patient/1")}),
                    PATIENT),
            [("bundle-link-off-base", "entry[0].resource.subject"), ("document-entry-unreachable", "entry[1]")],
        ),
        (
            _document({"section": [{"entry": [_to("Observation/o")]}]}, PATIENT, _observation("o", "Patient/1")),
            [],
        ),
        (
            _document({"subject": _to("Patient/1")}, PATIENT, _observation("o", "Patient/1")),
            [("document-entry-backward", "entry[2]")],
        ),
        (_document({"subject": _to("Patient/1")}, PATIENT, PROVENANCE), []),
        (
            _document({}, PATIENT, _observation("o", "Patient/1")),
            [("document-entry-unreachable", "entry[1]"), ("document-entry-unreachable", "entry[2]")],
        ),
        (
            _document({"section": [{"entry": [_to("Observation/o")]}]}, ELSEWHERE, _observation("o", "Patient/1")),
            [("bundle-link-off-base", "entry[2].resource.subject"), ("document-entry-unreachable", "entry[1]")],
        ),
        (
            _document({"section": [{"entry": [_to("Observation/o")]}]}, PATIENT, PATIENT, ABOUT),
            [
                ("bundle-link-ambiguous", "entry[3].resource.subject"),
                ("document-entry-unreachable", "entry[1]"),
                ("document-entry-unreachable", "entry[2]"),
            ],
        ),
        (
            _bundle("message", _entry("urn:uuid:m", {"resourceType": "MessageHeader"}), PATIENT),
            [("message-entry-unreachable", "entry[1]")],
        ),
        (_bundle("collection", PATIENT, ELSEWHERE), []),
        ({**_document({}, _entry("urn:uuid:b", {"resourceType": "Binary", "id": "b"})), "link": [
            {"relation": "stylesheet", "url": "Binary/b"}]}, []),
    ],
)  # fmt: skip
def test_reach(bundle: Node, expected: list[tuple[str, str]]) -> None:
    assert Bench().kinds(BundleReach(), bundle) == expected


@pytest.mark.parametrize(
    ("ids", "expected"),
    [(["a"], []), (["b"], ["bundle-fragment-missing"]), (["a", "a"], ["bundle-fragment-ambiguous"])],
)
def test_links_into_narratives(ids: list[str], expected: list[str]) -> None:
    marks = "".join(f'<p id="{each}"/>' for each in ids)
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{marks}</div>'
    link = {
        "url": "http://hl7.org/fhir/StructureDefinition/narrativeLink",
        "valueUrl": f"{BASE}/Composition/c#a",
    }
    composition = {"text": {"div": div}, "section": [{"entry": [_to("Patient/1")]}]}
    linked = _entry(f"{BASE}/Patient/1", _patient("1", extension=[link]))
    assert [kind for kind, _ in Bench().kinds(BundleReach(), _document(composition, linked))] == expected


@pytest.mark.parametrize("rule", [BundleDocument(), BundleReach()])
@pytest.mark.parametrize("bundle", [_bundle("document"), _document({"subject": _to("Patient/9")}, PATIENT)])
def test_what_was_split_is_not_accused(rule: ResourceRule, bundle: Node) -> None:
    bench = Bench()
    findings = bench.findings(BundleLink(), {"resourceType": "Bundle"})
    scope = Scope(bundle, bundle, "Bundle", split=True)
    rule.check(Subject(bundle, "Bundle", scope, None, None, findings))  # type: ignore[arg-type]
    assert findings.issues == []


BROKEN: list[Any] = [
    *(None, 1, "x", [], {}, [None], [[]], [{}]),
    [{"resource": 1}],
    [{"fullUrl": 1, "resource": {}}],
    [{"resource": {"resourceType": []}}],
    [{"resource": {"resourceType": "Composition", "section": [1], "author": {}}}],
]


@pytest.mark.parametrize("rule", [BundleDocument(), BundleFullUrl(), BundleLink(), BundleReach(), BundleSearch()])
@pytest.mark.parametrize("kind", ["document", "message", "searchset", "collection", 1, None])
@pytest.mark.parametrize("broken", BROKEN)
def test_no_rule_raises(rule: ResourceRule, kind: Any, broken: Any) -> None:
    Bench().findings(rule, {"resourceType": "Bundle", "type": kind, "entry": broken, "link": broken})


def test_a_resource_type_that_is_none_is_not_repeated() -> None:
    entry = _entry(f"{BASE}/Patient/1", {"resourceType": "Erika Musterfrau", "id": "1"})
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
    (issue,) = Bench().findings(BundleFullUrl(), bundle).issues
    assert dict(issue.params) == {"type": "(name)"}
