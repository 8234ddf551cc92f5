"""The store behind the pages: opened when it is there, asked anew for each page."""

import threading
from typing import Any


class Stored:
    """The history at a place. Where there is none yet, the pages say how one comes about, and look again next time."""

    def __init__(self, where: str, password: str = "") -> None:
        """Raises UsageError where that is no place for a store."""
        from fhircheck.history.place import store_place

        self._place = store_place(where, password)
        self._how = {"where": where, "password": password}
        self._store: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The place as it may be shown."""
        return self._place.shown

    def open(self) -> Any:
        """The Store, None where there is none yet. Raises StoreUnusable where it cannot be used."""
        with self._lock:
            if self._store is None and (self._place.path is None or self._place.path.exists()):
                from fhircheck.history.store import Store

                self._store = Store.open(**self._how, make=False)
            return self._store

    def close(self) -> None:
        """Give back its connections."""
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._store = None
