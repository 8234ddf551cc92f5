"""One search judged: is it answered as a searchset, does it find what it must, and only what it may."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fhircheck.probe.asking import JSON, Asked, Query, ask, matches, search
from fhircheck.probe.probe import Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_kinds.search import escaped
from fhircheck.probe.verdict import Verdict
from fhircheck.sources.search_page import link_url
from fhircheck.transport.http import ServerFault, joined, same_place

PAGES = 5
Node = dict[str, Any]
Holds = Callable[[Node], bool]


def judged_search(
    probing: Probing, verdict: Verdict, kind: str, query: Query, holds: Holds, wanted: str = "", *, post: bool = False
) -> ProbeResult:
    """Search `kind` by `query`: each hit has to satisfy `holds`, and the resource with id `wanted` is among them."""
    asked = search(probing.client, probing.base, kind, query, post=post)
    if not asked.status:
        return verdict.no_answer(asked)
    if not asked.ok:
        return verdict.unmet("search-refused", asked, status=asked.status)
    bundle = asked.resource("Bundle")
    if bundle is None or bundle.get("type") != "searchset":
        return verdict.unmet("no-searchset", asked)
    return _hits(probing, verdict, kind, asked, bundle, holds, wanted)


def _hits(
    probing: Probing, verdict: Verdict, kind: str, asked: Asked, bundle: Node, holds: Holds, wanted: str
) -> ProbeResult:
    """All pages, up to some: a hit that is wrong ends it, and so does the one that is looked for on the last page."""
    found, number = False, 0
    for _ in range(PAGES):
        hits = list(matches(bundle))
        number += len(hits)
        strangers = [each for each in hits if each.get("resourceType") != kind or not holds(each)]
        if strangers:
            return verdict.unmet("hits-do-not-match", asked, count=len(strangers))
        found = found or any(each.get("id") == wanted for each in hits)
        following = link_url(bundle, "next")
        following = here(following, asked.url, probing.base) if following else ""
        if (found and wanted) or not following:
            break
        bundle = ask(probing.client, following, headers=JSON).resource("Bundle") or {}
    else:
        return verdict.not_tested("too-many-pages", asked, pages=PAGES)
    evidence = asked.evidence(f"hits: {number}")
    return verdict.met(evidence) if found or not wanted else verdict.unmet("sample-not-found", evidence)


def judged_nothing(probing: Probing, verdict: Verdict, kind: str, query: Query, *, total: bool = False) -> ProbeResult:
    """A search for what cannot be there: 200, a searchset, no hit, and a total of 0, told where `total` asks for it."""
    asked = search(probing.client, probing.base, kind, query)
    if not asked.status:
        return verdict.no_answer(asked)
    bundle = asked.resource("Bundle")
    if asked.status != 200 or bundle is None:
        return verdict.unmet("no-hits-no-200", asked, status=asked.status)
    if any(True for _ in matches(bundle)):
        return verdict.unmet("finds-what-is-not-there", asked)
    if total and "total" not in bundle:
        return verdict.unmet("total-missing", asked)
    if bundle.get("total", 0) != 0:
        return verdict.unmet("total-not-zero", asked)
    return verdict.met(asked)


def here(link: str, page: str, base: str) -> str:
    """`link` of the page at the URL `page` as an absolute URL; empty where it is none, or leads to another server."""
    try:
        url = joined(page, link)
        return url if same_place(url, base) else ""
    except ServerFault:
        return ""


def refers_to(reference: Any, kind: str, identity: str) -> bool:
    """Whether a Reference is to `kind`/`identity`, in whatever form it is written."""
    return bool(identity) and target_id(reference, kind) == identity


def target_id(reference: Any, kind: str) -> str:
    """Logical id of the resource of type `kind` that a Reference points at; empty for any other."""
    text = reference.get("reference") if isinstance(reference, dict) else None
    try:
        steps = urlsplit(text).path.strip("/").split("/") if isinstance(text, str) else []
    except ValueError:
        return ""
    if "_history" in steps:
        steps = steps[: steps.index("_history")]
    return steps[-1] if len(steps) > 1 and steps[-2] == kind else ""


def identifiers(node: Node) -> list[tuple[str, str]]:
    """(system, value) of the identifiers that have both."""
    pairs = ((each.get("system"), each.get("value")) for each in dicts(node, "identifier"))
    return [(system, value) for system, value in pairs if isinstance(system, str) and isinstance(value, str) and value]


def token(system: str, value: str) -> str:
    """``system|value`` as a search writes it, special characters escaped."""
    return f"{escaped(system)}|{escaped(value)}"


def codings(concept: Any) -> list[tuple[str, str]]:
    """(system, code) of a CodeableConcept; the system may be empty."""
    pairs = ((each.get("system"), each.get("code")) for each in dicts(concept, "coding"))
    return [(system if isinstance(system, str) else "", code) for system, code in pairs if isinstance(code, str)]
