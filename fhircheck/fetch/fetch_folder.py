"""A folder of NDJSON files with a manifest that appears whole, out of a fetch that may be stopped at any moment."""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, NamedTuple

from fhircheck.fetch.fetch_state import FetchState, Part
from fhircheck.fetch.line import Line
from fhircheck.fetch.manifest import (
    file_entries,
    manifest,
    staged_entries,
    write_manifest,
)
from fhircheck.fetch.merging import Merging
from fhircheck.fetch.staging import Staging
from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.model.issue import Issue, IssueKind
from fhircheck.sources.fetched_folder import read_manifest

_STATE = ".state.sqlite"
_FINISHED = "{}: holds a finished fetch; name another folder, or replace it with --restart"


class Settled(NamedTuple):
    """What is remembered with lines: where to go on from, whether the part is complete, what there is to say."""

    cursor: str = ""
    done: bool = False
    issues: tuple[Issue, ...] = ()


class FetchFolder:
    """NDJSON files by resource type at `path`, filled part by part; used as a context manager, thread-safe.

    While a fetch runs, all is in a hidden folder beside `path` (``.NAME.fetching``); `finish` puts it in its place.
    A part is what is read by itself: a query, a patient, a file of an export. What `append` has taken is on the disk
    with the part's cursor; opened again with the same `asked`, the fetch goes on behind the last cursor. Files
    hold the resources in the order of the parts, whatever order they came in; a resource of the same type, id and
    version is written once.
    """

    def __init__(self, path: str, asked: Mapping[str, Any], restart: bool = False) -> None:
        """Open or continue the fetch of `asked` (JSON; only its hash is kept) into `path`.

        restart: throw away an unfinished fetch, and replace a finished one when this is whole. Raises UsageError for a
        folder that holds something else, CouldNotCheck where another run is in it or it cannot be written.
        """
        self.path = path
        self._target = Path(os.path.realpath(path))
        self.working = self._target.parent / f".{self._target.name}.fetching"
        self._replaced = self._target.parent / f".{self._target.name}.replaced"
        self._lock = RLock()
        self._restart = restart
        self._refuse_other()
        try:
            self.working.mkdir(exist_ok=True)
        except OSError as fault:
            raise UsageError(f"{path}: cannot write there: {fault.strerror}") from None
        self._state = FetchState(self.working / _STATE, path)
        try:
            self._begin(sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest())
        except BaseException:
            self._state.close()
            raise

    def __enter__(self) -> "FetchFolder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _refuse_other(self) -> None:
        """Leave alone what is not ours."""
        if self.working.is_symlink() or (self.working.exists() and not self.working.is_dir()):
            raise UsageError(f"{self.working}: is in the way")
        if not os.path.lexists(self._target):
            return
        if not self._target.is_dir():
            raise UsageError(f"{self.path}: is no folder")
        there = [each for each in os.listdir(self._target) if each != _STATE]
        if not there:
            return
        known = read_manifest(self._target)
        if known is None:
            raise UsageError(f"{self.path}: holds something else; name a new or an empty folder")
        if not self._restart and not (self.working / _STATE).exists():
            raise UsageError(_FINISHED.format(self.path))

    def _begin(self, fingerprint: str) -> None:
        state = self._state
        known = state.noted("asked")
        if self._restart and (known or state.parts()):
            state.close()
            shutil.rmtree(self.working)
            self.working.mkdir()
            self._state = state = FetchState(self.working / _STATE, self.path)
            known = ""
        if known and known != fingerprint:
            raise UsageError(f"{self.path}: an unfinished fetch of something else is there; --restart throws it away")
        self.resumed = bool(known)
        replaces = read_manifest(self._target) is not None
        if replaces and not self._restart and not state.noted("replaces"):
            raise UsageError(_FINISHED.format(self.path))
        if not known:
            with state.transaction():
                state.note("replaces", "1" if replaces else "")
                state.note("asked", fingerprint)
                state.note("started", datetime.now(UTC).isoformat(timespec="seconds"))
        with state.transaction():
            state.db.execute("DELETE FROM issue WHERE gave_up")
        self._staging = Staging(self.working / ".parts", self.path)
        self._parts = {part.name: part for part in state.parts()}

    # -- filling ---------------------------------------------------------------------------------

    def expect(self, names: Iterable[str], folder: str = "") -> None:
        """Parts that will come, in the order their resources shall stand in the files; those known stay as they are."""
        with self._lock, self._state.transaction():
            for name in names:
                self._part(name, folder)

    def cursor(self, part: str) -> str:
        """What `append` was last handed for `part`, empty where nothing came yet."""
        with self._lock:
            found = self._parts.get(part)
            return found.cursor if found else ""

    def is_done(self, part: str) -> bool:
        """Whether all of `part` is here."""
        with self._lock:
            found = self._parts.get(part)
            return self.is_merging or (found is not None and found.done)

    def count(self, part: str) -> int:
        """Resources of `part` so far, each once."""
        with self._lock:
            found = self._parts.get(part)
            return found.lines if found else 0

    def repeated(self, part: str) -> int:
        """Resources that came again within `part`, where that was not expected."""
        with self._lock:
            found = self._parts.get(part)
            return found.repeated if found else 0

    @property
    def resources(self) -> int:
        """Resources so far, each once in its part."""
        with self._lock:
            return sum(part.lines for part in self._parts.values())

    @property
    def bytes(self) -> int:
        """Bytes so far."""
        with self._lock:
            return sum(part.size for part in self._parts.values())

    @property
    def is_merging(self) -> bool:
        """Whether all parts were here once and only `finish` is left, since it was stopped in its work."""
        return bool(self._state.noted("merging"))

    def append(
        self,
        part: str,
        lines: Iterable[Line],
        cursor: str = "",
        *,
        done: bool = False,
        issues: Iterable[Issue] = (),
        folder: str = "",
    ) -> int:
        """Write `lines` behind those of `part` and remember `cursor`: both or neither, durable when this returns.

        done: the part is complete. issues: what there is to say of these lines. folder: ``error`` or ``deleted``
        for what is kept beside the data (of a new part). Returns how many were new. Raises CouldNotCheck where the
        disk does not take it.
        """
        return self.append_and(part, lines, lambda fresh, repeated: Settled(cursor, done, tuple(issues)), folder)

    def append_and(
        self, part: str, lines: Iterable[Line], settle: Callable[[list[Line], int], Settled], folder: str = ""
    ) -> int:
        """As `append`, but cursor and findings come from `settle`: called with what is new of `lines`, and how many of
        the others came again against expectation.
        """
        with self._lock:
            known = self._parts.get(part)
            held = Part(**_fields(known)) if known else None
            with self._state.transaction():
                held = held or self._state.add(part, folder)
                before, repeated = held.size, held.repeated
                fresh = self._state.fresh(held, lines)
                settled = settle(fresh, held.repeated - repeated)
                self._state.add_runs(held, fresh)
                if fresh:
                    self._staging.write(held, before, b"".join(line.text + b"\n" for line in fresh))
                held.cursor, held.done = settled.cursor, settled.done
                for issue in settled.issues:
                    self._state.add_issue(held, issue, gave_up=False)
                self._state.keep(held)
            self._parts[part] = held
            if held.done:
                self._staging.close(held)
            return len(fresh)

    def begin_again(self, part: str) -> None:
        """Forget all that came of `part`: where it stopped cannot be gone on from."""
        with self._lock, self._state.transaction():
            held = self._part(part, "")
            self._state.forget(held)
            self._staging.close(held)
            fresh = self._parts[part] = Part(held.no, held.name, held.folder)
            self._state.keep(fresh)

    def give_up(self, part: str, issue: Issue) -> None:
        """Say why the rest of `part` could not be had; forgotten when the fetch is continued."""
        with self._lock, self._state.transaction():
            self._state.add_issue(self._part(part, ""), issue, gave_up=True)

    def add_issue(self, issue: Issue) -> None:
        """Say something of the whole fetch."""
        with self._lock, self._state.transaction():
            self._state.add_issue(None, issue, gave_up=False)

    def issues(self) -> list[Issue]:
        """All findings, in the order of parts."""
        with self._lock:
            return [issue for _, _, issue in self._state.issues()]

    def note(self, name: str, value: str) -> None:
        """Remember something for a run that continues this one (no secrets)."""
        with self._lock, self._state.transaction():
            self._state.note(f"note:{name}", value)

    def noted(self, name: str) -> str:
        """What was noted, empty where nothing was."""
        with self._lock:
            return self._state.noted(f"note:{name}")

    def repeats_across(self) -> int:
        """Resources that came in several parts, where that was not expected; they are written once."""
        with self._lock:
            return self._state.repeats_across()

    def versions_mixed(self) -> int:
        """Resources that came in several versions, since they were changed meanwhile; all are written."""
        with self._lock:
            return self._state.versions_mixed()

    # -- the end ---------------------------------------------------------------------------------

    def finish(
        self, about: Mapping[str, Any], kinds: Iterable[IssueKind] = (), partial: bool = False
    ) -> dict[str, Any]:
        """Put the folder in its place and return its manifest.

        about: members of the manifest that only who fetched knows (JSON, no secrets). kinds: for the texts of findings.
        Where a part is not done or was given up, the folder stays hidden for another run, with a manifest that says
        so; partial: it is put in its place all the same. Raises CouldNotCheck where the disk does not take it.
        """
        import sqlite3

        with self._lock:
            whole = not any(gave_up for _, gave_up, _ in self._state.issues()) and all(
                part.done for part in self._parts.values()
            )
            self._staging.close_all()
            try:
                return self._finished(about, tuple(kinds), whole, whole or partial or self.is_merging)
            except (OSError, sqlite3.Error) as fault:
                reason = (fault.strerror if isinstance(fault, OSError) else "") or str(fault)
                raise CouldNotCheck(f"{self.path}: could not be written: {reason}") from None

    def _finished(
        self, about: Mapping[str, Any], kinds: tuple[IssueKind, ...], whole: bool, placed: bool
    ) -> dict[str, Any]:
        state = self._state
        if not placed:
            content = manifest(state, about, kinds, staged_entries(state), whole)
            write_manifest(self.working, content)
            return content
        with state.transaction():
            state.note("merging", "1")
        Merging(state, self.working, self.working / ".parts").run()
        content = manifest(state, about, kinds, file_entries(state, self.working), whole)
        write_manifest(self.working, content)
        self._place()
        return content

    def _place(self) -> None:
        """Make the hidden folder the visible one; the state goes last."""
        for name in list(os.listdir(self.working)):
            if name.endswith(".ndjson") and not os.path.getsize(self.working / name):
                os.unlink(self.working / name)
        _synced(self.working)
        self._state.close()
        if self._replaced.exists():
            shutil.rmtree(self._replaced)
        if self._target.is_dir():
            if read_manifest(self._target) is not None:
                os.replace(self._target, self._replaced)
            else:
                self._target.rmdir()
        os.replace(self.working, self._target)
        _synced(self._target.parent)
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(self._target / f"{_STATE}{suffix}")
        if self._replaced.exists():
            shutil.rmtree(self._replaced, ignore_errors=True)

    def close(self) -> None:
        """Let go of the folder; what was appended stays for the next run."""
        with self._lock:
            self._staging.close_all()
            self._state.close()

    def discard(self) -> None:
        """Throw away what came so far: it can never be completed."""
        with self._lock:
            self.close()
            shutil.rmtree(self.working, ignore_errors=True)

    def _part(self, name: str, folder: str) -> Part:
        found = self._parts.get(name)
        if found is None:
            found = self._parts[name] = self._state.add(name, folder)
        return found


def _fields(part: Part) -> dict[str, Any]:
    return {name: getattr(part, name) for name in Part.__slots__}


def _synced(folder: Path) -> None:
    """Make renames in `folder` durable, where the platform can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
