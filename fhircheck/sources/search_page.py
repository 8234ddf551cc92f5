"""One answer of a FHIR server to a search: a page of entries, or any other resource."""

import re
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from jiter import from_json

from fhircheck.sources.content import foreign_form
from fhircheck.transport.bracket_skeleton import object_ends
from fhircheck.transport.http import Answer, ServerFault, joined
from fhircheck.transport.json_locator import Locator

HEADERS = {"Accept": "application/fhir+json, application/json;q=0.9"}
JSON_TYPES = frozenset({"application/fhir+json", "application/json", "application/json+fhir"})
_PAGED = {"searchset", "history"}
_CODE = re.compile(r"[a-z-]{1,40}")
_MEDIA = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,60}")
_SPACE = (b" ", b"\t", b"\r", b"\n")
_SPACES = b" \t\r\n"
_SPACES_AND_COMMA = b" \t\r\n,"
# how nearly all entries begin; any other is looked through member by member
_BEGIN = re.compile(rb'\{\s*+(?:"fullUrl"\s*+:\s*+"[^"\\]*+"\s*+,\s*+)?"resource"\s*+:\s*+(?=\{)')
_PLAIN = {("resource",), ("fullUrl", "resource"), ("resource", "search"), ("fullUrl", "resource", "search")}


class Entry(NamedTuple):
    """One resource of a page: its text as the server sent it, the same parsed, and search.mode (empty: not said)."""

    text: bytes
    node: dict[str, Any]
    mode: str


class SearchPage:
    """An answer as JSON. Raises ServerFault for anything else.

    reason ``answer-broken`` half a body, ``not-fhir`` something else, ``outcome-instead`` an OperationOutcome with
    HTTP 200, ``server-refused`` any other status.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.node = _json(answer)
        self.type = str(self.node["resourceType"])
        if answer.status != 200:
            raise ServerFault("server-refused", answer.status, outcome_codes(self.node))
        if self.type == "OperationOutcome":
            raise ServerFault("outcome-instead", answer.status, outcome_codes(self.node))

    @property
    def is_paged(self) -> bool:
        """Whether it is a Bundle that search or history gives."""
        return self.type == "Bundle" and self.node.get("type") in _PAGED

    @property
    def foreign_type(self) -> str:
        """The content type where it is not one of FHIR's, as it may be shown; else empty."""
        given = self.answer.content_type.partition(";")[0].strip().lower()
        if given in JSON_TYPES:
            return ""
        return given if _MEDIA.fullmatch(given) else "(none)"

    @cached_property
    def entries(self) -> list[Entry]:
        """The resources; what the server says of the search itself is left out."""
        return self._sorted[0]

    @property
    def empty_entries(self) -> int:
        """Number of entries without a resource."""
        return self._sorted[1]

    @property
    def warnings(self) -> str:
        """Codes of OperationOutcomes that came among the results."""
        return ", ".join(dict.fromkeys(filter(None, map(outcome_codes, self._sorted[2]))))

    @property
    def total(self) -> int | None:
        """Bundle.total, None where there is none that makes sense."""
        total = self.node.get("total")
        return total if type(total) is int and total >= 0 else None

    @property
    def updated(self) -> str:
        """When the server put the page together (Bundle.meta.lastUpdated), empty where it does not say."""
        meta = self.node.get("meta")
        value = meta.get("lastUpdated") if isinstance(meta, dict) else None
        return value if isinstance(value, str) else ""

    def next(self) -> str:
        """URL of the next page, empty at the last. Raises ServerFault where it is no URL."""
        url = link_url(self.node, "next")
        return joined(self.answer.url, url) if url else ""

    def self_names(self) -> set[str] | None:
        """Names of the parameters in the self link, None without one."""
        url = link_url(self.node, "self")
        try:
            return {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)} if url else None
        except ValueError:
            return None

    @cached_property
    def _sorted(self) -> tuple[list[Entry], int, list[dict[str, Any]]]:
        """(resources, number of entries without one, outcomes)."""
        found: list[Entry] = []
        outcomes: list[dict[str, Any]] = []
        empty = 0
        texts: list[bytes] | None = None
        for number, entry in enumerate(self._list("entry")):
            node = entry.get("resource") if isinstance(entry, dict) else None
            mode = _mode(entry)
            if not isinstance(node, dict):
                empty += mode != "outcome" and not _is_deleted(entry)
            elif mode == "outcome" or (not mode and node.get("resourceType") == "OperationOutcome"):
                outcomes.append(node)
            else:
                if texts is None:
                    texts = self._entry_texts()
                found.append(Entry(self._resource_text(number, texts), node, mode))
        return found, empty, outcomes

    def _entry_texts(self) -> list[bytes]:
        """The text of each entry, cut at memory speed; empty where that cannot be done (see object_ends)."""
        body = self.answer.body
        place = Locator(body, repeated=False).find(["entry"])[0]
        start = body.find(b"[", place) + 1
        while body[start : start + 1] in _SPACE:
            start += 1
        ends = [start + each for each in object_ends(body[start:])] if start else []
        if len(ends) < len(self._list("entry")):
            return []
        return [body[at:end].lstrip(_SPACES_AND_COMMA) for at, end in zip([start, *ends], ends, strict=False)]

    def _resource_text(self, number: int, texts: list[bytes]) -> bytes:
        """The text of the resource in entry `number`."""
        if not texts:
            _, start, end = Locator(self.answer.body).span(["entry", number, "resource"])
            return self.answer.body[start:end]
        text = texts[number]
        return _cut_plainly(text, self.node["entry"][number]) or _cut(text)

    def _list(self, name: str) -> list[Any]:
        value = self.node.get(name)
        return value if isinstance(value, list) else []


