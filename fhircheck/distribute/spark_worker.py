"""What runs in Spark's executors: bytes -> pieces -> the first pass -> rows of OUTPUT. Functions of mapInArrow.

A task merges what it finds, so that one Partial leaves it; rows for joins, findings and lines leave it as they come.
"""

import ctypes
import hashlib
import os
import pickle
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fhircheck.distribute.spark_session import OURS
from fhircheck.model.errors import FhircheckError
from fhircheck.model.facts import Partial
from fhircheck.model.record import OUT_OF_MEMORY, Chunk, Lost
from fhircheck.model.row_facts import WIDTHS, RowFacts
from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.sources.parted import parted

OUTPUT = "kind string, name string, bucket int, major string, minor bigint, payload binary"
"""kind: ``partial`` (payload: a Partial without rows), ``rows`` (name: of the table), ``issues``, ``lines``, ``usable``
(major, minor: their place in the data's order)."""
COLUMNS = ("kind", "name", "bucket", "major", "minor", "payload")
BUCKETS = 1024
"""Rows are kept apart by the highest bits of their keys; one bucket of all tables of a join is held at once."""
_SHIFT = 64 - 10
HELD = 8 << 20
"""Bytes of rows a task holds before they leave it."""
PAYLOAD = 64 << 10
"""Bytes of rows of one bucket that leave a task in one piece, at most."""
LINKS = ("identities", "edges", "scoped", "absolute", "bases")
Row = tuple[str, str, int, str, int, bytes]


@dataclass(frozen=True, slots=True)
class Job:
    """All that an executor needs: made once, pickled into each task.

    prepare, plan: as of an Executor. stores: paths of definition stores here -> names they were sent by.
    version: of fhircheck. given_up: (plan, Lost) -> what a chunk counts as that no process survived.
    """

    prepare: Callable[[Any], Callable[[Chunk], Any]]
    plan: Any
    stores: tuple[tuple[str, str], ...]
    version: str
    given_up: Callable[[Any, Lost], Any] | None = None


_ready: tuple[bytes, Callable[[Chunk], Any]] | None = None


def checker(packed: bytes) -> Callable[[Chunk], Any]:
    """The first pass of a pickled Job, made once in each Python worker."""
    global _ready  # noqa: PLW0603 - one function for each worker process, made by its first task
    token = hashlib.blake2b(packed, digest_size=16).digest()
    if _ready is None or _ready[0] != token:
        job: Job = pickle.loads(packed)
        _same_version(job)
        _own_cache()
        _ready = token, job.prepare(_at_home(job))
    return _ready[1]


def _at_home(job: Job) -> Any:
    """The plan of a job with its definitions where they are on this machine; a plan without any as it is."""
    recipe = getattr(job.plan, "recipe", None)
    return job.plan if recipe is None else replace(job.plan, recipe=_located(recipe, dict(job.stores)))


class Stopped(Exception):
    """Ends a task with one line without data."""


def _same_version(job: Job) -> None:
    from fhircheck import __version__

    if job.version != __version__:
        raise Stopped(f"{OURS}the executors have fhircheck {__version__}, the driver {job.version}: install the same")


def _own_cache() -> None:
    """Where our cache cannot be written, it lies beside what Spark sent: compiled once an executor, gone with it."""
    from pyspark import SparkFiles

    from fhircheck.definitions.cache_directory import VARIABLE, cache_directory

    try:
        folder = cache_directory()
        folder.mkdir(parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK)
    except (OSError, RuntimeError):
        usable = False
    if not usable:
        os.environ[VARIABLE] = str(Path(SparkFiles.getRootDirectory()) / "fhircheck-cache")


def _located(recipe: Any, sent: dict[str, str]) -> Any:
    """The recipe with the stores where they are on this machine."""
    from pyspark import SparkFiles

    from fhircheck.definitions.embedded import STORE

    packages = []
    for package in recipe.packages:
        store = package.store
        if not os.path.isfile(store):
            store = SparkFiles.get(sent[store]) if store in sent else str(STORE)
        if not os.path.isfile(store):
            raise Stopped(f"{OURS}the definitions of {package.label} did not reach the executors")
        packages.append(replace(package, store=store))
    return replace(recipe, packages=tuple(packages))


