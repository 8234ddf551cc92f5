"""A file is read whole up to its bound, or the one line that says why names it."""

from pathlib import Path

import pytest

from fhircheck.model.errors import SourceUnusable, UsageError
from fhircheck.transport.bounded_file import read_bounded


def test_a_file_at_its_bound_is_read_and_one_beyond_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x" * 2048)
    assert read_bounded(path, 2048, "job data") == b"x" * 2048
    with pytest.raises(UsageError) as told:
        read_bounded(path, 1024, "job data")
    assert str(told.value) == "job data: larger than 1 KiB"
    with path.open("wb") as file:
        file.truncate((2 << 20) + 1)
    with pytest.raises(SourceUnusable) as told:
        read_bounded(path, 2 << 20, "data", SourceUnusable)
    assert str(told.value) == "data: larger than 2 MiB"


@pytest.mark.parametrize(
    ("name", "said"), [("missing", "no such file or directory"), ("", "is a directory"), ("a\0b", "cannot be read")]
)
def test_why_a_file_cannot_be_read_is_one_line(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as told:
        read_bounded(f"{tmp_path}/{name}", 1, "job data")
    assert str(told.value) == f"job data: {said}"
    with pytest.raises(UsageError, match=f"^job data: {said.upper()}$"):
        read_bounded(f"{tmp_path}/{name}", 1, "job data", reason=str.upper)
