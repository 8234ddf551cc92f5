"""The folder a fetch writes: whole or not at all, resumable at every byte, every resource once."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fhircheck.fetch import FetchFolder, Line, line_of, read_manifest
from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.model.issue import Issue, Place, params

ASKED = {"base": "http://127.0.0.1/fhir", "types": ["Patient"]}


def line(name: str, kind: str = "Patient", version: str = "1", expected: bool = False, **more: Any) -> Line:
    node = {"resourceType": kind, "id": name, "meta": {"versionId": version}, **more}
    return line_of(json.dumps(node).encode(), expected=expected)


def ids(path: Path) -> list[str]:
    return [json.loads(each)["id"] for each in path.read_text().splitlines()]


def test_a_whole_fetch_appears_with_its_manifest(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with FetchFolder(str(out), ASKED) as folder:
        folder.append("Patient", [line("a"), line("b")], "page 2")
        assert not out.exists()
        folder.append("Patient", [line("c"), line("d", "Group")], done=True)
        folder.append("old", [line("x", "Bundle")], done=True, folder="deleted")
        found = folder.finish({"server": "http://127.0.0.1/fhir"})
    assert sorted(os.listdir(out)) == ["Group.ndjson", "Patient.ndjson", "deleted", "manifest.json"]
    assert os.listdir(tmp_path) == ["out"]
    assert ids(out / "Patient.ndjson") == ["a", "b", "c"]
    assert ids(out / "deleted" / "Bundle.ndjson") == ["x"]
    assert found == read_manifest(out)
    assert found["complete"] is True
    assert [(each["type"], each["count"]) for each in found["output"]] == [("Group", 1), ("Patient", 3)]
    assert [each["file"] for each in found["deleted"]] == ["deleted/Bundle.ndjson"]
    for each in found["output"]:
        data = (out / each["file"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (each["bytes"], each["sha256"])


def test_numbers_and_texts_stay_as_they_were_sent() -> None:
    text = b'{\r\n  "resourceType": "Basic", "id":"a",\n "x": 1.50e+03,'
    text += b' "t": "a  \\u00e4  b",\n"n": 12345678901234567890.10\n}'
    kept = line_of(text)
    assert kept.text == (
        b'{"resourceType": "Basic", "id":"a","x": 1.50e+03, "t": "a  \\u00e4  b","n": 12345678901234567890.10}'
    )
    one = b'{ "resourceType": "Basic",  "id": "a" }'
    assert line_of(one).text == one


@pytest.mark.parametrize("text", [b"{}", b"[]", b'{"resourceType": "../x"}', b'{"resourceType": 5}', b"{", b""])
def test_what_is_no_resource_is_no_line(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - jiter's message is its own
        line_of(text)


def test_a_stopped_fetch_goes_on_behind_its_cursor(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    with FetchFolder(out, ASKED) as folder:
        assert not folder.resumed
        folder.append("Patient", [line("a")], "2")
        working = folder.working
    with open(working / ".parts" / "1", "ab") as torn:
        torn.write(b'{"resourceType": "Pati')
    with FetchFolder(out, ASKED) as folder:
        assert folder.resumed
        assert (folder.cursor("Patient"), folder.cursor("other")) == ("2", "")
        assert not folder.is_done("Patient")
        folder.append("Patient", [line("b")], "3", done=True)
        folder.finish({})
    assert ids(tmp_path / "out" / "Patient.ndjson") == ["a", "b"]


def test_a_fault_while_writing_takes_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = str(tmp_path / "out")
    with FetchFolder(out, ASKED) as folder:
        folder.append("Patient", [line("a")], "2")

        def full(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("fhircheck.fetch.staging.os.fsync", full)
            with pytest.raises(CouldNotCheck, match="No space left"):
                folder.append("Patient", [line("b")], "3")
        assert (folder.cursor("Patient"), folder.count("Patient")) == ("2", 1)
        folder.append("Patient", [line("b"), line("c")], "3", done=True)
        folder.finish({})
    assert ids(tmp_path / "out" / "Patient.ndjson") == ["a", "b", "c"]


def test_a_resource_is_written_once(tmp_path: Path) -> None:
    with FetchFolder(str(tmp_path / "out"), ASKED) as folder:
        folder.expect(["one", "two", "three"])
        folder.append("two", [line("b"), line("c"), line("c"), line("o", "Organization", expected=True)], done=True)
        folder.append("one", [line("a"), line("b"), line("o", "Organization", expected=True)], "2")
        folder.append("one", [line("a"), line("o", "Organization", expected=True)], done=True)
        folder.append("three", [line("b", version="2"), line("d")], done=True)
        assert (folder.repeated("one"), folder.repeated("two")) == (1, 1)
        assert folder.repeats_across() == 1
        assert folder.versions_mixed() == 1
        found = folder.finish({})
    assert ids(tmp_path / "out" / "Patient.ndjson") == ["a", "b", "c", "b", "d"]
    assert ids(tmp_path / "out" / "Organization.ndjson") == ["o"]
    assert [each["repeated"] for each in found["output"]] == [1, 1]


def test_resources_without_id_or_version(tmp_path: Path) -> None:
    nameless = line_of(b'{"resourceType": "Patient"}')
    plain, other = (
        line_of(b'{"resourceType": "Patient", "id": "a", "active": %s}' % each) for each in (b"true", b"false")
    )
    with FetchFolder(str(tmp_path / "out"), ASKED) as folder:
        assert folder.append("p", [nameless, nameless, plain, plain, other], done=True) == 4
        folder.finish({})


def test_the_order_of_files_is_that_of_parts(tmp_path: Path) -> None:
    with FetchFolder(str(tmp_path / "out"), ASKED) as folder:
        folder.expect(["one", "two", "empty"])
        for number in range(5):
            folder.append("two", [line(f"two-{number}")])
            folder.append("one", [line(f"one-{number}"), line(f"g-{number}", "Group")])
        for part in ("empty", "two", "one"):
            folder.append(part, [], done=True)
        folder.finish({})
    expected = [f"{part}-{number}" for part in ("one", "two") for number in range(5)]
    assert ids(tmp_path / "out" / "Patient.ndjson") == expected
    assert ids(tmp_path / "out" / "Group.ndjson") == [f"g-{number}" for number in range(5)]


def test_a_part_that_was_given_up_keeps_the_folder_hidden(tmp_path: Path) -> None:
    out = tmp_path / "out"
    issue = Issue("server-page-failed", "error", Place("http://127.0.0.1/fhir/Patient"), params(page=2, reason="x"))
    with FetchFolder(str(out), ASKED) as folder:
        folder.append("Patient", [line("a")], "2")
        folder.append("Group", [line("g", "Group")], done=True)
        folder.give_up("Patient", issue)
        found = folder.finish({})
        assert found == read_manifest(folder.working)
    assert found["complete"] is False
    assert [each["kind"] for each in found["findings"] if each["gaveUp"]] == ["server-page-failed"]
    assert {each["type"]: each["count"] for each in found["output"]} == {"Group": 1, "Patient": 1}
    assert not out.exists()
    with FetchFolder(str(out), ASKED) as folder:
        assert folder.issues() == []
        folder.append("Patient", [line("b")], done=True)
        assert folder.finish({})["complete"] is True
    assert ids(out / "Patient.ndjson") == ["a", "b"]


def test_an_incomplete_fetch_may_be_put_in_place(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with FetchFolder(str(out), ASKED) as folder:
        folder.append("Patient", [line("a")], "2")
        assert folder.finish({}, partial=True)["complete"] is False
    assert ids(out / "Patient.ndjson") == ["a"]


def test_a_part_may_begin_again(tmp_path: Path) -> None:
    with FetchFolder(str(tmp_path / "out"), ASKED) as folder:
        folder.append("Group", [line("a", "Group")], done=True)
        folder.append("Patient", [line("a"), line("gone")], "2")
        folder.begin_again("Patient")
        assert (folder.cursor("Patient"), folder.count("Patient")) == ("", 0)
        folder.append("Patient", [line("a"), line("b")], done=True)
        folder.finish({})
    assert ids(tmp_path / "out" / "Patient.ndjson") == ["a", "b"]
    assert ids(tmp_path / "out" / "Group.ndjson") == ["a"]


def test_only_one_run_writes_into_a_folder(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    with FetchFolder(out, ASKED):
        with pytest.raises(CouldNotCheck, match="another run"):
            FetchFolder(out, ASKED)
        code = f"from fhircheck.fetch import FetchFolder\nFetchFolder({out!r}, {ASKED!r})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "another run" in done.stderr
    FetchFolder(out, ASKED).close()


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    file, full, empty = tmp_path / "file", tmp_path / "full", tmp_path / "empty"
    file.write_text("x")
    full.mkdir()
    empty.mkdir()
    (full / "manifest.json").write_text('{"output": []}')
    for restart in (False, True):
        with pytest.raises(UsageError, match="no folder"):
            FetchFolder(str(file), ASKED, restart)
        with pytest.raises(UsageError, match="something else"):
            FetchFolder(str(full), ASKED, restart)
        with pytest.raises(UsageError, match="cannot write"):
            FetchFolder(str(tmp_path / "missing" / "out"), ASKED, restart)
    assert sorted(os.listdir(tmp_path)) == ["empty", "file", "full"]
    with FetchFolder(str(empty), ASKED) as folder:
        folder.append("Patient", [line("a")], done=True)
        folder.finish({})
    assert ids(empty / "Patient.ndjson") == ["a"]


def test_another_fetch_is_not_mixed_in(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    with FetchFolder(out, ASKED) as folder:
        folder.append("Patient", [line("a")], "2")
        folder.note("since", "2026")
    with pytest.raises(UsageError, match="something else"):
        FetchFolder(out, {"base": "http://127.0.0.1/other"})
    with FetchFolder(out, ASKED) as folder:
        assert folder.noted("since") == "2026"
    with FetchFolder(out, {"base": "http://127.0.0.1/other"}, restart=True) as folder:
        assert (folder.resumed, folder.count("Patient"), folder.noted("since")) == (False, 0, "")


def finished(out: Path, name: str, restart: bool = False) -> None:
    with FetchFolder(str(out), ASKED, restart) as folder:
        folder.append("Patient", [line(name)], done=True)
        folder.finish({})


def test_a_finished_fetch_is_replaced_only_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "out"
    finished(out, "a")
    with pytest.raises(UsageError, match="finished fetch"):
        FetchFolder(str(out), ASKED)
    with FetchFolder(str(out), ASKED, restart=True) as folder:
        folder.append("Patient", [line("b")], "2")
        assert ids(out / "Patient.ndjson") == ["a"]
    finished(out, "c")  # goes on with what will replace it
    assert ids(out / "Patient.ndjson") == ["b", "c"]
    assert os.listdir(tmp_path) == ["out"]


def test_a_damaged_state_is_said(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    with FetchFolder(out, ASKED) as folder:
        folder.append("Patient", [line("a")], "2")
        working = folder.working
    (working / ".parts" / "1").write_bytes(b"")
    with FetchFolder(out, ASKED) as folder, pytest.raises(CouldNotCheck, match="damaged"):
        folder.append("Patient", [line("b")], "3")
    (working / ".state.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(CouldNotCheck, match="damaged"):
        FetchFolder(out, ASKED)


class Stopped(BaseException):
    """What stands in for a kill."""


@pytest.mark.parametrize("limit", range(20))
def test_the_end_may_be_stopped_at_any_step(limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `limit` steps on the disk everything stops; what lies there then is gone on with, as after a kill."""
    out = tmp_path / "out"
    folder = FetchFolder(str(out), ASKED)
    folder.expect(["one", "two", "three", "four"])
    for number in range(3):
        folder.append("one", [line(f"one-{number}")])
        folder.append("two", [line(f"two-{number}"), line("one-1"), line(f"g-{number}", "Group")])
        folder.append("three", [line(f"two-{number}"), line(f"three-{number}")])
        folder.append("four", [line(f"g4-{number}", "Group")])
    for part in ("one", "two", "three", "four"):
        folder.append(part, [], done=True)
    steps = 0

    def counted(patched: pytest.MonkeyPatch, name: str) -> None:
        real = getattr(os, name)

        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps > limit:
                raise Stopped
            return real(*args, **kwargs)

        patched.setattr(os, name, step)

    monkeypatch.setattr("fhircheck.fetch.merging._COMMIT", 1)
    with monkeypatch.context() as patched:
        for name in ("replace", "unlink", "fsync", "truncate", "rename", "rmdir"):
            counted(patched, name)
        with contextlib.suppress(Stopped):
            folder.finish({})
    stopped = not (out / "manifest.json").exists()
    copy = tmp_path / "copy"
    if stopped:
        shutil.copytree(folder.working, copy)  # what a kill would have left: nothing that a close could still write
        folder.close()
        shutil.rmtree(folder.working)
        os.rename(copy, folder.working)
        with FetchFolder(str(out), ASKED) as folder:
            assert all(folder.is_done(part) for part in ("one", "two", "three", "four"))
            assert folder.finish({})["complete"] is True
    assert ids(out / "Patient.ndjson") == [
        *(f"one-{number}" for number in range(3)), *(f"two-{number}" for number in range(3)),
        *(f"three-{number}" for number in range(3)),
    ]  # fmt: skip
    assert ids(out / "Group.ndjson") == [f"{group}-{number}" for group in ("g", "g4") for number in range(3)]
    assert stopped == (limit < 16)
