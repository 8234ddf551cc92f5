"""A file for each resource type, or nothing."""

from pathlib import Path

import pytest

from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.transport.ndjson_folders import NdjsonFolder, names_a_folder

OPTION = "--write-usable"


def test_a_folder_gets_a_file_for_each_type_or_nothing(tmp_path: Path) -> None:
    place = tmp_path / "out"
    assert names_a_folder(f"{place}/")
    assert not names_a_folder(str(place))
    folder = NdjsonFolder(str(place), OPTION)
    folder.write(b'{"resourceType":"Patient","id":"a"}')
    folder.discard()
    assert not place.exists()
    folder = NdjsonFolder(str(place), OPTION)
    for line in (b'{"resourceType":"Patient","id":"a"}', b'{"id":"o","resourceType":"Observation"}'):
        folder.write(line)
    assert folder.lines == 2
    folder.commit()
    assert sorted(each.name for each in place.iterdir()) == ["Observation.ndjson", "Patient.ndjson"]
    assert (place / "Observation.ndjson").read_bytes() == b'{"id":"o","resourceType":"Observation"}\n'
    with pytest.raises(UsageError, match=r"--write-usable .*out: has NDJSON files already"):
        NdjsonFolder(str(place), OPTION)
    folder.discard()
    assert not place.exists(), "all of it goes where the run fails in the end"
    with pytest.raises(UsageError, match="cannot write there: No such file"):
        NdjsonFolder(str(tmp_path / "none" / "out"), OPTION)


def test_a_type_that_is_no_name_is_no_file(tmp_path: Path) -> None:
    folder = NdjsonFolder(str(tmp_path), OPTION)
    with pytest.raises(CouldNotCheck, match="a resource has a type that is no name"):
        folder.write(b'{"resourceType": "../Patient"}')
    folder.discard()
    assert tmp_path.is_dir(), "what was there before stays"
