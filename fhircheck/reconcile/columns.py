"""Rows as Arrow tables: the columns that joins are made of. Hashes of 128 bits are two columns of 64."""

from array import array
from typing import Any

from fhircheck.reconcile.rows import RowBatch

RESOURCES, EDGES, NAMED, ATTACHED = "resources", "edges", "identifiers", "attachments"
TABLES = (RESOURCES, EDGES, NAMED, ATTACHED)


def schemas() -> dict[str, Any]:
    """The Arrow schema of each table.

    resources: seq (number of the row), type, id (as it may be shown), i1 i2 (key of Type/id, null without an id),
    c1 c2 (content), r1 r2 (what it refers to), version, month, source, record, entry, leaves.
    edges: seq, ord (order within the resource), path, t1 t2 (key of the target), place (members.OWN ...).
    identifiers: seq, k1 k2. attachments: seq, ord, path, place (members.INLINE ...), d1 d2 (digest), size, sound.
    """
    import pyarrow as pa

    long = pa.int64()

    def table(**columns: Any) -> Any:
        return pa.schema([pa.field(name, type_) for name, type_ in columns.items()])

    return {
        RESOURCES: table(seq=long, type=pa.string(), id=pa.string(), i1=long, i2=long, c1=long, c2=long, r1=long,
                         r2=long, version=long, month=pa.int32(), source=pa.int32(), record=long, entry=pa.int32(),
                         leaves=pa.list_(long)),
        EDGES: table(seq=long, ord=pa.int32(), path=long, t1=long, t2=long, place=pa.int32()),
        NAMED: table(seq=long, k1=long, k2=long),
        ATTACHED: table(seq=long, ord=pa.int32(), path=long, place=pa.int32(), d1=long, d2=long, size=long,
                        sound=pa.bool_()),
    }  # fmt: skip


def tables_of(batch: RowBatch) -> dict[str, Any]:
    """The batch as Arrow record batches, by table."""
    import pyarrow as pa

    made = schemas()
    i1, i2 = _halves(batch.keys)
    known = [each is not None for each in batch.ids]
    if not all(known):
        i1 = pa.array([each if there else None for each, there in zip(i1.to_pylist(), known, strict=True)], pa.int64())
        i2 = pa.array([each if there else None for each, there in zip(i2.to_pylist(), known, strict=True)], pa.int64())
    sources, records, entries = zip(*batch.places, strict=True) if batch.places else ((), (), ())
    leaves = pa.ListArray.from_arrays(pa.array(batch.ends, pa.int32()), _longs(batch.leaves))
    resources = [
        _longs(array("q", range(batch.seq, batch.seq + len(batch)))), pa.array(batch.types, pa.string()),
        pa.array(map(_storable, batch.ids), pa.string()), i1, i2, *_halves(batch.contents), *_halves(batch.links),
        pa.array(batch.versions, pa.int64()), pa.array(batch.months, pa.int32()), pa.array(sources, pa.int32()),
        pa.array(records, pa.int64()), pa.array(entries, pa.int32()), leaves,
    ]  # fmt: skip
    edges = [
        _longs(array("q", batch.edge_rows)), pa.array(batch.edge_order, pa.int32()),
        pa.array([each.path for each in batch.edges], pa.int64()), *_halves([each.target for each in batch.edges]),
        pa.array([each.where for each in batch.edges], pa.int32()),
    ]  # fmt: skip
    named = [_longs(array("q", batch.named_rows)), *_halves(batch.named)]
    attached = [
        _longs(array("q", batch.attached_rows)), pa.array(batch.attached_order, pa.int32()),
        pa.array([each.path for each in batch.attached], pa.int64()),
        pa.array([each.where for each in batch.attached], pa.int32()),
        *_halves([each.digest[:16].ljust(16, b"\0") for each in batch.attached]),
        pa.array([each.size for each in batch.attached], pa.int64()),
        pa.array([each.sound for each in batch.attached], pa.bool_()),
    ]  # fmt: skip
    columns = zip(TABLES, (resources, edges, named, attached), strict=True)
    return {name: pa.RecordBatch.from_arrays(found, schema=made[name]) for name, found in columns}


def raw_bytes(column: Any) -> bytes:
    """The bytes of an Arrow column of 64-bit numbers without nulls."""
    return bytes(column.buffers()[1][column.offset * 8 : (column.offset + len(column)) * 8])


def _storable(text: str | None) -> str | None:
    """An id as UTF-8 can hold it."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()


def _longs(numbers: "array[int]") -> Any:
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def _halves(digests: list[bytes]) -> tuple[Any, Any]:
    """Digests of 16 bytes as two columns of 64 bits."""
    numbers = array("q")
    numbers.frombytes(b"".join(digests))
    return _longs(numbers[0::2]), _longs(numbers[1::2])
