import gzip
import io
import tarfile
from pathlib import Path

import pytest

from fhircheck.definitions import package_archive
from fhircheck.definitions.package_archive import read_archive
from fhircheck.model.errors import PackageUnusable
from tests.package_making import write_tgz


def archive_of(path: Path, *members: tarfile.TarInfo, data: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            member.size = len(data) if member.isfile() else 0
            archive.addfile(member, io.BytesIO(data))
    return path


def test_gives_the_files_of_the_package_folder_only(tmp_path: Path) -> None:
    path = write_tgz(tmp_path / "a.tgz", {"package/package.json": b"{}", "package/x/y.json": b"1", "other/z": b"2"}, "")
    assert dict(read_archive(path)) == {"package.json": b"{}", "x/y.json": b"1"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_refuses_links_and_devices(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("package/a.json")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(PackageUnusable, match="member 1 is a link, a device"):
        list(read_archive(archive_of(tmp_path / "a.tgz", member)))


def raw_header(**facts: str | int) -> bytes:
    """A pax header with these facts and an empty regular file after it."""
    member = tarfile.TarInfo("package/a.json")
    member.pax_headers = {name: str(value) for name, value in facts.items()}
    return member.tobuf(tarfile.PAX_FORMAT)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"GNU.sparse.size": 5000, "GNU.sparse.map": "0,1"}, "full of holes"),
        ({"size": -512}, "member 1 has -512 bytes"),
        ({"size": -(9**9)}, "member 1 has -387,420,489 bytes"),
    ],
)
def test_refuses_holes_and_sizes_that_lie(tmp_path: Path, facts: dict[str, str | int], said: str) -> None:
    path = tmp_path / "a.tgz"
    path.write_bytes(gzip.compress(raw_header(**facts) + bytes(10_240)))
    with pytest.raises(PackageUnusable, match=said):
        list(read_archive(path))


def test_a_header_that_leads_backwards_ends(tmp_path: Path) -> None:
    header = bytearray(tarfile.TarInfo("package/a.json").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = (-1024 & (2**96 - 1)).to_bytes(12, "big")
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    path = tmp_path / "a.tgz"
    path.write_bytes(gzip.compress(bytes(header) * 3 + bytes(10_240)))
    with pytest.raises(PackageUnusable, match=r"is refused|no readable"):
        list(read_archive(path))


@pytest.mark.parametrize(
    "name", ["../a.json", "package/../../a", "/package/a", "package\\..\\a", "C:/package/a", "p\n"]
)
def test_refuses_paths_that_lead_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackageUnusable, match="leads out of the package"):
        list(read_archive(archive_of(tmp_path / "a.tgz", tarfile.TarInfo(name))))


def test_refuses_a_bomb_before_it_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_archive, "LARGEST_PACKAGE", 100_000)
    members = [tarfile.TarInfo(f"package/{number}.json") for number in range(20)]
    path = archive_of(tmp_path / "a.tgz", *members, data=b"0" * 10_000)
    assert path.stat().st_size < 3_000
    with pytest.raises(PackageUnusable, match="unpacks to more than 100,000 bytes"):
        list(read_archive(path))


def test_refuses_a_huge_file_and_a_huge_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_archive, "LARGEST_FILE", 5_000)
    plain = archive_of(tmp_path / "a.tgz", tarfile.TarInfo("package/a.json"), data=b"0" * 6_000)
    with pytest.raises(PackageUnusable, match="member 1 has 6,000 bytes"):
        list(read_archive(plain))
    long_name = archive_of(tmp_path / "b.tgz", tarfile.TarInfo("package/" + "a" * 20_000))
    with pytest.raises(PackageUnusable, match="a part of it claims"):
        list(read_archive(long_name))


def test_refuses_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_archive, "MOST_FILES", 3)
    path = write_tgz(tmp_path / "a.tgz", {f"{number}.json": b"" for number in range(4)})
    with pytest.raises(PackageUnusable, match="more than 3 members"):
        list(read_archive(path))


NO_TAR, CUT_OFF = gzip.compress(b"no tar" * 500, mtime=0), gzip.compress(b"x" * 5000, mtime=0)[:20]


@pytest.mark.parametrize("data", [b"", b"no gzip", NO_TAR, CUT_OFF])
def test_names_the_file_that_is_no_archive(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.tgz"
    path.write_bytes(data)
    with pytest.raises(PackageUnusable, match=r"a\.tgz"):
        assert list(read_archive(path)) is None


def test_a_truncated_archive_is_said_to_be_damaged(tmp_path: Path) -> None:
    import os

    path = write_tgz(tmp_path / "a.tgz", {"package.json": b"{}", "a.json": os.urandom(50_000)})
    path.write_bytes(path.read_bytes()[:30_000])
    with pytest.raises(PackageUnusable, match=r"no readable \.tgz"):
        list(read_archive(path))
