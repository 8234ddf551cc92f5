"""Queries -> FetchFolder: several at a time, each page durable before the next is asked for."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from fhircheck.fetch.fetch_folder import FetchFolder, Settled
from fhircheck.fetch.line import Line, line_of
from fhircheck.model.issue import Issue, Place, params
from fhircheck.sources.search_page import SearchPage
from fhircheck.sources.search_query import SearchQuery
from fhircheck.sources.search_reading import PageFailed, SearchReading, server_time
from fhircheck.sources.server_kinds import SERVER_KINDS
from fhircheck.transport.http import HttpClient

PAGE_LIMIT = 1_000_000
_EXPIRED = frozenset({400, 404, 410})
_LOOK = 0.2


class SearchFetch:
    """The queries of one fetch under way. tick: called now and then by the calling thread, to show progress."""

    def __init__(
        self,
        client: HttpClient,
        queries: Sequence[SearchQuery],
        folder: FetchFolder,
        tick: Callable[[], None] = lambda: None,
        page_limit: int = PAGE_LIMIT,
    ) -> None:
        self._client, self._folder, self._tick = client, folder, tick
        self._queries = {f"{each.method} {each.url}": each for each in queries}
        self._limit = page_limit
        self._stop = threading.Event()
        self._fault: BaseException | None = None

    def run(self) -> None:
        """Read all queries, as far as they can be had; what cannot be is given up in the folder.

        Raises CouldNotCheck where the disk does not take it, and KeyboardInterrupt; what was read stays.
        """
        self._folder.expect(self._queries)
        waiting = deque(name for name in self._queries if not self._folder.is_done(name))
        number = min(max(self._client.connection.concurrency, 1), len(waiting))
        threads = [threading.Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(number)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(_LOOK)
                    self._tick()
        finally:
            self._stop.set()
        if self._fault is not None:
            raise self._fault
        self._sum_up()

    def shown(self) -> list[dict[str, Any]]:
        """The queries for the manifest: without values, with what came of each."""
        folder = self._folder
        return [
            {"query": each.shown, "method": each.method, "count": folder.count(name), "complete": folder.is_done(name)}
            for name, each in self._queries.items()
        ]

    def _work(self, waiting: deque[str]) -> None:
        """One thread: a query after the other."""
        while not self._stop.is_set():
            try:
                name = waiting.popleft()
            except IndexError:
                return
            try:
                self._read(name, self._queries[name])
            except BaseException as fault:  # the calling thread raises it
                self._fault = self._fault or fault
                self._stop.set()

    def _read(self, name: str, query: SearchQuery) -> None:
        """All pages of one query that are still to come; where that leads nowhere, all of its pages anew."""
        cursor = self._folder.cursor(name)
        if not cursor and self._folder.count(name):
            self._folder.begin_again(name)
        if not self._read_on(name, SearchReading(self._client, query, cursor)):
            self._folder.begin_again(name)
            self._read_on(name, SearchReading(self._client, query))

    def _read_on(self, name: str, reading: SearchReading) -> bool:
        """Read to the end. False where what an earlier run left can be no part of it: its pages are gone, or hold less
        than there is.
        """
        begun = reading.position.page
        if not begun:
            reading.count_before()
        while reading.ahead and not self._stop.is_set():
            if reading.position.page >= self._limit:
                reading.stop("server-page-limit", limit=self._limit)
                break
            first = reading.position.page == begun
            try:
                self._keep(name, reading.read(), reading)
            except PageFailed as failed:
                if begun and first and _is_expired(failed):
                    return False
                self._folder.give_up(name, failed.issue)
                return True
        if reading.ahead or self._folder.is_done(name):
            return True
        issues, gave_up = reading.ended()
        if gave_up is not None and begun:
            return False
        # an incomplete query begins anew with the next run
        self._folder.append(name, [], "" if gave_up else reading.cursor, done=gave_up is None, issues=issues)
        if gave_up is not None:
            self._folder.give_up(name, gave_up)
        return True

    def _keep(self, name: str, page: SearchPage, reading: SearchReading) -> None:
        """Write what is new of one page, with where to go on from."""
        if not self._folder.noted("serverTime"):
            self._folder.note("serverTime", server_time(page))
        if not page.is_paged:
            reading.ahead = False
            self._folder.append(name, [line_of(page.answer.body, page.node)], done=True)
            return
        lines, nameless = _lines(page, reading)

        def settle(fresh: list[Line], repeated: int) -> Settled:
            reading.position.empty += nameless
            matches = sum(not line.expected and reading.is_counted(line.type) for line in fresh)
            issues = reading.settle(page, matches, len(fresh), repeated)
            return Settled(reading.cursor, False, tuple(issues))

        self._folder.append_and(name, lines, settle)

    def _sum_up(self) -> None:
        folder = self._folder
        if folder.is_merging or not all(folder.is_done(name) for name in self._queries):
            return
        if any("_history" in name for name in self._queries):
            return
        changed = folder.versions_mixed()
        if changed:
            kind = next(each for each in SERVER_KINDS if each.name == "server-resource-changed")
            place = Place(next(iter(self._queries.values())).shown)
            folder.add_issue(Issue(kind.name, kind.severity, place, params(count=changed)))


def _is_expired(failed: PageFailed) -> bool:
    """Whether the server seems not to know the page any more; other faults may pass, and what came is kept for then."""
    return failed.status in _EXPIRED or failed.fault.reason == "outcome-instead"


def _lines(page: SearchPage, reading: SearchReading) -> tuple[list[Line], int]:
    """The resources of a page as lines, and the number of those that are none."""
    lines: list[Line] = []
    for entry in page.entries:
        try:
            lines.append(line_of(entry.text, entry.node, reading.expects_copies(entry.mode)))
        except ValueError:
            continue
    return lines, len(page.entries) - len(lines)
