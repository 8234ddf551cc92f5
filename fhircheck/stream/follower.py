"""The loop of a follower: what arrives is checked, counted, committed; at the end of each step a window is judged."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from fhircheck.distribute import executor_for
from fhircheck.first_pass import checked, decisions_of, first_pass
from fhircheck.model.facts import Partial
from fhircheck.model.report import RunReport
from fhircheck.prepared import Prepared
from fhircheck.run import Sink
from fhircheck.stream.checkpoint import Checkpoint
from fhircheck.stream.clock import Clock
from fhircheck.stream.feed import Feed, Portion
from fhircheck.stream.follow_options import FollowOptions
from fhircheck.stream.judged import at_moment, last_report, report_so_far, window_report
from fhircheck.stream.packed import Part
from fhircheck.stream.panes import panes_of
from fhircheck.stream.position import INPUT
from fhircheck.stream.watch import Watch
from fhircheck.stream.window import WindowResult, figures

LARGE = 64 << 20
"""Bytes after which a checkpoint is written, however short the time is."""
SPREAD = 64
"""Portions that go to several processes at once."""
BACKLOG = 8 << 20
"""Bytes that wait from which on several processes are worth their start."""


class Follower:
    """Follows a feed. sink: gets findings as they are found, after a crash perhaps once more; counts are exact."""

    def __init__(
        self,
        ready: Prepared,
        options: FollowOptions,
        feeds: tuple[Feed, ...],
        store: Checkpoint,
        watch: Watch,
        clock: Clock,
        sink: Sink | None = None,
    ) -> None:
        self._ready, self._options, self._feeds, self._store = ready, options, feeds, store
        self._watch, self._clock, self._sink = watch, clock, sink
        self._panes = panes_of(options.window, options.every)
        self._fixed = ready.asked.options.now is not None
        self._begun, self._monotonic = clock.now(), time.monotonic()
        self._pane = self._panes.of(self._begun)
        self._total, self._part = Part(), Part()
        self._check: Callable[[Any], Partial] | None = None
        self._last_commit = self._last_data = self._begun
        self._judged_at, self._judging = self._begun, 0.0
        self._windows = 0
        self._stopping = self._looked = False
        if store.resumed:
            self._resume()

    def _resume(self) -> None:
        keys: list[int] = []
        for part in self._store.parts():
            self._total.merge(part)
            part.close()
        keys = list(self._total.arrivals.keys)
        self._watch.restore(self._store.get("watch") or (), keys)
        self._windows = self._store.get("windows") or 0
        self._pane = max(self._pane, self._store.get("last_pane") or 0)
        for feed in self._feeds:
            feed.restore(each for each in self._store.positions() if (each.device == INPUT[0]) is not feed.several)

    def stop(self) -> None:
        """End soon, with the report; may be called from a signal's handler or another thread."""
        self._stopping = True
        self._clock.wake()

    def results(self) -> Iterator[WindowResult]:
        """A result at the end of each step, the last one with the whole report.

        Raises CouldNotCheck where the checkpoint cannot be written. Left early, what was counted is committed.
        """
        try:
            while not self._over():
                worked = False
                for portion, partial in self._checked():
                    worked = True
                    self._count(portion, partial)
                    yield from self._due()
                    if self._over():
                        break
                yield from self._due()
                self._looked = True
                if not worked and not self._over():
                    self._clock.wait(self._pause())
            self._commit()
            yield self._end()
        except GeneratorExit:  # at a result: all that was moved is counted; elsewhere the last checkpoint holds
            self._commit()
            raise
        finally:
            for feed in self._feeds:
                feed.close()

    # -- what arrives -----------------------------------------------------------------------------

    def _checked(self) -> Iterator[tuple[Portion, Partial]]:
        """Portions and what was found in them, in their order."""
        for feed in self._feeds:
            if feed.ended:
                continue
            now = self._clock.now()
            jobs = executor_for(self._ready.asked.options.jobs)[1]
            spread = jobs > 1 and feed.several and feed.waiting(now) > BACKLOG
            yield from self._spread(feed, now) if spread else self._one_by_one(feed, now)

    def _one_by_one(self, feed: Feed, now: float) -> Iterator[tuple[Portion, Partial]]:
        for portion in feed.take(now):
            partial = portion.found or (self._function()(portion.chunk) if portion.chunk else Partial())
            self._hand_on(partial)
            feed.moved(portion)
            yield portion, partial

    def _spread(self, feed: Feed, now: float) -> Iterator[tuple[Portion, Partial]]:
        """Over several processes, SPREAD portions at a time: they are counted together when all of them are done."""
        executor, jobs = executor_for(self._ready.asked.options.jobs)
        for some in _groups(feed.take(now)):
            ready, merged = self._ready_now(), Partial()
            decisions = decisions_of(ready.plan.settings, ready.plan.now)
            for partial in checked(executor, ready.plan, (one.chunk for one in some), jobs, decisions):
                self._hand_on(partial)
                merged.merge(partial)
            for portion in some:
                feed.moved(portion)
            yield some[0], merged

    def _ready_now(self) -> Prepared:
        """Data is judged at the end of the step it arrives in, so that a clock is ahead only where it is."""
        return self._ready if self._fixed else at_moment(self._ready, self._panes.end(self._pane))

    def _function(self) -> Callable[[Any], Partial]:
        if self._check is None:
            self._check = first_pass(self._ready_now().plan)
        return self._check

    def _hand_on(self, partial: Partial) -> None:
        """Findings go out before they are counted: after a crash they may come again, and never not at all."""
        if self._sink is not None and partial.issues:
            self._sink(partial.issues)
        partial.issues = []

    def _count(self, portion: Portion, partial: Partial) -> None:
        now = self._clock.now()
        if partial.records:
            self._last_data = now
        self._watch.see(partial.arrivals, now, portion.backlog)
        partial.arrivals = []
        self._part.partial.merge(partial)

    # -- what is due ------------------------------------------------------------------------------

    def _due(self) -> Iterator[WindowResult]:
        now = self._clock.now()
        if self._panes.of(now) > self._pane:
            yield self._window(now)
        elif now - self._last_commit >= self._options.commit or self._part.partial.bytes >= LARGE:
            self._commit()

    def _commit(self) -> None:
        """All that was counted so far, and how far that is, in one transaction."""
        self._last_commit = self._clock.now()
        changes = [feed.changed() for feed in self._feeds]
        positions = [each for moved, _ in changes for each in moved]
        gone = [each for _, keys in changes for each in keys]
        part, self._part = self._part, Part()
        part.arrivals = self._watch.taken()
        counted = part.partial.files or part.partial.records or part.partial.bytes or part.partial.groups.totals
        if not (counted or positions or gone or part.arrivals.seen or part.arrivals.silences):
            return
        state = {"watch": self._watch.form(), "last_pane": self._pane, "windows": self._windows}
        self._store.commit(part, self._pane, positions, gone, **state)
        for feed in self._feeds:
            feed.committed()
        self._total.merge(part)
        part.close()

    def _window(self, now: float) -> WindowResult:
        """The step that is over, with the window that ends with it."""
        self._watch.look(now)
        self._windows += 1
        self._commit()
        pane, end = self._pane, self._panes.end(self._pane)
        merged = Part()
        for part in self._store.parts(self._panes.first(pane)):
            merged.merge(part)
            part.close()
        begin = self._panes.end(self._panes.first(pane) - 1)
        report = window_report(self._at(end), merged.partial, begin, end, self._monotonic)
        found = self._result(begin, end, report, merged, self._total_report(end))
        merged.close()
        self._store.tidy(pane, self._panes.first(pane + 1))
        self._watch.next_interval()
        self._pane = self._panes.of(now)
        self._check = self._check if self._fixed else None
        return found

    def _at(self, moment: float) -> Prepared:
        return self._ready if self._fixed else at_moment(self._ready, moment)

    def _total_report(self, end: float) -> RunReport | None:
        """All since the start, where the time for it is a small share of the time that has gone by."""
        now = self._clock.now()
        if self._judging > (now - self._judged_at) * self._options.totals:
            return None
        begun = time.monotonic()
        report = report_so_far(self._at(end), self._total.partial, self._monotonic)
        self._judging, self._judged_at = time.monotonic() - begun, now
        return report

    def _result(
        self, begin: float, end: float, report: RunReport, merged: Part, total: RunReport | None, final: bool = False
    ) -> WindowResult:
        counted = self._total.partial
        return WindowResult(
            0 if final else self._windows, begin, end, report, figures(merged.arrivals), self._watch.silent(), total,
            final, counted.records, counted.bytes,
        )  # fmt: skip

    # -- the end ----------------------------------------------------------------------------------

    def _over(self) -> bool:
        now, options = self._clock.now(), self._options
        if self._stopping or all(feed.ended for feed in self._feeds):
            return True
        if options.until is not None and now >= options.until.timestamp():
            return True
        if options.lasts is not None and now - self._begun >= options.lasts and self._looked:
            return True
        return options.idle is not None and now - self._last_data >= options.idle

    def _pause(self) -> float:
        """Seconds until something has to be done, unless data comes before."""
        now, options = self._clock.now(), self._options
        ends = [self._panes.end(self._pane) - now, options.poll]
        if options.until is not None:
            ends.append(options.until.timestamp() - now)
        if options.lasts is not None:
            ends.append(self._begun + options.lasts - now)
        if options.idle is not None:
            ends.append(self._last_data + options.idle - now)
        return max(min(ends), 0.0)

    def _end(self) -> WindowResult:
        """The whole report, with what waits for its own end; that is judged, and stays to be read in a next run."""
        now = self._clock.now()
        rest, check = Part(), self._function()
        for chunk in self._rest():
            partial = check(chunk)
            self._hand_on(partial)
            partial.arrivals = []
            rest.partial.merge(partial)
        begin, end = self._panes.end(self._panes.first(self._pane) - 1), now
        window = Part()
        for part in self._store.parts(self._panes.first(self._pane)):
            window.merge(part)
            part.close()
        report = window_report(self._at(end), window.partial, begin, end, self._monotonic)
        self._total.partial.merge(rest.partial)
        total = last_report(self._at(now), self._total.partial, self._sink, self._monotonic)
        found = self._result(begin, end, report, window, total, True)
        window.close()
        self._total.close()
        return found

    def _rest(self) -> Iterable[Any]:
        for feed in self._feeds:
            yield from feed.rest()


def _groups(portions: Iterator[Portion]) -> Iterator[list[Portion]]:
    """SPREAD portions at a time, of which all were there before following began, or none."""
    for _, of_one_time in groupby(portions, key=lambda portion: portion.backlog):
        while some := list(islice(of_one_time, SPREAD)):
            yield some
