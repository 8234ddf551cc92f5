"""The file that says what was meant to change: each wrong line is told by its place, none costs memory."""

from pathlib import Path

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.reconcile.mapping_file import load_renames, renamed_ids


def ids(folder: Path, content: bytes) -> int:
    """How many pairs of ids a file with this content gives."""
    (folder / "ids.csv").write_bytes(content)
    (folder / "map.toml").write_text('ids-file = "ids.csv"\n')
    return len(list(renamed_ids(load_renames(str(folder / "map.toml")))))


def test_ids_are_pairs_below_a_heading(tmp_path: Path) -> None:
    assert ids(tmp_path, b'\xef\xbb\xbfbefore,after\nPatient/1,Patient/2\n\n"Patient/3",Patient/4') == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Patient/1,Patient/2\nPatient/1\n", r"ids\.csv:2: must be two columns"),
        (b"Patient/1,Patient/2\npatient/1,Patient/2\n", r"ids\.csv:2: ids are written as Type/id"),
        (b"Patient/1,Patient/" + b"2" * 5_000, r"ids\.csv:\d: is no (pair of ids|CSV)"),
        (b'Patient/1,"Patient/' + b"2" * 10_000_000, r"ids\.csv:\d+: is no CSV"),
        (b'Patient/1,"Patient/2\n', r"ids\.csv:1: is no CSV"),
        (b"Patient/1,Patient/\xff\n", r"ids\.csv:\d: is no CSV"),
    ],
    ids=["one-column", "no-type", "long", "endless", "open-quote", "not-utf8"],
)
def test_what_is_no_pair_of_ids_is_told_by_its_line(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        ids(tmp_path, content)
