"""Whatever is read, in however many processes: the same findings in the same order, and no process grows with it."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.process_tree import watched

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux: memory is seen in /proc")
MEGABYTE = 1_000_000
LONG = 150 * MEGABYTE
MOST = 180 * MEGABYTE
"""Far less than the long line, and than all that is read together."""


def patient(name: str, number: int) -> dict[str, Any]:
    fault = {"birthDate": "2023-02-30"} if number % 7 == 0 else {}
    return {"resourceType": "Patient", "id": f"{name}{number}", "name": [{"text": "x" * 3000}], **fault}


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many tiny files, one of many lines, one Bundle that is split, and a line that is far too long."""
    folder = tmp_path_factory.mktemp("mix")
    for number in range(150):
        (folder / f"tiny-{number:03}.json").write_text(json.dumps(patient("t", number)))
    lines = "".join(json.dumps(patient("l", number)) + "\n" for number in range(1200))
    (folder / "lines.ndjson").write_text(lines)
    entries = [{"fullUrl": f"urn:oid:1.2.{number}", "resource": patient("b", number)} for number in range(2900)]
    (folder / "bundle.json").write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    with (folder / "long.ndjson").open("wb") as out:  # the long line takes no disk
        out.write(b'{"resourceType": "Patient", "id": "a"}\n{"resourceType": "Patient", "id": "' + b"x" * 5000)
        out.truncate(LONG)
        out.seek(0, 2)
        out.write(b'"}\n' + json.dumps(patient("z", 0)).encode() + b"\n")
    return folder


def test_one_and_three_processes_find_the_same_in_bounded_memory(mix: Path, tmp_path: Path) -> None:
    found = {}
    for jobs in ("1", "3"):
        output = tmp_path / f"{jobs}.ndjson"
        command = [sys.executable, "-m", "fhircheck", "validate", "--offline", "--format", "ndjson", "--jobs", jobs]
        done = watched([*command, "--output", str(output), str(mix)], every=0.05)
        assert done.code == 1, done.said
        assert len(done.workers) == (0 if jobs == "1" else 3)
        assert all(20 * MEGABYTE < each < MOST for each in (done.peak, *done.workers))
        found[jobs] = output.read_text(encoding="utf-8").splitlines()
    assert found["1"] == found["3"]
    kinds = [json.loads(each).get("kind") for each in found["3"]]
    assert kinds.count("primitive-format") == sum(-(-count // 7) for count in (150, 1200, 2900, 1))
    assert kinds.count("record-too-large") == 1
