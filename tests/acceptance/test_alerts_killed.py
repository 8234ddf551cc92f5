"""A run that is killed while it tells somebody: the next run tells it again, under the same ids, and then no more."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.loopback import Asked, Loopback, Reply

JOB = """name = "lab"
sources = ["data.json"]
offline = true
[drift]
enabled = false
[history]
store = "history.sqlite"
[[alerts]]
type = "webhook"
url = "{url}"
retries = 0
"""


def test_what_a_killed_run_was_telling_is_told_again_under_the_same_ids(tmp_path: Path, project_root: Path) -> None:
    (tmp_path / "data.json").write_text('{"resourceType": "Patient", "birthDate": "1980-02-31"}', encoding="utf-8")
    heard: list[dict[str, Any]] = []
    running: list[subprocess.Popen[bytes]] = []
    deadly = True

    def answer(asked: Asked) -> Reply:
        heard.append(json.loads(asked.body))
        if deadly:  # it has arrived, and nobody will ever note that it was told
            os.kill(running[-1].pid, signal.SIGKILL)
        return 200, {}, b""

    def run() -> int:
        command = [sys.executable, "-m", "fhircheck", "run", "job.toml"]
        environment = {**os.environ, "PYTHONPATH": str(project_root), "XDG_STATE_HOME": str(tmp_path)}
        running.append(
            subprocess.Popen(
                command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        return running[-1].wait(timeout=120)

    with Loopback(answer) as server:
        (tmp_path / "job.toml").write_text(JOB.format(url=server.base), encoding="utf-8")
        assert run() == -signal.SIGKILL
        deadly = False
        assert run() == 1
        assert run() == 1
    assert [each["id"] for each in heard] == [heard[0]["id"]] * 2
    assert [[item["id"] for item in each["items"]] for each in heard] == [[heard[0]["items"][0]["id"]]] * 2
    assert [each["run"]["number"] for each in heard] == [1, 2]
    assert heard[0]["items"][0]["since"] == heard[1]["items"][0]["since"]
