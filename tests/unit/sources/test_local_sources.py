"""Files, folders, patterns, archives and standard input: what is read, in which order, and what is said."""

import gzip
import io
import json
import os
import sys
import tarfile
import zipfile
from hashlib import blake2b
from pathlib import Path

import pytest

from fhircheck.model.errors import SourceUnusable, UsageError
from fhircheck.model.record import Record
from fhircheck.sources import KINDS, SOURCES, ReadOptions, estimate, open_sources
from fhircheck.transport.archives import UnpackLimits
from fhircheck.transport.json_reader import read_records

PATIENT = b'{"resourceType": "Patient", "id": "p"}'
LINES = b'{"resourceType": "Patient", "id": "a"}\n{"resourceType": "Patient", "id": "b"}\n'


def records(*names: str | Path, **options: object) -> list[Record]:
    chunks = open_sources([str(name) for name in names], ReadOptions(**options))  # type: ignore[arg-type]
    return [record for chunk in chunks for piece in chunk for record in read_records(piece)]


def seen(*names: str | Path, **options: object) -> list[tuple[str, str]]:
    """(file name, type/id or the kinds of finding) of each record."""
    return [(Path(each.source).name, told(each)) for each in records(*names, **options)]


def told(record: Record) -> str:
    if record.issues:
        return "+".join(issue.kind for issue in record.issues)
    assert record.node is not None
    return str(record.node.get("id"))


def write(folder: Path, **files: bytes) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_every_entry_of_the_table_stands_in_a_file_of_its_name() -> None:
    folder = Path(sys.modules["fhircheck.sources"].__file__ or "").parent
    assert all((folder / f"{name}.py").is_file() for name in SOURCES.names)


def test_every_finding_that_says_not_checked_is_an_error() -> None:
    harmless = {
        "byte-order-mark", "files-skipped", "server-outcome", "server-content-type", "server-page-repeated",
        "server-resource-repeated", "server-total-wrong", "server-changed-meanwhile", "server-parameter-dropped",
        "server-resource-changed",
        "bulk-content-type", "bulk-duplicate", "bulk-file-changed", "bulk-manifest-changed",
        "bulk-manifest-incomplete", "bulk-other-type", "bulk-type-not-asked",
    }  # fmt: skip
    assert {kind.name for kind in KINDS if kind.severity not in ("error", "fatal")} == harmless
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert all(kind.why and kind.fix and kind.german and kind.failing and kind.passing for kind in KINDS)


def test_a_folder_is_walked_in_the_order_of_names_and_says_what_it_skips(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "b.json": PATIENT, "a/z.ndjson": LINES, "a.json": PATIENT, "c.ndjson.gz": gzip.compress(LINES, mtime=0),
            "README.md": b"#", "x.csv": b"a,b", "package.json": b"{}", ".index.json": b"{}", ".git/x.json": b"{}",
            "Patient-1": PATIENT, "LICENSE": b"text", "d.croissant.json": b"{}",
        },
    )  # fmt: skip
    assert seen(tmp_path) == [
        ("Patient-1", "p"), ("z.ndjson", "a"), ("z.ndjson", "b"), ("a.json", "p"), ("b.json", "p"),
        ("c.ndjson.gz", "a"), ("c.ndjson.gz", "b"), (tmp_path.name, "files-skipped"),
    ]  # fmt: skip
    (issue,) = records(tmp_path)[-1].issues
    assert dict(issue.params) == {"count": 3, "suffixes": ".csv 1, .md 1, other 1"}