class Task:
    """Collects what one task finds, and hands it on in batches of OUTPUT.

    nothing: makes what a chunk without anything counts as.
    """

    nothing: type[Any] = Partial

    def __init__(self, packed: bytes) -> None:
        from pyspark import TaskContext

        self._packed = packed
        self._check: Callable[[Chunk], Any] = _guarded(lambda: checker(packed))
        context = TaskContext.get()
        self._tried = context is not None and context.attemptNumber() > 0
        self._whole: Any = self.nothing()
        self._rows: dict[str, array[int]] = {}
        self._held = 0
        self._out: list[Row] = []
        self._out_bytes = 0

    def check(self, chunk: Chunk, major: str, minor: int) -> Iterator[Any]:
        """Check `chunk`, which stands at (major, minor) in the data's order."""
        partial: Partial = _guarded(lambda: self._checked(chunk))
        self._take_rows(partial)
        for kind in ("issues", "lines", "usable"):
            found = getattr(partial, kind)
            if found:
                self._put(kind, "", 0, pickle.dumps(found, 5), major, minor)
                setattr(partial, kind, [])
        self._whole.merge(partial)
        if self._held > HELD:
            self._put_rows()
        if self._out_bytes > HELD:
            yield self._batch()

    def _checked(self, chunk: Chunk) -> Any:
        """What `chunk` counts as. Where this task is a further try, each chunk is tried in a process of its own.

        What kills that process is narrowed down to the records that do.
        """
        code = survived(self._check, chunk) if self._tried else 0
        if not code:
            return self._check(chunk)
        parts = parted(chunk)
        if len(parts) < 2:
            job: Job = pickle.loads(self._packed)
            if job.given_up is None:
                raise Stopped(f"{OURS}a record ends each process that checks it")
            return job.given_up(job.plan, Lost(chunk, code))
        whole = self.nothing()
        for part in parts:
            whole.merge(self._checked(part))
        return whole

    def finish(self, files: int | None = None) -> Iterator[Any]:
        """The rest, and the Partial of the whole task. files: number of sources, where pieces do not tell."""
        if files is not None:
            self._whole.files = files
        self._put_rows()
        self._put("partial", "", 0, pickle.dumps(self._whole, 5))
        self._whole = self.nothing()
        yield self._batch()
        give_back()

    def _take_rows(self, partial: Partial) -> None:
        for name in WIDTHS:
            self._take_table(f"rows.{name}", partial.rows.table(name))
        for name in LINKS:
            self._take_table(f"links.{name}", getattr(partial.links, name))
        partial.rows = RowFacts()
        partial.links.close()

    def _take_table(self, name: str, table: SpilledRows) -> None:
        if not len(table):
            return
        mine = self._rows.setdefault(name, array("Q"))
        before = len(mine)
        for numbers in table.pieces():
            mine.extend(numbers)
        self._held += (len(mine) - before) * 8

    def _put_rows(self) -> None:
        for name, numbers in self._rows.items():
            for bucket, part in bucketed(numbers, width_of(name)):
                for payload in payloads(part, width_of(name)):
                    self._put("rows", name, bucket, payload)
        self._rows, self._held = {}, 0

    def _put(self, kind: str, name: str, bucket: int, payload: bytes, major: str = "", minor: int = 0) -> None:
        self._out.append((kind, name, bucket, major, minor, payload))
        self._out_bytes += len(payload) + 64

    def _batch(self) -> Any:
        rows, self._out, self._out_bytes = self._out, [], 0
        return batch_of(rows)


def give_back() -> None:
    """Hand memory that is free back to the system: a Python worker of Spark lives on for many tasks.

    What one task leaves in pieces is else held beside what the next one needs (GNU's malloc; others do without).
    """
    import pyarrow

    pyarrow.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def survived(check: Callable[[Chunk], Any], chunk: Chunk) -> int:
    """0 where a copy of this process survives `chunk`, else how it ended (below zero: a signal's number)."""
    copy = os.fork()
    if not copy:
        try:
            check(chunk)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BaseException:
            os._exit(0)  # it is raised again, and told, where it can be
        os._exit(0)
    _, status = os.waitpid(copy, 0)
    return os.waitstatus_to_exitcode(status)


def width_of(name: str) -> int:
    """Numbers a row of the table that leaves a task as `name`."""
    from fhircheck.model.link_facts import LinkFacts

    kind, _, table = name.partition(".")
    if kind == "rows":
        return WIDTHS[table]
    width: int = getattr(LinkFacts(), table).width
    return width


def bucketed(numbers: "array[int]", width: int) -> Iterator[tuple[int, "array[int]"]]:
    """The rows by bucket of their key."""
    parts: dict[int, array[int]] = {}
    for start in range(0, len(numbers), width):
        bucket = numbers[start] >> _SHIFT
        part = parts.get(bucket)
        if part is None:
            part = parts[bucket] = array("Q")
        part.extend(numbers[start : start + width])
    yield from parts.items()


def payloads(numbers: "array[int]", width: int) -> Iterator[bytes]:
    """The rows in pieces of PAYLOAD: Spark hands a number of pieces to a join at a time, whatever their size."""
    step = max(1, PAYLOAD // 8 // width) * width
    for start in range(0, len(numbers), step):
        yield numbers[start : start + step].tobytes()


def batch_of(rows: list[Row]) -> Any:
    """A RecordBatch of OUTPUT."""
    import pyarrow

    types = (
        pyarrow.string(), pyarrow.string(), pyarrow.int32(), pyarrow.string(), pyarrow.int64(), pyarrow.binary()
    )  # fmt: skip
    cells = list(zip(*rows, strict=True)) or [()] * len(types)
    arrays = [pyarrow.array(column, type=type_) for column, type_ in zip(cells, types, strict=True)]
    return pyarrow.RecordBatch.from_arrays(arrays, names=list(COLUMNS))


def _guarded(call: Callable[[], Any]) -> Any:
    """`call()`; an error leaves with one line that holds no data: executors write what they raise into logs."""
    try:
        return call()
    except (Stopped, MemoryError):
        raise
    except FhircheckError as error:
        raise Stopped(f"{OURS}{error}") from None
    except Exception as error:
        trace, where = error.__traceback__, "unknown place"
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if "fhircheck" in file:
                where = f"{os.path.basename(file)}:{trace.tb_lineno}"
            trace = trace.tb_next
        raise Stopped(f"{OURS}a bug in fhircheck ({type(error).__name__} at {where})") from None
