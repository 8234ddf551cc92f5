"""Follow data that keeps coming: the library's way, which the command line and Spark go too."""

import os
import sys
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import replace
from typing import BinaryIO

from fhircheck.model.errors import UsageError
from fhircheck.model.row_memory import limit_rows
from fhircheck.prepared import Prepared, asked_of, prepared
from fhircheck.run import RunOptions, Sink
from fhircheck.sources import ReadOptions, source_type
from fhircheck.stream.checkpoint import Checkpoint
from fhircheck.stream.clock import Clock, SystemClock
from fhircheck.stream.feed import Feed
from fhircheck.stream.follow_options import FollowOptions
from fhircheck.stream.followed_files import FollowedFiles
from fhircheck.stream.follower import Follower
from fhircheck.stream.identity import identity_of
from fhircheck.stream.input_feed import NAME, InputFeed
from fhircheck.stream.notice import Notice
from fhircheck.stream.panes import panes_of
from fhircheck.stream.wake import Wake
from fhircheck.stream.watch import Watch
from fhircheck.stream.window import WindowResult

Tell = Callable[[Notice], None]
_NOT_HERE = (
    ("sample", "a sample of a stream is never whole"),
    ("baseline", "the history of the windows tells what is new (--history)"),
    ("write_valid", "run fhircheck validate on what has arrived"),
    ("write_invalid", "run fhircheck validate on what has arrived"),
    ("write_usable", "run fhircheck check on what has arrived"),
)


class Following:
    """A follower with all that belongs to it; a context manager, and an iterator of WindowResult.

    sink: is handed findings while they are found. tell: what is to be told beside them. clock, stream: parameters, so
    that tests need neither time nor a terminal. feeds: in the place of the files and the input that the run names.

    Raises UsageError and CouldNotCheck as `run` does, and where the checkpoint is of another run.
    """

    def __init__(
        self,
        run: RunOptions,
        options: FollowOptions,
        sink: Sink | None = None,
        tell: Tell = lambda notice: None,
        clock: Clock | None = None,
        stream: BinaryIO | None = None,
        feeds: tuple[Feed, ...] = (),
    ) -> None:
        panes_of(options.window, options.every)
        _check(run, options, bool(feeds))
        self._clock = clock or SystemClock()
        self._context = copy_context()
        self._context.run(limit_rows, run.memory_limit)
        self.ready = ready_for(run, sink is not None)
        self._store = Checkpoint(options.checkpoint, identity_of(self.ready, options), options.restart)
        files = [each for each in run.sources if each != NAME]
        self._wake = Wake(files, self._clock.wake) if clock is None else None
        watch = Watch(options.limits, tell, self._clock.now())
        feeds = feeds or self._feeds(run, options, files, tell, stream)
        self._follower = self._context.run(Follower, self.ready, options, feeds, self._store, watch, self._clock, sink)
        self._results = self._follower.results()

    def _feeds(
        self, run: RunOptions, options: FollowOptions, files: list[str], tell: Tell, stream: BinaryIO | None
    ) -> tuple[Feed, ...]:
        bounds, found = options.bounds, list[Feed]()
        reading = ReadOptions(max_record_bytes=bounds.longest, chunk_bytes=bounds.size, offline=run.offline)
        if files:
            salt = bytes.fromhex(self._store.get("salt"))
            found.append(FollowedFiles(files, bounds, reading, tell, salt))
        if NAME in run.sources:
            given = stream if stream is not None else sys.stdin.buffer
            found.append(InputFeed(given, bounds, reading, tell, self._clock.wake, options.replay))
        return tuple(found)

    @property
    def resumed(self) -> bool:
        """Whether it goes on from a checkpoint."""
        return self._store.resumed

    def stop(self) -> None:
        """End soon, with the report."""
        self._follower.stop()

    def __iter__(self) -> Iterator[WindowResult]:
        """The results; rows belong to this follower's memory, and not to what the caller does between two of them."""
        while (found := self._context.run(next, self._results, None)) is not None:
            yield found

    def __enter__(self) -> "Following":
        return self

    def __exit__(self, *_: object) -> None:
        self._context.run(self._results.close)  # type: ignore[attr-defined]
        if self._wake is not None:
            self._wake.close()
        self._store.close()


def ready_for(run: RunOptions, keep: bool) -> Prepared:
    """A run prepared as a stream needs it."""
    ready = prepared(asked_of(run), keep)
    return replace(ready, plan=replace(ready.plan, arrivals=True))


def _check(run: RunOptions, options: FollowOptions, fed: bool) -> None:
    """Raises UsageError for what a stream cannot do."""
    if not run.sources:
        raise UsageError("nothing to follow: name a folder, a file, a pattern, or - for standard input")
    for name, instead in _NOT_HERE:
        if getattr(run, name) is not None:
            raise UsageError(f"{name}: has no use in following; {instead}")
    if run.engine != "local":
        raise UsageError("engine: a stream is followed on a cluster by fhircheck.spark.follow")
    for each in () if fed else run.sources:
        if each.lower().startswith(("http://", "https://")):
            raise UsageError(f"{each.partition('?')[0]}: a server is not followed; fhircheck run checks it by a timer")
        if each != NAME and not os.path.isdir(each):
            source_type(each).check(each, ReadOptions())
    if options.replay and NAME not in run.sources:
        raise UsageError("replay: is about standard input, which is not followed here")
