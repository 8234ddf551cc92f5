"""What a server is asked for: one search, operation or read; and all searches that its base address stands for."""

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit

from fhircheck.transport.http import redacted

_TYPE = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)*")
# The last step of a base address may look like a type: https://example.org/Fhir
_NO_TYPES = {"fhir", "api", "rest", "server", "base", "public", "open"}
# Parameters about the form of the answer: they change nothing of what is found.
_OF_FORM = {"_count", "_format", "_pretty", "_summary", "_elements", "_total", "_sort", "_maxresults", "_contained"}
_BESIDE = {"_include", "_revinclude", "_include:iterate", "_revinclude:iterate", "_include:recurse", "_getpages"}


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One thing to ask a server for. url: with all parameters, also where they are sent in a POST.

    type: what its matches are, empty where they may be anything. counted: it is a search, whose hits can be counted.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    type: str = ""
    counted: bool = True

    @property
    def shown(self) -> str:
        """The URL as it may be shown."""
        return redacted(self.url)

    @property
    def filters(self) -> set[str]:
        """Names of the parameters that decide what is found, which the self link must name."""
        names = {name for name, _ in parameters(self.url)}
        return {name for name in names if name not in _OF_FORM and name != "_getpages"}

    @property
    def counting(self) -> str:
        """The URL that asks for the number of hits alone."""
        kept = [(name, value) for name, value in parameters(self.url) if name not in _OF_FORM | _BESIDE]
        return with_parameters(self.url.partition("?")[0], [*kept, ("_summary", "count")])


def parameters(url: str) -> list[tuple[str, str]]:
    """Names and values of the parameters of `url`, in their order."""
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []


def with_parameters(url: str, more: list[tuple[str, str]]) -> str:
    """`url` with parameters added behind its own."""
    text = "&".join(f"{quote_plus(name, safe=':$.-_')}={quote_plus(value, safe=':,|/$.-_')}" for name, value in more)
    if not text:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=f"{parts.query}&{text}" if parts.query else text, fragment=""))


def query_of(url: str, post: bool = False) -> SearchQuery | None:
    """The query that `url` is, None where it is the base address of a server."""
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step]
    last, before = (steps[-1:] or [""])[0], (steps[-2:-1] or [""])[0]
    if last == "_search":
        kind = before if _is_type(before) else ""
        return SearchQuery(urlunsplit(parts._replace(path=parts.path.rpartition("/")[0])), "POST", kind)
    if any(step.startswith("$") for step in steps[-2:]) or "_history" in steps or _is_type(before):
        return SearchQuery(url, "GET", "", counted=False)
    if _is_type(last):
        return SearchQuery(url, "POST" if post else "GET", last)
    return SearchQuery(url, "POST" if post else "GET") if parts.query else None


def _is_type(step: str) -> bool:
    return bool(_TYPE.fullmatch(step)) and step.lower() not in _NO_TYPES


def searchable_types(capability: dict[str, Any]) -> list[str]:
    """Types that a CapabilityStatement says can be searched, in its order, each once."""
    found: dict[str, None] = {}
    for rest in _list(capability, "rest"):
        if rest.get("mode", "server") != "server":
            continue
        for resource in _list(rest, "resource"):
            codes = {each.get("code") for each in _list(resource, "interaction")}
            name = resource.get("type")
            if "search-type" in codes and isinstance(name, str) and _TYPE.fullmatch(name):
                found[name] = None
    return list(found)


def _list(node: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = node.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
