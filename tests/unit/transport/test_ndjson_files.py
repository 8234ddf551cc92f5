"""Lines take their place at the end, or what stood there stays."""

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.errors import CouldNotCheck
from fhircheck.transport import whole_file
from fhircheck.transport.ndjson_files import NdjsonFile


@pytest.mark.parametrize(("name", "unpacked"), [("a.ndjson", bytes), ("a.ndjson.gz", gzip.decompress)])
def test_where_the_end_fails_the_file_of_before_stays(
    name: str, unpacked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    for line in (b"1", b"2"):
        file = NdjsonFile(str(path), "--write-valid")
        file.write(line)
        file.commit()
        file.discard()  # after the end: nothing
    path.chmod(0o640)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    file = NdjsonFile(str(path), "--write-valid")
    file.write(b"3")
    with monkeypatch.context() as patched:
        patched.setattr(whole_file.os, "replace", full)
        with pytest.raises(CouldNotCheck, match=r"^--write-valid .*: could not be written: No space left on device$"):
            file.commit()
    file.discard()
    assert (unpacked(path.read_bytes()), os.listdir(tmp_path)) == (b"2\n", [name])
    assert path.stat().st_mode & 0o777 == 0o640
