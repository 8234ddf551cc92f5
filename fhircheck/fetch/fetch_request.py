"""What `fhircheck fetch` is asked for, and the queries that stand for it."""

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.sources.search_query import SearchQuery, query_of, searchable_types, with_parameters
from fhircheck.sources.service_base import service_base

_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?")
LAST = "last"


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One fetch by search and operations.

    base: FHIR base URL. url: one search, operation or read instead of all else. types: resource types. queries:
    searches below the base, such as ``Observation?status=final``. patients, groups: ids whose `$everything` is read;
    everything: that of all patients. since: a FHIR date or instant, or ``last``. post: searches by POST. count:
    resources a page, 0 for the server's choice. includes, revincludes: as in FHIR, ``Observation:subject``.
    """

    base: str
    url: str = ""
    types: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    everything: bool = False
    since: str = ""
    post: bool = False
    count: int = 0
    includes: tuple[str, ...] = ()
    revincludes: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises UsageError where the parts make no sense together."""
        for name in self.types:
            if not _TYPE.fullmatch(name):
                raise UsageError(f"--type {name}: no resource type")
        for option, ids in (("--patient", self.patients), ("--group", self.groups)):
            if not all(_ID.fullmatch(each) for each in ids):
                raise UsageError(f"{option}: an id is letters, digits, - and . (at most 64)")
        if self.since not in ("", LAST) and not _TIME.fullmatch(self.since):
            raise UsageError("--since: a date (2026-01-31), an instant (2026-01-31T08:00:00+01:00), or last")
        for each in (*self.includes, *self.revincludes):
            if ":" not in each and each != "*":
                raise UsageError(f"--include {each}: such as Observation:subject")
        asked = {
            "--query": self.queries,
            "--patient": self.patients,
            "--group": self.groups,
            "--everything": self.everything,
        }
        given = [name for name, value in asked.items() if value]
        if self.url and (given or self.types):
            raise UsageError(
                "a search URL is fetched as it is: leave out --type, --query, --patient, --group, --everything"
            )
        if self.queries and (self.types or len(given) > 1):
            raise UsageError("--query names whole searches: leave out --type, --patient, --group and --everything")
        if self.everything and self.groups and not self.patients:
            return
        if (self.includes or self.revincludes) and (self.patients or self.groups or self.everything):
            raise UsageError("--include and --revinclude are for searches; $everything has none")

    @property
    def needs_types(self) -> bool:
        """Whether the server has to say which types there are."""
        return not (self.url or self.types or self.queries or self.patients or self.groups or self.everything)

    def fingerprint(self, with_since: bool = True) -> dict[str, Any]:
        """What makes this fetch another one than others, as JSON."""
        return asdict(self if with_since else replace(self, since=""))

    def plan(self, capability: dict[str, Any] | None, since: str) -> list[SearchQuery]:
        """The queries in their order. capability: of the server, where it is needed. since: the time, empty for all.

        Raises UsageError for a query that is none.
        """
        if self.url:
            query = query_of(self.url, self.post)
            if query is None:
                raise UsageError("no search: name a type or parameters")
            return [self._refined(query, since)]
        if self.patients or self.groups or self.everything:
            return [self._refined(query, since) for query in self._operations()]
        if self.queries:
            return [self._refined(self._below(each), since) for each in self.queries]
        types = self.types or tuple(searchable_types(capability or {}))
        searches = [SearchQuery(f"{self.base}/{name}", "POST" if self.post else "GET", name) for name in types]
        return [self._refined(query, since) for query in dict.fromkeys(searches)]

    def _operations(self) -> list[SearchQuery]:
        steps = [f"Patient/{each}" for each in self.patients] + [f"Group/{each}" for each in self.groups]
        more = [("_type", ",".join(self.types))] if self.types else []
        return [
            SearchQuery(with_parameters(f"{self.base}/{step}/$everything", more), counted=False)
            for step in dict.fromkeys(steps or ["Patient"])
        ]

    def _below(self, text: str) -> SearchQuery:
        """The query that `text` is below the base."""
        query = None if "://" in text else query_of(f"{self.base}/{text.lstrip('/')}", self.post)
        if query is None:
            raise UsageError("--query: a search below the base address, such as Observation?status=final")
        return query

    def _refined(self, query: SearchQuery, since: str) -> SearchQuery:
        """`query` with what is asked of every query."""
        more: list[tuple[str, str]] = []
        if since:
            more.append(("_lastUpdated", f"ge{since}") if query.counted else ("_since", since))
        if query.counted:
            for name, values in (("_include", self.includes), ("_revinclude", self.revincludes)):
                more += [(name, each) for each in values if self._fits(name, each, query.type)]
        if self.count:
            more.append(("_count", str(self.count)))
        return replace(query, url=with_parameters(query.url, more))

    @staticmethod
    def _fits(name: str, value: str, kind: str) -> bool:
        """Whether an include can bring anything for a search for `kind`: its source (or target) is that type."""
        return name == "_revinclude" or not kind or value == "*" or value.partition(":")[0] == kind


def request_of(url: str, types: tuple[str, ...] = (), count: int | None = None, **given: Any) -> FetchRequest:
    """The request that a URL and options mean: `url` is a base address or one query. Raises UsageError for no URL."""
    try:
        is_query = url.lower().startswith(("http://", "https://")) and query_of(url) is not None
        base = service_base(url) if is_query else url.partition("?")[0].rstrip("/")
    except ValueError:
        base = ""
    if not base.lower().startswith(("http://", "https://")):
        raise UsageError("the server is named by a URL that begins with http:// or https://")
    parted = tuple(dict.fromkeys(part.strip() for each in types for part in each.split(",") if part.strip()))
    return FetchRequest(base, url if is_query else "", parted, count=count or 0, **given)