def _cut_plainly(text: bytes, entry: dict[str, Any]) -> bytes:
    """The text of the resource in an entry that is built as nearly all are; empty for others."""
    found = _BEGIN.match(text)
    members = tuple(entry)
    if not found or members not in _PLAIN or any(text.count(b'"%s"' % name.encode()) != 1 for name in members):
        return b""
    if members[-1] == "resource":
        return text[found.end() : text.rfind(b"}")].rstrip(_SPACES)
    cut = text[found.end() : text.rfind(b'"search"')].rstrip(_SPACES)
    return cut[:-1].rstrip(_SPACES)


def _cut(text: bytes) -> bytes:
    """The text of the resource in any entry."""
    _, start, end = Locator(text).span(["resource"])
    return text[start:end]


def link_url(node: Any, relation: str) -> str:
    """URL of the first link of that relation in a Bundle or a manifest, empty where there is none."""
    links = node.get("link") if isinstance(node, dict) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == relation and isinstance(link.get("url"), str):
            return str(link["url"])
    return ""


def outcome_codes(node: Any) -> str:
    """Issue codes of an OperationOutcome; its texts may hold anything and are not shown."""
    issues = node.get("issue") if isinstance(node, dict) else None
    codes = [each.get("code") for each in issues if isinstance(each, dict)] if isinstance(issues, list) else []
    return ", ".join(sorted({code for code in codes if isinstance(code, str) and _CODE.fullmatch(code)}))


def _mode(entry: Any) -> str:
    search = entry.get("search") if isinstance(entry, dict) else None
    mode = search.get("mode") if isinstance(search, dict) else None
    return mode if isinstance(mode, str) else ""


def _is_deleted(entry: Any) -> bool:
    """Whether the entry of a history says that a resource was deleted."""
    request = entry.get("request") if isinstance(entry, dict) else None
    return isinstance(request, dict) and request.get("method") == "DELETE"


def _json(answer: Answer) -> dict[str, Any]:
    """The answer's JSON object. Raises ServerFault where there is none: what came instead, never its content."""
    form = foreign_form(answer.body[:4096])
    try:
        value = None if form else from_json(answer.body, allow_inf_nan=False)
    except ValueError:
        begun = answer.body.lstrip()[:1] in (b"{", b"[")
        form = "broken-json" if begun else "xml" if answer.body.lstrip()[:1] == b"<" else "text"
        value = None
    if isinstance(value, dict) and isinstance(value.get("resourceType"), str):
        return value
    if answer.status != 200:
        raise ServerFault("server-refused", answer.status, form)
    reason = "answer-broken" if form == "broken-json" or not answer.body.strip() else "not-fhir"
    raise ServerFault(reason, answer.status, form or ("json-without-resourceType" if answer.body.strip() else "empty"))
