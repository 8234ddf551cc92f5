"""The library's front door to following: ``fhircheck.follow("incoming/")`` yields a result a window."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import BinaryIO, Unpack

from fhircheck.api import Options, run_options, without_sink
from fhircheck.model.errors import UsageError
from fhircheck.monitor.spans import seconds_of
from fhircheck.stream.feed import Bounds
from fhircheck.stream.follow import Following
from fhircheck.stream.follow_options import FollowOptions
from fhircheck.stream.notice import Notice
from fhircheck.stream.watch import Limits
from fhircheck.stream.window import WindowResult

Span = str | int | float | timedelta


def follow(
    *sources: str | os.PathLike[str],
    window: Span = "24h",
    every: Span = "5m",
    checkpoint: str | os.PathLike[str] | None = None,
    restart: bool = False,
    lasts: Span | None = None,
    until: datetime | None = None,
    idle: Span | None = None,
    silence: Span = "1h",
    late: Span = "1d",
    clock_tolerance: Span = "5m",
    patience: Span = "1m",
    poll: Span = 1.0,
    replay: bool = False,
    tell: Callable[[Notice], None] = lambda notice: None,
    stream: BinaryIO | None = None,
    **options: Unpack[Options],
) -> Iterator[WindowResult]:
    """Follow `sources` (folders, files of NDJSON lines, patterns, ``-``) and yield a WindowResult at each step's end.

    The last one is `final`: its `total` is the whole report, that of `check` on the same data. Spans are seconds,
    timedelta or texts (``90s``, ``5m``). checkpoint: folder that a later call goes on from; what was committed is
    counted once, whatever ended the call before. lasts, until, idle: when it ends; without them it goes on until the
    input ends or the iterator is closed. silence, late, clock_tolerance, patience: what `tell` is told of. stream: read
    in the place of standard input. Other options are those of `check`; a sink may get findings again after a crash.

    Raises UsageError and CouldNotCheck as `check` does, and where the checkpoint is of another run.
    """
    given, sink = without_sink(options)
    names = tuple(os.fspath(each) for each in sources)
    run = run_options(names, **given)
    asked = FollowOptions(
        window=seconds(window, "window"),
        every=seconds(every, "every"),
        checkpoint=os.fspath(checkpoint) if checkpoint is not None else None,
        restart=restart,
        until=until,
        lasts=None if lasts is None else seconds(lasts, "lasts"),
        idle=None if idle is None else seconds(idle, "idle"),
        limits=Limits(seconds(silence, "silence"), seconds(late, "late"), seconds(clock_tolerance, "clock_tolerance")),
        bounds=Bounds(patience=seconds(patience, "patience")),
        poll=max(seconds(poll, "poll"), 0.05),
        replay=replay,
    )
    following = Following(run, asked, sink, tell, stream=stream)

    def results() -> Iterator[WindowResult]:
        with following:
            yield from following

    return results()


def seconds(span: Span, name: str) -> float:
    """A span in seconds. Raises UsageError."""
    if isinstance(span, str):
        return seconds_of(span, name)
    found = span.total_seconds() if isinstance(span, timedelta) else float(span)
    if not 0 <= found < float("inf"):
        raise UsageError(f"{name}: a span of time is asked for: seconds, a timedelta, or a text such as 5m")
    return found
