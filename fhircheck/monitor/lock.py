"""One run of a job at a time: a lock that the system gives back however a run ends.

Beside a history in a file, or without one, it is a file (flock); where the history is a PostgreSQL database it is an
advisory lock there, which also holds between machines.
"""

import hashlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fhircheck.model.errors import CouldNotCheck
from fhircheck.monitor.spans import said

_PAUSE = 0.25


class NoLock(CouldNotCheck):
    """There is no place where a lock can be kept: nobody holds it, and nobody can."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, or held it. since: ISO 8601."""

    pid: int = 0
    host: str = ""
    since: str = ""

    @property
    def shown(self) -> str:
        """In words, as far as it is known."""
        parts = [f"process {self.pid}" if self.pid else "", f"on {self.host}" if self.host else ""]
        return " ".join(filter(None, (*parts, f"since {self.since}" if self.since else ""))) or "another process"


Told = Callable[[str, Holder], None]
"""Called with ``lock-waiting`` or ``lock-stale`` and who holds, or held, the lock."""


@contextmanager
def locked(name: str, place: Path | Any, wait: float = 0.0, told: Told = lambda event, holder: None) -> Iterator[None]:
    """Hold the lock of the job `name`; place: a folder, or an SQLAlchemy URL of PostgreSQL. wait: seconds.

    Raises CouldNotCheck, in one line that says who holds it, where it is not free in that time, and NoLock where
    none can be kept.
    """
    lock = _FileLock(name, place) if isinstance(place, Path) else _DatabaseLock(name, place)
    deadline, waiting = time.monotonic() + wait, False
    try:
        while not lock.take():
            holder = lock.holder()
            if time.monotonic() >= deadline:
                waited = f" (waited {said(wait)})" if wait else "; --wait 10m waits for its end"
                raise CouldNotCheck(f"job {name}: another run is under way: {holder.shown}{waited}")
            if not waiting:
                told("lock-waiting", holder)
                waiting = True
            time.sleep(min(_PAUSE, max(deadline - time.monotonic(), 0.01)))
        if lock.left_behind is not None:
            told("lock-stale", lock.left_behind)
        yield
    finally:
        lock.release()


def _me() -> Holder:
    return Holder(os.getpid(), socket.gethostname(), datetime.now(UTC).isoformat(timespec="seconds"))


class _FileLock:
    """flock on a file that says who holds it; a file that still says so when the lock is free was left behind."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name, self._path = name, folder / f"{name}.lock"
        self._handle = -1
        self.left_behind: Holder | None = None

    def take(self) -> bool:
        if self._handle < 0:
            self._handle = self._opened()
        if not _flock(self._handle):
            return False
        self.left_behind = _holder(os.pread(self._handle, 4096, 0))
        os.ftruncate(self._handle, 0)
        me = _me()
        os.pwrite(self._handle, json.dumps({"pid": me.pid, "host": me.host, "since": me.since}).encode(), 0)
        return True

    def _opened(self) -> int:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            reason = (error.strerror or "cannot be written").lower()
            raise NoLock(f"job {self._name}: no lock can be kept in {self._path.parent}: {reason}") from None

    def holder(self) -> Holder:
        return _holder(os.pread(self._handle, 4096, 0)) or Holder()

    def release(self) -> None:
        """The file stays, and is empty: to remove it would let two runs hold locks of the same name."""
        if self._handle < 0:
            return
        with suppress(OSError):
            if _holder(os.pread(self._handle, 4096, 0)) is not None and _is_mine(os.pread(self._handle, 4096, 0)):
                os.ftruncate(self._handle, 0)
        os.close(self._handle)
        self._handle = -1


def _is_mine(text: bytes) -> bool:
    found = _holder(text)
    return found is not None and (found.pid, found.host) == (os.getpid(), socket.gethostname())


def _holder(text: bytes) -> Holder | None:
    try:
        found = json.loads(text)
        return Holder(int(found["pid"]), str(found["host"])[:200], str(found["since"])[:40])
    except (ValueError, KeyError, TypeError):
        return None


def _flock(handle: int) -> bool:
    """Take the lock where it is free; it is given back when the process ends, however that is."""
    try:
        import fcntl
    except ImportError:
        return _locked_on_windows(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _locked_on_windows(handle: int) -> bool:
    import msvcrt

    os.lseek(handle, 1 << 20, os.SEEK_SET)  # beyond what is written, which others must be able to read
    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True


class _DatabaseLock:
    """An advisory lock (PostgreSQL 13.3.5), held by a connection of its own, whose name says who holds it."""

    left_behind: Holder | None = None

    def __init__(self, name: str, url: Any) -> None:
        self._name, self._url = name, url
        digest = hashlib.blake2b(f"fhircheck job {name}".encode(), digest_size=8).digest()
        self._key = int.from_bytes(digest, "big", signed=True)
        self._engine: Any = None
        self._connection: Any = None

    def take(self) -> bool:
        from sqlalchemy import text

        with self._reported():
            if self._connection is None:
                self._connection = self._connected()
            found = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}).scalar()
            self._connection.commit()
        return bool(found)

    def _connected(self) -> Any:
        from sqlalchemy import create_engine, text

        me = _me()
        self._engine = create_engine(self._url, connect_args={"connect_timeout": 10}, hide_parameters=True)
        connection = self._engine.connect()
        named = f"fhircheck {me.pid} {me.since} {me.host}"[:63]
        connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": named})
        connection.commit()
        return connection

    def holder(self) -> Holder:
        from sqlalchemy import text

        query = text(
            "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory'"
            " AND granted AND objsubid = 1 AND classid::bigint = :high AND objid::bigint = :low"
        )
        key = self._key & (1 << 64) - 1
        with self._reported():
            row = self._connection.execute(query, {"high": key >> 32, "low": key & 0xFFFFFFFF}).first()
            self._connection.commit()
        words = str(row[0] or "").split(" ", 3) if row else []
        if len(words) == 4 and words[0] == "fhircheck" and words[1].isdecimal():
            return Holder(int(words[1]), words[3], words[2])
        return Holder()

    def release(self) -> None:
        with suppress(Exception):
            if self._connection is not None:
                self._connection.close()
        with suppress(Exception):
            if self._engine is not None:
                self._engine.dispose()  # the end of the session gives the lock back

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """What the database raises, without its own words, which may name its user."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except SQLAlchemyError as error:
            raise NoLock(f"job {self._name}: the history's database gives no lock ({type(error).__name__})") from None
