"""Bundles that answer a search: what was asked for, and that each entry says why it is there."""

from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_name
from fhircheck.validate.bundle_index import text
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/bundle.html#searchset"
_ENTRY = '{"resource": {"resourceType": "Patient", "id": "1"}, "search": {"mode": "match"}}'
NO_SELF = IssueKind(
    name="search-self-missing",
    severity="warning",
    code="invalid",
    summary="A searchset does not say by a self link what was searched for.",
    why="The receiver cannot tell which parameters the server understood.",
    clause=CLAUSE,
    fix="Add a link with the relation self.",
    english="The searchset has no self link",
    german="Das searchset hat keinen self-Link",
    failing='{"resourceType": "Bundle", "type": "searchset"}',
    passing='{"link": [{"relation": "self", "url": "http://a.org/Patient?name=a"}]}',
)
NO_MODE = IssueKind(
    name="search-mode-missing",
    severity="warning",
    code="invalid",
    summary="An entry of a searchset does not say whether it matched or was included.",
    why="The receiver counts included resources as hits.",
    clause=CLAUSE,
    fix="Add search.mode to the entries.",
    english="Entries of a searchset should have a search mode",
    german="Einträge eines searchset sollten einen search.mode haben",
    failing='{"resource": {"resourceType": "Patient", "id": "1"}}',
    passing=_ENTRY,
)
NO_RESOURCE = IssueKind(
    name="search-entry-without-resource",
    severity="error",
    code="invalid",
    summary="An entry of a searchset has no resource.",
    why="A result without content is none.",
    clause=CLAUSE,
    fix="Add the resource, or remove the entry.",
    english="The entry of the searchset has no resource",
    german="Der Eintrag des searchset hat keine Ressource",
    failing='{"search": {"mode": "match"}}',
    passing=_ENTRY,
)
NO_ID = IssueKind(
    name="search-entry-without-id",
    severity="error",
    code="invalid",
    summary="A resource that was found or included has no id.",
    why="What a server finds it stores under an id.",
    clause=CLAUSE,
    fix="Add the id.",
    english="The resource that was found has no id",
    german="Die gefundene Ressource hat keine id",
    failing='{"resource": {"resourceType": "Patient"}, "search": {"mode": "match"}}',
    passing=_ENTRY,
)
NO_ID_PERHAPS = IssueKind(
    name="search-entry-should-have-id",
    severity="warning",
    code="invalid",
    summary="A resource in a searchset without search modes has no id.",
    why="What a server finds it stores under an id.",
    clause=CLAUSE,
    fix="Add the id.",
    english="The resource in the searchset has no id",
    german="Die Ressource im searchset hat keine id",
    failing='{"resource": {"resourceType": "Patient"}}',
    passing=_ENTRY,
)
WRONG_TYPE = IssueKind(
    name="search-entry-type",
    severity="error",
    code="invalid",
    summary="An entry is marked as a match, but is not of the type that was searched for.",
    why="It cannot have matched.",
    clause=CLAUSE,
    fix="Mark it as included, or correct the self link.",
    english="A {type} cannot match this search",
    german="{type} kann kein Treffer dieser Suche sein",
    failing='{"resource": {"resourceType": "Device", "id": "1"}, "search": {"mode": "match"}}',
    passing=_ENTRY,
)
WRONG_TYPE_PERHAPS = IssueKind(
    name="search-entry-type-unexpected",
    severity="warning",
    code="invalid",
    summary="An entry without search mode is not of the type that was searched for.",
    why="Whether it matched or was included cannot be told.",
    clause=CLAUSE,
    fix="Add search.mode to the entries.",
    english="A {type} was not searched for",
    german="Nach {type} wurde nicht gesucht",
    failing='{"resource": {"resourceType": "Device", "id": "1"}}',
    passing=_ENTRY,
)
OUTCOME_TYPE = IssueKind(
    name="search-outcome-type",
    severity="error",
    code="invalid",
    summary="An entry is marked as outcome, but is no OperationOutcome.",
    why="Messages about the search come as an OperationOutcome.",
    clause="http://hl7.org/fhir/R4/valueset-search-entry-mode.html",
    fix="Mark it as match or include.",
    english="A {type} cannot be the outcome of a search",
    german="{type} kann nicht das outcome einer Suche sein",
    failing='{"resource": {"resourceType": "Patient", "id": "1"}, "search": {"mode": "outcome"}}',
    passing=_ENTRY,
)
OUTCOME = "OperationOutcome"


