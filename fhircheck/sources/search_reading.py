"""Reading a query page by page, and finding out where the server does not tell the truth.

Pages are followed by their ``next`` links as given (http://hl7.org/fhir/R4/http.html#paging). What the pages hold is
compared with what was asked for, with each other and with what the server counts; each thing is said once.
"""

import json
import time
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fhircheck.model.issue import Issue, Place, params
from fhircheck.sources.search_page import HEADERS, SearchPage
from fhircheck.sources.search_query import SearchQuery
from fhircheck.sources.server_kinds import SERVER_KINDS
from fhircheck.transport.http import Answer, HttpClient, ServerFault, same_place

REPEATED_PAGES = 3
EMPTY_PAGES = 50
_RECENT = 8
_PAUSE = 0.5
_AGAIN = 2
_SEVERITIES = {kind.name: kind.severity for kind in SERVER_KINDS}
_SHOWN_TYPES = 5


class PageFailed(Exception):
    """A page could not be had. issue: says why. status: HTTP status, 0 without an answer. fault: what happened."""

    def __init__(self, issue: Issue, fault: ServerFault) -> None:
        super().__init__(issue.kind)
        self.issue = issue
        self.status = fault.status
        self.fault = fault


@dataclass(slots=True)
class Position:
    """Where a query is, and what was seen on the way; JSON in a fetch's state.

    page: pages read. matches: distinct hits. total: Bundle.total as first said. before: hits counted before the first
    page. url: of the next page. idle: pages in a row without anything new. stopped: kind and params of the finding for
    which reading ended.
    """

    url: str = ""
    page: int = 0
    matches: int = 0
    resources: int = 0
    repeated: int = 0
    total: int | None = None
    before: int | None = None
    idle: int = 0
    recent: list[str] = field(default_factory=list)
    empty: int = 0
    others: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    stopped: list[Any] = field(default_factory=list)


