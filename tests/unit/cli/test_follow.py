"""`fhircheck follow`: wrong use is one line, before anything is read."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.follow_lag import lines

WRONG = {
    "server": (("http://example.org/fhir",), "a server is not followed"),
    "missing": (("missing.ndjson",), "No such file"),
    "window": (("x.ndjson", "--window", "7m", "--every", "5m"), "whole number of steps"),
    "hash-ids": (("x.ndjson", "--hash-ids", "--checkpoint", "kept"), "leave one of the two out"),
    "alerts": (("x.ndjson", "--alerts", "job.toml"), "--history"),
    "replay": (("x.ndjson", "--replay"), "standard input"),
    "span": (("x.ndjson", "--late", "soon"), "a span of time such as"),
    "until": (("x.ndjson", "--until", "soon"), "a moment such as"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_wrong_use_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fhircheck: Any, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.ndjson").write_bytes(b"".join(lines(1)))
    ended = fhircheck("follow", *arguments, "--offline")
    assert ended.code in (2, 3)
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not Path("kept").exists()
