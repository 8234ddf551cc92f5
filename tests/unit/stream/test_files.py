"""Files that grow, rotate, are cut, replaced, renamed, copied back or written anew: nothing is lost or doubled."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fhircheck.stream.notice import Notice
from tests.unit.stream.streams import START, FakeClock, followed, line, observation

A, B, C, D = (line(observation(each)) for each in range(1, 5))


def rotate(data: Path) -> None:
    (data / "x.ndjson").rename(data / "x.ndjson.1")
    with open(data / "x.ndjson.1", "ab") as file:
        file.write(C)
    (data / "x.ndjson").write_bytes(D)


def copy_and_cut(data: Path) -> None:
    (data / "x.ndjson").write_bytes(C)


def replace_by_another(data: Path) -> None:
    (data / "new").write_bytes(C + D + A)
    os.replace(data / "new", data / "x.ndjson")


def rename(data: Path) -> None:
    (data / "x.ndjson").rename(data / "y.ndjson")


def move_to_another_drive(data: Path) -> None:
    (data / "copy").write_bytes((data / "x.ndjson").read_bytes() + C)
    os.replace(data / "copy", data / "x.ndjson")


def copy_beside(data: Path) -> None:
    (data / "z.ndjson").write_bytes((data / "x.ndjson").read_bytes())


def touch(data: Path) -> None:
    os.utime(data / "x.ndjson", (START, START))
    os.utime(data / "doc.json", (START + 5, START + 5))


def grow_a_document(data: Path) -> None:
    with open(data / "doc.json", "ab") as file:
        file.write(C + D)


def write_a_document_anew(data: Path) -> None:
    (data / "doc.json").write_bytes(b'{"resourceType": "Patient", "id": "other"}')
    os.utime(data / "doc.json", (START - 50, START - 50))


CASES: dict[str, tuple[Callable[[Path], None], int, set[str]]] = {
    "rotate": (rotate, 2, set()),
    "copy-and-cut": (copy_and_cut, 1, {"file-truncated"}),
    "replace": (replace_by_another, 3, {"file-replaced"}),
    "rename": (rename, 0, set()),
    "another-drive": (move_to_another_drive, 1, set()),
    "copy-beside": (copy_beside, 2, set()),
    "touch": (touch, 0, set()),
    "document-grows-by-lines": (grow_a_document, 2, set()),
    "document-anew": (write_a_document_anew, 1, {"file-rewritten"}),
}


@pytest.mark.parametrize("restarted", [False, True], ids=["live", "restarted"])
@pytest.mark.parametrize(("change", "more", "told"), CASES.values(), ids=CASES)
def test_what_was_read_is_counted_once(
    tmp_path: Path, change: Callable[[Path], None], more: int, told: set[str], restarted: bool
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "x.ndjson").write_bytes(A + B)
    (data / "doc.json").write_bytes(A)
    os.utime(data / "doc.json", (START - 60, START - 60))
    notices: list[Notice] = []
    steps = [change]

    def meanwhile(now: float) -> None:
        if steps and now > START + 3:
            steps.pop()(data)

    clock = FakeClock()
    options = {"checkpoint": str(tmp_path / "kept"), "clock": clock, "told": notices}
    if restarted:
        assert followed(str(data), **options)[-1].records == 3
        change(data)
        clock.time += 10
        results = followed(str(data), **options)
    else:
        clock.meanwhile = meanwhile
        results = followed(str(data), **options | {"lasts": None, "idle": 15.0})
    assert results[-1].records == 3 + more
    assert {each.kind for each in notices if each.is_file} == told


def test_a_half_written_line_is_told_of_once_and_checked_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "x.ndjson"
    file.write_bytes(A + B[:30])
    notices: list[Notice] = []

    def meanwhile(now: float) -> None:
        if now > START + 200 and file.stat().st_size < len(A + B):
            file.write_bytes(A + B + C)

    clock = FakeClock(meanwhile=meanwhile)
    results = followed(str(file), clock=clock, told=notices, lasts=None, idle=250.0)
    assert [each.kind for each in notices] == ["line-unfinished"]
    assert results[-1].records == 3
    assert results[-1].total is not None
    assert results[-1].total.sources.unreadable == 0


def test_an_overlong_line_is_a_finding_and_the_next_is_read(tmp_path: Path) -> None:
    from fhircheck.stream.feed import Bounds

    file = tmp_path / "x.ndjson"
    file.write_bytes(A + b'{"a": "' + b"x" * 5000)
    clock = FakeClock(meanwhile=lambda now: file.write_bytes(A + b'{"a": "' + b"x" * 9000 + b'"}\n' + B) and None)
    options = {"bounds": Bounds(size=512, longest=2048), "clock": clock, "lasts": None, "idle": 3.0}
    total = followed(str(file), **options)[-1].total
    assert total is not None
    assert [(kind, count) for _, kind, count in total.totals if kind == "record-too-large"] == [("record-too-large", 1)]
    assert total.sources.records == 2


def test_a_file_that_grows_past_what_it_is_recognised_by_is_the_same_file(tmp_path: Path) -> None:
    """In pieces: those after the first 4 KiB keep the checksum of these, not that of the start of the look."""
    from fhircheck.stream.feed import Bounds

    file = tmp_path / "x.ndjson"
    file.write_bytes(A + B)
    rest = b"".join(line(observation(each)) for each in range(10, 60))
    lengths = [len(A + B + rest[:12_000]), len(A + B + rest)]

    def meanwhile(now: float) -> None:
        if lengths:
            file.write_bytes((A + B + rest)[: lengths.pop(0)])

    notices: list[Notice] = []
    clock = FakeClock(meanwhile=meanwhile)
    bounds = Bounds(size=2_000)
    results = followed(str(file), clock=clock, told=notices, lasts=None, idle=60.0, bounds=bounds)
    assert (results[-1].records, notices) == (52, [])
