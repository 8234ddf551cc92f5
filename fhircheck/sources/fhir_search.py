"""One search on a FHIR server, page by page (http://hl7.org/fhir/R4/http.html#paging)."""

import re
from collections.abc import Iterator
from typing import Any

from jiter import from_json

from fhircheck.model.errors import SourceUnusable
from fhircheck.model.record import Piece
from fhircheck.sources.content import foreign_form, problem
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.service_base import service_base
from fhircheck.sources.source_type import SourceType
from fhircheck.transport.http import Answer, HttpClient, ServerFault, joined, origin, redacted, same_place
from fhircheck.transport.json_locator import Locator

HEADERS = {"Accept": "application/fhir+json, application/json;q=0.9"}
_PAGED = {"searchset", "history"}
_CODE = re.compile(r"[a-z-]{1,40}")


class _Page:
    """One answer of the server as JSON: a Bundle, or any other resource. Raises ServerFault for anything else."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.node = _json(answer)
        self.type = self.node.get("resourceType")
        if answer.status != 200 or self.type == "OperationOutcome":
            raise ServerFault("server-refused", answer.status, _codes(self.node))

    @property
    def is_paged(self) -> bool:
        return self.type == "Bundle" and self.node.get("type") in _PAGED

    def resources(self) -> Iterator[bytes]:
        """The text of each resource, as the server sent it; what a search says of itself is left out."""
        locator = Locator(self.answer.body)
        for number, entry in enumerate(self._list("entry")):
            if not isinstance(entry, dict) or "resource" not in entry or _mode(entry) == "outcome":
                continue
            _, start, end = locator.span(["entry", number, "resource"])
            yield self.answer.body[start:end]

    def warnings(self) -> str:
        """Codes of OperationOutcomes that came among the results."""
        outcomes = (each.get("resource") for each in self._list("entry") if _mode(each) == "outcome")
        return ", ".join(filter(None, (_codes(each) for each in outcomes if isinstance(each, dict))))

    def next(self) -> str:
        """URL of the next page, empty at the last. Raises ServerFault where it is no URL."""
        for link in self._list("link"):
            if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
                return joined(self.answer.url, link["url"])
        return ""

    def _list(self, name: str) -> list[Any]:
        value = self.node.get(name)
        return value if isinstance(value, list) else []


def _mode(entry: Any) -> Any:
    search = entry.get("search") if isinstance(entry, dict) else None
    return search.get("mode") if isinstance(search, dict) else None


def _json(answer: Answer) -> dict[str, Any]:
    """The answer's JSON object. Raises ServerFault where there is none: what came instead, never its content."""
    form = foreign_form(answer.body[:4096])
    try:
        value = None if form else from_json(answer.body, allow_inf_nan=False)
    except ValueError:
        form = "broken-json" if answer.body.lstrip()[:1] in (b"{", b"[") else "text"
        value = None
    if isinstance(value, dict) and isinstance(value.get("resourceType"), str):
        return value
    if answer.status != 200:
        raise ServerFault("server-refused", answer.status, form)
    raise ServerFault("not-fhir", answer.status, form or "json-without-resourceType")


def _codes(node: dict[str, Any]) -> str:
    """Issue codes of an OperationOutcome; its texts may hold anything and are not shown."""
    issues = node.get("issue")
    codes = [each.get("code") for each in issues if isinstance(each, dict)] if isinstance(issues, list) else []
    return ", ".join(sorted({code for code in codes if isinstance(code, str) and _CODE.fullmatch(code)}))


def _pieces(url: str, options: ReadOptions) -> Iterator[Piece]:
    with HttpClient(options.connection, service_base(url)) as client:
        yield from _pages(client, url, options)


def _pages(client: HttpClient, url: str, options: ReadOptions) -> Iterator[Piece]:
    """Records of all pages; a fault on the first page is SourceUnusable, on a later one a finding."""
    source, number, seen = redacted(url), 0, {url}
    following = url
    for count in range(options.page_limit):
        try:
            page = _Page(client.get(following, HEADERS))
        except ServerFault as fault:
            if not count:
                raise SourceUnusable(_sentence(source, fault)) from None
            kind = "server-not-fhir" if fault.reason == "not-fhir" else "server-page-failed"
            yield problem(source, kind, number, page=count + 1, reason=fault.shown)
            return
        if not page.is_paged:
            yield Piece(source, "resource", page.answer.body, first=number)
            return
        for text in page.resources():
            yield Piece(source, "resource", text, first=number)
            number += 1
        if page.warnings():
            yield problem(source, "server-outcome", number, page=count + 1, codes=page.warnings())
        following, stop = _following(page, seen)
        if stop:
            yield problem(source, stop, number, page=count + 1)
        if stop or not following:
            break
        seen.add(following)
    else:
        yield problem(source, "server-page-limit", number, limit=options.page_limit)
    if not number:
        yield problem(source, "nothing-to-read", skipped=0)


def _following(page: _Page, seen: set[str]) -> tuple[str, str]:
    """URL of the next page (empty at the last), and the kind of the finding where it must not be followed."""
    try:
        following = page.next()
        allowed = not following or same_place(following, page.answer.url)
    except ServerFault:
        return "", "server-next-foreign"
    if not allowed:
        return "", "server-next-foreign"
    return ("", "server-next-loop") if following in seen else (following, "")


def _sentence(source: str, fault: ServerFault) -> str:
    """One line for a search that gave nothing at all."""
    if fault.reason == "not-fhir":
        return f"{source}: the answer is no FHIR JSON ({fault.detail}); name a search such as .../Patient?_count=100"
    return f"{source}: {fault.shown}"


def _check(url: str, options: ReadOptions) -> None:
    if options.offline:
        raise SourceUnusable(f"{redacted(url)}: a server was named, but this run is offline")
    try:
        host = origin(url)[1]
    except ServerFault:
        host = ""
    if not host:
        raise SourceUnusable(f"{redacted(url)}: no address of a server")


FHIR_SEARCH = SourceType(
    "fhir_search",
    "One search on a FHIR server (http or https URL), followed page by page.",
    lambda name: name.lower().startswith(("http://", "https://")),
    _pieces,
    _check,
)