def test_a_folder_with_nothing_to_read_is_said(tmp_path: Path) -> None:
    write(tmp_path, **{"README.md": b"#"})
    assert seen(tmp_path) == [(tmp_path.name, "nothing-to-read")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_links_to_folders_in_a_folder_are_not_opened(tmp_path: Path) -> None:
    write(tmp_path, **{"a.json": PATIENT})
    os.mkfifo(tmp_path / "b.json")
    (tmp_path / "loop.json").symlink_to(tmp_path)
    assert seen(tmp_path) == [("a.json", "p"), (tmp_path.name, "files-skipped")]


def test_a_pattern_names_files_in_order_and_must_match(tmp_path: Path) -> None:
    write(tmp_path, **{"b.json": PATIENT, "a/c.json": PATIENT, "a.txt": b""})
    assert [name for name, _ in seen(tmp_path / "**/*.json")] == ["c.json", "b.json"]
    with pytest.raises(SourceUnusable, match="no file matches"):
        open_sources([str(tmp_path / "*.xml")], ReadOptions())


def test_what_cannot_be_there_is_said_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match=r"gone\.json: No such file"):
        open_sources([str(write(tmp_path, a=PATIENT)), str(tmp_path / "gone.json")], ReadOptions())
    with pytest.raises(UsageError):
        open_sources([], ReadOptions())
    with pytest.raises(UsageError):
        open_sources(["-"], ReadOptions(sample=0))
    with pytest.raises(SourceUnusable, match="offline"):
        open_sources(["https://example.org/fhir/Patient"], ReadOptions(offline=True))


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.json", b"<!DOCTYPE html><html>", "not-json"),
        ("a.json", b"%PDF-1.7", "not-json"),
        ("a.json", b"ab\0\1\2\3", "not-json"),
        ("a.json", b"", "empty-file"),
        ("a.json", b"\xef\xbb\xbf \n", "empty-file"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c....", "archive-unsupported"),
        ("a.json.gz", gzip.compress(PATIENT, mtime=0)[:-9], "archive-broken"),
        ("a.json", PATIENT.decode().encode("utf-16"), "encoding-not-utf8"),
        ("a.json", PATIENT.decode().encode("utf-32-be"), "encoding-not-utf8"),
        ("a.ndjson", b'{\n "resourceType": "Patient", "id": "p"\n}', "p"),
    ],
)
def test_what_is_no_json_is_said(tmp_path: Path, name: str, data: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert "+".join(each for _, each in seen(tmp_path / name)) == expected


def test_text_in_a_wide_encoding_is_still_read(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(
        "".join(f'{{"resourceType":"Patient","id":"ü{n}"}}\n' for n in range(3)).encode("utf-16")
    )
    found = records(tmp_path / "a.ndjson")
    assert [each.node["id"] for each in found if each.node] == ["ü0", "ü1", "ü2"]
    assert [len(each.issues) for each in found] == [1, 0, 0]


def test_lines_and_documents_are_told_apart_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path,
        **{"lines.json": LINES, "one.ndjson": PATIENT, "doc.json": json.dumps(json.loads(PATIENT), indent=1).encode()},
    )
    assert [told(each) for each in records(tmp_path)] == ["p", "a", "b", "p"]
    for data, expected in ((LINES, ["a", "b"]), (PATIENT, ["p"]), (gzip.compress(LINES, mtime=0), ["a", "b"])):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        found = records("-")
        assert [told(each) for each in found] == expected
        assert {each.source for each in found} == {"-"}


def archive_of(path: Path, mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in (
            ("x/a.json", PATIENT),
            ("b.ndjson", LINES),
            ("../c.json", PATIENT),
            ("n.zip", b"PK"),
            ("r.md", b""),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    return path


@pytest.mark.parametrize(("name", "mode"), [("t.tar.gz", "w:gz"), ("t.tgz", "w:gz"), ("t.tar", "w")])
def test_a_tar_archive_is_read_member_by_member(tmp_path: Path, name: str, mode: str) -> None:
    assert seen(archive_of(tmp_path / name, mode)) == [
        ("a.json", "p"), (f"{name}!b.ndjson", "a"), (f"{name}!b.ndjson", "b"), ("c.json", "archive-member-refused"),
        (f"{name}!n.zip", "archive-nested"), (f"{name}!link.json", "archive-member-refused"), (name, "files-skipped"),
    ]  # fmt: skip


@pytest.mark.parametrize("kept", [512 + 20, 512 * 2, 512 * 2 + 100, 512 * 3])
def test_a_tar_archive_that_breaks_off_is_said(tmp_path: Path, kept: int) -> None:
    (tmp_path / "t.tar").write_bytes(archive_of(tmp_path / "whole.tar", "w").read_bytes()[:kept])
    assert told(records(tmp_path / "t.tar")[-1]) == "archive-broken"


def test_a_tar_member_full_of_holes_is_stopped(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.ndjson")
    info.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.size": str(1 << 60), "GNU.sparse.map": "0,8192"}
    info.size = 8192
    with tarfile.open(tmp_path / "t.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b'{"a": "'.ljust(8192, b"x")))
    found = records(tmp_path / "t.tar", unpack=UnpackLimits(free=1 << 20), max_record_bytes=1 << 20)
    assert "archive-too-large" in {issue.kind for each in found for issue in each.issues}


@pytest.mark.parametrize("name", ["a.txt", "a.json"])
def test_a_tar_member_that_claims_any_size_ends_with_its_archive(tmp_path: Path, name: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = 1 << 60
    (tmp_path / "t.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + PATIENT.ljust(2048))
    assert "archive-broken" in {kind for _, kind in seen(tmp_path / "t.tar")}


def test_a_zip_archive_is_read_member_by_member(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/a.json", PATIENT)
        archive.writestr("/abs.json", PATIENT)
        archive.writestr("b.json.gz", gzip.compress(PATIENT, mtime=0))
        link = zipfile.ZipInfo("link.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
    assert [(each.source.rpartition("!")[2], told(each)) for each in records(path)] == [
        ("x/a.json", "p"),
        ("/abs.json", "archive-member-refused"),
        ("b.json.gz", "archive-nested"),
        ("link.json", "archive-member-refused"),
    ]
    path.write_bytes(path.read_bytes()[:-30])
    assert [told(each) for each in records(path)] == ["archive-broken"]


def test_an_archive_that_grows_without_measure_is_stopped(tmp_path: Path) -> None:
    limits = UnpackLimits(ratio=50, free=1 << 20)
    bomb = b'{"resourceType": "Basic"}\n' * 400_000
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(bomb, mtime=0))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ndjson", bomb)
    for name in ("a.ndjson.gz", "b.zip"):
        found = records(tmp_path / name, unpack=limits)
        assert [issue.kind for issue in found[-1].issues] == ["archive-too-large"]
        assert 0 < len(found) < 200_000
    assert told(records(tmp_path / "a.ndjson.gz", unpack=UnpackLimits(total=1 << 20))[-1]) == "archive-too-large"


def bundle(count: int) -> bytes:
    entries = ({"fullUrl": f"urn:x:{n}", "resource": {"resourceType": "Basic", "id": f"b{n}"}} for n in range(count))
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": list(entries)}).encode()


def test_a_big_bundle_is_split_and_a_small_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(bundle(300))
    whole = records(tmp_path / "b.json")
    assert [(each.root, each.form) for each in whole] == [("Bundle", "resource")]
    parts = records(tmp_path / "b.json", split_bytes=2000, chunk_bytes=500)
    assert len(parts) == 301
    assert (parts[7].root, parts[7].record, parts[-1].form, parts[-1].entries) == (
        "Bundle.entry[7]",
        0,
        "bundle-shell",
        300,
    )
    assert whole[0].node is not None
    assert [each.node for each in parts[:-1]] == whole[0].node["entry"]


def test_a_big_document_that_is_no_bundle_is_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(b'{"resourceType": "Basic", "id": "p", "x": "' + b"y" * 5000 + b'"}')
    assert seen(tmp_path / "b.json", split_bytes=1000) == [("b.json", "p")]
    assert seen(tmp_path / "b.json", split_bytes=1000, max_record_bytes=4000) == [("b.json", "record-too-large")]


@pytest.mark.parametrize("chunk", [100, 3000, 1 << 20])
def test_a_sample_is_the_same_however_the_data_is_cut(tmp_path: Path, chunk: int) -> None:
    lines = b"".join(b'{"resourceType": "Basic", "id": "l%d"}\n' % n for n in range(500))
    write(tmp_path, **{"a.ndjson": lines, "b.json": bundle(200), "c.json": PATIENT})
    found = records(tmp_path, sample=40, chunk_bytes=chunk, split_bytes=2000)
    names = [f"{each.record} {each.root} {each.line}" for each in found]
    assert len(found) == 41, "40 records and the Bundle's own members"
    expected = records(tmp_path, sample=40, split_bytes=2000)
    assert names == [f"{each.record} {each.root} {each.line}" for each in expected]
    order = [f"{each.record} {each.root} {each.line}" for each in records(tmp_path, split_bytes=2000)]
    assert [name for name in order if name in names] == names
    smaller = records(tmp_path, sample=10, split_bytes=2000)
    assert {f"{each.record} {each.root} {each.line}" for each in smaller} <= set(names)


def test_a_sample_holds_the_records_of_the_smallest_hashes(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(b'{"resourceType": "Basic", "id": "l%d"}\n' % n for n in range(200)))

    def rank(number: int) -> bytes:
        return blake2b(f"{path}\nFalse\n{number}".encode(), digest_size=8).digest()

    expected = sorted(sorted(range(200), key=rank)[:20])
    assert [each.record for each in records(path, sample=20)] == expected


def test_chunks_hold_about_what_they_should_and_pickle(tmp_path: Path) -> None:
    import pickle

    write(tmp_path, **{f"{n:03}.json": PATIENT for n in range(300)})
    chunks = list(open_sources([str(tmp_path)], ReadOptions(chunk_bytes=10_000)))
    assert [len(chunk) for chunk in chunks] == [26] * 11 + [14]
    assert pickle.loads(pickle.dumps(chunks)) == chunks


def test_the_size_is_told_where_it_is_known(tmp_path: Path) -> None:
    write(tmp_path, **{"a.json": PATIENT, "b.ndjson": LINES, "c.txt": b"x"})
    assert estimate([str(tmp_path)]) == len(PATIENT) + len(LINES)
    assert estimate([str(tmp_path / "a.json"), str(tmp_path / "*.ndjson")]) == len(PATIENT) + len(LINES)
    assert estimate(["-"]) is None
    write(tmp_path, **{"c.json.gz": gzip.compress(PATIENT, mtime=0)})
    assert estimate([str(tmp_path)]) is None


def test_a_packed_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    lines = b"".join(b'{"resourceType": "Basic", "id": "%d"}\n' % (n * 7919) for n in range(20_000))
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(lines, mtime=0)[:-2000])
    *found, cut, last = seen(tmp_path / "a.ndjson.gz", chunk_bytes=10_000)
    assert len(found) > 10_000
    assert (cut[1], last[1]) == ("json-syntax", "archive-broken")


def test_a_file_that_vanishes_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, **{"b.json": PATIENT})
    (tmp_path / "a.json").symlink_to(tmp_path / "gone")
    assert seen(tmp_path) == [("a.json", "file-unreadable"), ("b.json", "p")]


def test_lines_go_out_a_piece_at_a_time_and_tiny_files_together(tmp_path: Path) -> None:
    """Chunks of about the size asked for: no worker gets two pieces of lines where another has none."""
    line = b'{"resourceType": "Patient", "id": "%06d"}\n'
    (tmp_path / "lines.ndjson").write_bytes(b"".join(line % number for number in range(2_000)))
    chunks = list(open_sources([str(tmp_path / "lines.ndjson")], ReadOptions(chunk_bytes=10_000)))
    assert [len(chunk) for chunk in chunks] == [1] * len(chunks)
    assert len(chunks) == 9
    (tmp_path / "tiny").mkdir()
    for number in range(100):
        (tmp_path / "tiny" / f"{number}.json").write_bytes(PATIENT)
    chunks = list(open_sources([str(tmp_path / "tiny")], ReadOptions(chunk_bytes=10_000)))
    assert [len(chunk) for chunk in chunks] == [26, 26, 26, 22]
