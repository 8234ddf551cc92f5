"""How far a run is, on stderr, only where a person looks at it."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from time import monotonic

Tick = Callable[[int, int], None]
_PATIENCE = 1.0
_EVERY = 0.1


@contextlib.contextmanager
def shown(allowed: bool = True) -> Iterator[Tick | None]:
    """A function (done, of) -> None that draws a bar on stderr, or None where stderr is no terminal.

    The bar comes after a second (short runs show none) and is gone when the block ends.
    """
    if not allowed or not sys.stderr.isatty():
        yield None
        return
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.stop()


class _Bar:
    """A progress bar that loads rich only when it is first drawn."""

    def __init__(self) -> None:
        self._start = self._last = monotonic()
        self._stop: Callable[[], None] | None = None
        self._draw: Tick | None = None

    def __call__(self, done: int, of: int) -> None:
        """Show that `done` of `of` is done; 0 for `of` where the whole is not known."""
        now = monotonic()
        if now - self._start < _PATIENCE or now - self._last < _EVERY:
            return
        self._last = now
        if self._draw is None:
            self._draw = self._opened()
        self._draw(done, of)

    def _opened(self) -> Tick:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (TextColumn("checking"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        progress = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        progress.start()
        task = progress.add_task("checking", total=None)
        self._stop = progress.stop
        return lambda done, of: progress.update(task, completed=done, total=of or None, refresh=True)

    def stop(self) -> None:
        """Take the bar away."""
        if self._stop:
            self._stop()
