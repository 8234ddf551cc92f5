"""How far a run is, on stderr, only where a person looks at it."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from time import monotonic

_PATIENCE = 1.0
_EVERY = 0.1


@contextlib.contextmanager
def shown(allowed: bool = True, unit: str = "records", rate: bool = False) -> "Iterator[ProgressLine | None]":
    """What draws, called with (records, bytes), how far a run is, or None where stderr is no terminal.

    unit: what is counted. rate: also show how many a second. The line comes after a second (short runs show none) and
    is gone when the block ends.
    """
    if not allowed or not sys.stderr.isatty():
        yield None
        return
    line = ProgressLine(unit, rate)
    try:
        yield line
    finally:
        line.stop()


@contextlib.contextmanager
def named(allowed: bool = True) -> Iterator[Callable[[str], None] | None]:
    """A function that shows what is being done by its name, or None where stderr is no terminal."""
    if not allowed or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        yield lambda name: status.update(Text(name))


class ProgressLine:
    """One line on stderr; rich is loaded only when it is first drawn."""

    def __init__(self, unit: str, rate: bool) -> None:
        self._unit, self._rate = unit, rate
        self._start = self._last = monotonic()
        self._stop: Callable[[], None] | None = None
        self._draw: Callable[[str], None] | None = None

    def __call__(self, records: int, octets: int) -> None:
        """Show how much has been checked."""
        now = monotonic()
        if now - self._start < _PATIENCE or now - self._last < _EVERY:
            return
        self._last = now
        from fhircheck.report.numbers import number, size

        seconds = max(now - self._start, 0.001)
        pace = f", {number(round(records / seconds))}/s, {size(round(octets / seconds))}/s" if self._rate else ""
        self.show(f"{number(records)} {self._unit}, {size(octets)}{pace}")

    def show(self, text: str) -> None:
        """Show `text`, whatever a server made of it, in the line."""
        if self._draw is None:
            self._draw = self._opened()
        self._draw(text)

    def _opened(self) -> Callable[[str], None]:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        progress = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        progress.start()
        task = progress.add_task("", total=None)
        self._stop = progress.stop

        return lambda text: progress.update(task, description=text, refresh=True)

    def stop(self) -> None:
        """Take the line away."""
        if self._stop:
            self._stop()
