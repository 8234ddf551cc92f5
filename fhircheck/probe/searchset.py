"""What an answer to a search says: hits, total, links, and which parameters the server says it used."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fhircheck.probe.asking import Asked, entries, matches
from fhircheck.probe.examination import exact
from fhircheck.sources.search_page import link_url

Node = dict[str, Any]


class Searchset:
    """One page of a search. asked: the request and its answer. node: the Bundle; None where there is none."""

    def __init__(self, asked: Asked, kind: str) -> None:
        self.asked = asked
        node = exact(asked.body) if asked.ok else None
        self.node = node if node and node["resourceType"] == "Bundle" and node.get("type") == "searchset" else None
        self.hits = [each for each in matches(self.node, kind) if isinstance(each.get("id"), str)]
        self.matches = list(matches(self.node))

    @property
    def ids(self) -> list[str]:
        """Ids of the hits, in their order."""
        return [each["id"] for each in self.hits]

    @property
    def total(self) -> int | None:
        """How many hits there are in all, where the server says it."""
        value = (self.node or {}).get("total")
        return value if value.__class__ is int else None

    @property
    def is_whole(self) -> bool:
        """Whether there is no further page."""
        return not self.link("next")

    def link(self, relation: str) -> str:
        """URL of a link, empty where there is none."""
        return link_url(self.node, relation)

    def names(self) -> list[str] | None:
        """Names of the parameters in the self link, with modifiers; None without such a link."""
        url = self.link("self")
        try:
            return [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)] if url else None
        except ValueError:
            return []

    def says_used(self, name: str) -> bool | None:
        """Whether the self link names a parameter, whatever its modifier; None without a self link."""
        names = self.names()
        if names is None:
            return None
        plain = name.partition(":")[0].partition(".")[0].lower()
        return any(each.partition(":")[0].partition(".")[0].lower() == plain for each in names)

    def outcomes(self) -> list[Node]:
        """OperationOutcomes among the entries."""
        found = [each.get("resource") for each in entries(self.node)]
        return [each for each in found if isinstance(each, dict) and each.get("resourceType") == "OperationOutcome"]