class BundleSearch:
    """Entries of a searchset are what was searched for, or say why else they are there."""

    name = "bundle-search"
    summary = "A searchset tells what was asked, and its entries fit that."
    clause = CLAUSE
    types = frozenset({"Bundle"})
    kinds = (NO_SELF, NO_MODE, NO_RESOURCE, NO_ID, NO_ID_PERHAPS, WRONG_TYPE, WRONG_TYPE_PERHAPS, OUTCOME_TYPE)

    def check(self, subject: Subject) -> None:
        """Look at the self link and every entry."""
        entries = subject.node.get("entry")
        if text(subject.node, "type") != "searchset" or entries.__class__ is not list or not entries:
            return
        url = _self_url(subject.node.get("link"))
        if url is None:
            subject.findings.add(NO_SELF, subject.expression, "Bundle.link")
        wanted = _types(url or "", subject)
        modes = [text(entry.get("search"), "mode") if entry.__class__ is dict else "" for entry in entries]
        if any(modes):
            for number, entry in enumerate(entries):
                _with_mode(subject, entry, modes[number], wanted, item(child(subject.expression, "entry"), number))
        else:
            _without_modes(subject, entries, wanted)


def _with_mode(subject: Subject, entry: Any, mode: str, wanted: list[str], place: str) -> None:
    add = subject.findings.add
    if not mode:
        add(NO_MODE, place, "Bundle.entry.search.mode")
    resource = entry.get("resource") if entry.__class__ is dict else None
    if resource.__class__ is not dict:
        add(NO_RESOURCE, place, "Bundle.entry.resource")
        return
    place, name = child(place, "resource"), text(resource, "resourceType")
    if mode in ("match", "include") and "id" not in resource:
        add(NO_ID, place, "Resource.id")
    if mode == "match" and wanted and name not in wanted:
        add(WRONG_TYPE, place, "Bundle.entry.resource", type=shown_name(name))
    if mode not in ("", "match", "include") and name != OUTCOME:
        add(OUTCOME_TYPE, place, "Bundle.entry.resource", type=shown_name(name))


def _without_modes(subject: Subject, entries: list[Any], wanted: list[str]) -> None:
    """No entry says why it is there: that is well where all can be matches."""
    add = subject.findings.add
    found: set[str] = set()
    unclear = not wanted
    for number, entry in enumerate(entries):
        place = item(child(subject.expression, "entry"), number)
        resource = entry.get("resource") if entry.__class__ is dict else None
        if resource.__class__ is not dict:
            add(NO_RESOURCE, place, "Bundle.entry.resource")
            continue
        name = text(resource, "resourceType")
        if wanted and name not in wanted:
            unclear = True
            add(WRONG_TYPE_PERHAPS, place, "Bundle.entry.resource", type=shown_name(name))
        elif name != OUTCOME:
            found.add(name)
            if "id" not in resource:
                add(NO_ID_PERHAPS, child(place, "resource"), "Resource.id")
    if unclear or len(found) > 1:
        add(NO_MODE, subject.expression, "Bundle.entry.search.mode")


def _self_url(links: Any) -> str | None:
    for link in links if links.__class__ is list else ():
        if text(link, "relation") == "self":
            return text(link, "url")
    return None


def _types(url: str, subject: Subject) -> list[str]:
    """The resource types a search URL asks for; empty where it does not say."""
    path, _, query = url.partition("?")
    last = path.rpartition("/")[2]
    if subject.around.types.is_resource(last):
        return [last]
    return [name for each in query.split("&") if each.startswith("_type=") for name in each[6:].split(",")]
