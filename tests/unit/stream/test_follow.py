"""Following what is there, and going on from a checkpoint: the report is that of a check."""

import os
from pathlib import Path

from fhircheck.model.issue import Issue
from fhircheck.run import run
from tests.unit.stream.streams import START, as_bytes, followed, line, observation, patient, run_of


def test_a_folder_that_is_there_gives_the_report_of_a_check(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.ndjson").write_bytes(b"".join(line(patient(each)) for each in range(3)) + b"\n" + line(observation(1)))
    (data / "b.json").write_bytes(line(observation(2)))
    os.utime(data / "b.json", (START - 60, START - 60))
    (data / "half.ndjson").write_bytes(line(observation(3)) + b'{"resourceType": "Pat')
    (data / "empty.json").write_bytes(b"")
    (data / "picture.png").write_bytes(b"")
    expected = as_bytes(run(run_of(str(data))))
    store = str(tmp_path / "kept")
    found: list[Issue] = []
    first = followed(str(data), checkpoint=store, sink=found.extend)
    assert [each.final for each in first] == [True]
    assert as_bytes(first[-1].total) == expected
    assert found, "findings are handed on"
    again: list[Issue] = []
    second = followed(str(data), checkpoint=store, sink=again.extend)
    assert as_bytes(second[-1].total) == expected
    assert {each.place.source for each in again} == {str(data / name) for name in ("half.ndjson", "empty.json")} | {
        str(data)
    }, "only what waits for its end is looked at again"
