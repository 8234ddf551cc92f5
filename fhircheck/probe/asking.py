"""One request of a probe: an answer or a fault of the network, never an exception, and nothing of it shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jiter import from_json

from fhircheck.probe.result import Evidence
from fhircheck.transport.http import ServerFault, redacted

if TYPE_CHECKING:
    from fhircheck.transport.http import HttpClient

JSON = {"Accept": "application/fhir+json"}
FORM = "application/x-www-form-urlencoded"
Query = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked and what came. status: 0 without an answer; fault: then the reason, in kebab-case.

    shown: the request as evidence may show it. headers: names in lower case.
    """

    shown: str
    status: int
    url: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    fault: str = ""

    @property
    def ok(self) -> bool:
        """Whether the server says that it did what was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return from_json(self.body, allow_inf_nan=False)
        except ValueError:
            return None

    def resource(self, *types: str) -> dict[str, Any] | None:
        """The resource in the body; None where it is none, or of no type of `types`."""
        node = self.json()
        if not isinstance(node, dict) or not isinstance(node.get("resourceType"), str):
            return None
        return node if not types or node["resourceType"] in types else None

    def evidence(self, note: str = "") -> Evidence:
        """This request as evidence; `note` must hold no data of the server."""
        return Evidence(self.shown, self.status, note or self.fault)


def ask(
    client: "HttpClient",
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    follow: bool = True,
    shown: str = "",
    retried: bool | None = None,
) -> Asked:
    """Send one request. shown: the URL as evidence shows it, where its path itself tells too much."""
    label = f"{method} {shown or redacted(url)}"
    try:
        answer = client.send(method, url, headers=dict(headers or {}), body=body, retried=retried, follow=follow)
    except ServerFault as fault:
        return Asked(label, fault.status, url, fault=fault.reason)
    return Asked(label, answer.status, answer.url, answer.headers, answer.body, answer.content_type)


def search(client: "HttpClient", base: str, kind: str, query: Query, *, post: bool = False) -> Asked:
    """Search for resources of type `kind` under the FHIR base URL `base`, by GET or by POST to ``_search``."""
    if not post:
        return ask(client, f"{base}/{kind}?{urlencode(query)}", headers=JSON)
    names = "&".join(f"{name}=***" for name, _ in query)
    return ask(
        client,
        f"{base}/{kind}/_search",
        method="POST",
        headers={**JSON, "Content-Type": FORM},
        body=urlencode(query).encode(),
        shown=f"{redacted(base)}/{kind}/_search ({names})",
    )


def matches(bundle: Mapping[str, Any] | None, kind: str = "") -> Iterator[dict[str, Any]]:
    """Resources of a searchset that are hits (not included ones, not outcomes), of type `kind` where it is given."""
    for entry in entries(bundle):
        resource, mode = entry.get("resource"), search_of(entry).get("mode", "match")
        if isinstance(resource, dict) and mode == "match" and kind in ("", resource.get("resourceType")):
            yield resource


def entries(bundle: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The entries of a Bundle that are objects."""
    found = (bundle or {}).get("entry")
    yield from (each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()


def search_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What a searchset's entry says of the search; empty where it says nothing."""
    found = entry.get("search")
    return found if isinstance(found, dict) else {}
