"""Who says that a folder has changed: the system, where watchdog is installed and the drive is this machine's own.

Network drives say nothing of what others write to them, so a follower looks by itself too, every `poll` seconds.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any


class Wake:
    """Calls `wake` when something below one of `paths` changes; works without watchdog, by doing nothing."""

    def __init__(self, paths: Iterable[str], wake: Callable[[], None]) -> None:
        self._observer: Any = None
        folders = {os.path.abspath(each if os.path.isdir(each) else os.path.dirname(each) or ".") for each in paths}
        try:
            from watchdog.events import FileSystemEventHandler
            from watchdog.observers import Observer
        except ImportError:
            return

        class Handler(FileSystemEventHandler):  # type: ignore[misc,unused-ignore]
            def on_any_event(self, event: Any) -> None:
                if event.event_type not in ("opened", "closed_no_write"):  # our own reading
                    wake()

        observer = Observer()
        observer.daemon = True
        try:
            for each in sorted(folders):
                if os.path.isdir(each):
                    observer.schedule(Handler(), each, recursive=True)
            observer.start()
        except OSError:  # no watches left (fs.inotify.max_user_watches): looking has to do
            return
        self._observer = observer

    @property
    def told(self) -> bool:
        """Whether the system tells of changes."""
        return self._observer is not None

    def close(self) -> None:
        """Listen no more."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(5)
            self._observer = None