class SearchReading:
    """One query under way. `read` a page, keep its entries, tell by `settle` what was new, until `ahead` is False."""

    def __init__(self, client: HttpClient, query: SearchQuery, cursor: str = "") -> None:
        self._client, self._query = client, query
        self.position = Position(**json.loads(cursor)) if cursor else Position()
        self.ahead = not self.position.page or (bool(self.position.url) and not self.position.stopped)
        self._after: list[int | None] = []

    @property
    def stopped(self) -> Issue | None:
        """Why reading ended before the server said so."""
        if not self.position.stopped:
            return None
        kind, given = self.position.stopped
        return self._issue(kind, **given)

    @property
    def cursor(self) -> str:
        """Where to go on from, for another SearchReading of the same query."""
        return json.dumps(asdict(self.position))

    def count_before(self) -> None:
        """Ask how many hits there are, to compare at the end."""
        if self._query.counted and not self.position.page:
            self.position.before = self._counted()

    def read(self) -> SearchPage:
        """The next page. Raises PageFailed where it cannot be had."""
        for again in range(_AGAIN + 1):
            try:
                page = SearchPage(self._asked())
            except ServerFault as fault:
                if again < _AGAIN and self._may_pass(fault):
                    time.sleep(_PAUSE * 2**again)
                    continue
                raise PageFailed(self._failed(fault), fault) from None
            self.position.page += 1
            return page
        raise AssertionError("unreachable")

    def expects_copies(self, mode: str) -> bool:
        """Whether another copy of what came by this search.mode is no surprise."""
        return mode == "include" or not self._query.counted

    def is_counted(self, kind: object) -> bool:
        """Whether a resource of that type is among what the server counts: another type makes up for nothing lost."""
        return self._query.type in ("", kind)

    def settle(self, page: SearchPage, matches: int, resources: int, repeated: int) -> list[Issue]:
        """Take in what of `page` was new (distinct hits of the type that was asked for, and resources in all) and what
        came again against expectation.

        The position moves to the next page. Gives what is to be said of the page; `stopped` is set where reading ends
        before the server says so.
        """
        at = self.position
        at.matches += matches
        at.resources += resources
        at.repeated += repeated
        found = [*self._of_form(page), *self._of_content(page)]
        if page.entries and not resources and repeated and at.page > 1:
            found += self._once("server-page-repeated", page=at.page)
        at.idle = 0 if resources else at.idle + 1
        following, kind = self._following(page)
        if not kind and following and self._is_endless(page):
            kind, following = "server-next-endless", ""
        at.recent = [*at.recent, at.url or self._query.url][-_RECENT:]
        at.url = following
        self.ahead = bool(following)
        if kind:
            extra = {"count": at.idle} if kind == "server-next-endless" else {}
            at.stopped = [kind, {"page": at.page, **extra}]
        return found

    def stop(self, kind: str, **given: str | int) -> None:
        """End the reading for another reason."""
        self.ahead = False
        self.position.stopped = [kind, given]

    def ended(self) -> tuple[list[Issue], Issue | None]:
        """(what is to be said at the end, the finding for which this query is not complete, or None)."""
        at = self.position
        found: list[Issue] = []
        if at.repeated:
            found += self._once("server-resource-repeated", count=at.repeated)
        if at.empty:
            found += self._once("server-entry-empty", count=at.empty)
        if at.others:
            types = sorted(at.others)
            shown = ", ".join(types[:_SHOWN_TYPES]) + (", ..." if len(types) > _SHOWN_TYPES else "")
            found += self._once("server-other-type", type=self._query.type, count=sum(at.others.values()), types=shown)
        counted, gap = self._compared()
        found += counted
        stopped = self.stopped
        if stopped is None:
            return found, gap
        if gap is None and self._is_known_whole():
            return [stopped, *found], None
        return ([*found, gap] if gap else found), stopped

    # -- asking ----------------------------------------------------------------------------------

    def _asked(self) -> Answer:
        at, query = self.position, self._query
        if at.url or query.method == "GET":
            return self._client.get(at.url or query.url, HEADERS)
        return self._posted(query.url)

    def _posted(self, url: str) -> Answer:
        parts = urlsplit(url)
        target = parts._replace(path=parts.path.rstrip("/") + "/_search", query="").geturl()
        headers = {**HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
        return self._client.send("POST", target, headers=headers, body=parts.query.encode())

    def _counted(self) -> int | None:
        """The number of hits by ``_summary=count``, None where the server does not say."""
        url = self._query.counting
        try:
            page = SearchPage(self._posted(url) if self._query.method == "POST" else self._client.get(url, HEADERS))
        except ServerFault:
            return None
        return page.total if page.is_paged else None

    def _counted_after(self) -> int | None:
        if not self._after:
            self._after.append(self._counted())
        return self._after[0]

    def _may_pass(self, fault: ServerFault) -> bool:
        """Whether the fault may be gone at another try: half a body, or a gateway's page amid others."""
        return fault.reason == "answer-broken" or (fault.reason == "not-fhir" and self.position.page > 0)

    def _failed(self, fault: ServerFault) -> Issue:
        page = self.position.page + 1
        if fault.reason == "outcome-instead":
            return self._issue("server-outcome-instead", page=page, codes=fault.detail or "?")
        kinds = {"not-fhir": "server-not-fhir", "answer-broken": "server-answer-broken"}
        kinds["answer-broken-off"] = "server-answer-broken"
        return self._issue(kinds.get(fault.reason, "server-page-failed"), page=page, reason=fault.shown)

    # -- judging ---------------------------------------------------------------------------------

    def _of_form(self, page: SearchPage) -> list[Issue]:
        """What is to be said of the answer around the entries."""
        found: list[Issue] = []
        at = self.position
        if page.foreign_type:
            found += self._once("server-content-type", type=page.foreign_type)
        if page.warnings:
            found += self._once(f"server-outcome {page.warnings}", page=at.page, codes=page.warnings)
        if at.page == 1 and page.is_paged:
            at.total = page.total
            named = page.self_names()
            dropped = sorted(self._query.filters - named) if named is not None and self._query.counted else []
            if dropped:
                found += self._once("server-parameter-dropped", names=", ".join(dropped))
        return found

    def _of_content(self, page: SearchPage) -> list[Issue]:
        at, asked = self.position, self._query.type
        at.empty += page.empty_entries
        if asked and page.is_paged:
            included = {"_include", "_revinclude"} & {name.partition(":")[0] for name in self._query.filters}
            for entry in page.entries:
                kind = entry.node.get("resourceType")
                if kind != asked and (entry.mode == "match" or not (entry.mode or included)):
                    shown = kind if isinstance(kind, str) and kind.isalpha() and kind.isascii() else "?"
                    at.others[shown] = at.others.get(shown, 0) + 1
        return []

    def _following(self, page: SearchPage) -> tuple[str, str]:
        """URL of the next page (empty at the last), and the kind of the finding where it must not be followed."""
        try:
            following = page.next() if page.is_paged else ""
            allowed = not following or same_place(following, page.answer.url)
        except ServerFault:
            return "", "server-next-foreign"
        if not allowed:
            return "", "server-next-foreign"
        known = (*self.position.recent, self.position.url, self._query.url)
        return ("", "server-next-loop") if following and following in known else (following, "")

    def _is_endless(self, page: SearchPage) -> bool:
        return self.position.idle >= (REPEATED_PAGES if page.entries else EMPTY_PAGES)

    def _compared(self) -> tuple[list[Issue], Issue | None]:
        """What came beside what the server counts."""
        at = self.position
        if not self._query.counted:
            return [], None
        known = {each for each in (at.total, at.before) if each is not None}
        if known == {at.matches}:
            return [], None
        after = self._counted_after()
        counts = [each for each in (at.before, after) if each is not None] or sorted(known)
        if not counts:
            return [], None
        if at.matches < min(counts):
            return [], self._issue("server-resources-missing", expected=min(counts), arrived=at.matches)
        found: list[Issue] = []
        if at.before is not None and after is not None and at.before != after:
            found.append(self._issue("server-changed-meanwhile", before=at.before, after=after, arrived=at.matches))
        wrong = [each for each in (at.total, max(counts)) if each not in (None, at.matches, at.before, after)]
        if at.matches > max(counts):
            wrong.append(max(counts))
        if wrong:
            found.append(self._issue("server-total-wrong", total=wrong[-1] or 0, arrived=at.matches))
        return found, None

    def _is_known_whole(self) -> bool:
        """Whether what came is as much as the server counts, so that where the links led does not matter."""
        return self._query.counted and self._counted_after() == self.position.matches

    def _once(self, kind: str, **given: str | int) -> list[Issue]:
        if kind in self.position.said:
            return []
        self.position.said.append(kind)
        return [self._issue(kind.partition(" ")[0], **given)]

    def _issue(self, kind: str, **given: str | int) -> Issue:
        place = Place(self._query.shown, self.position.resources)
        return Issue(kind, _SEVERITIES[kind], place, params(**given))


def server_time(page: SearchPage) -> str:
    """When the server answered, by its own clock: Bundle.meta.lastUpdated, or the Date header; empty without either."""
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    if page.is_paged and page.updated:
        return page.updated
    try:
        stamp = parsedate_to_datetime(page.answer.headers.get("date", ""))
    except (ValueError, TypeError, IndexError):
        return ""
    return stamp.astimezone(UTC).isoformat(timespec="seconds")
