"""The feedback loop through the command line: findings are answered, the next run knows, what returns is told once."""

import csv
import io
import json
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

import fhircheck as library
from fhircheck.cli import main
from tests.loopback import Loopback

Call = Callable[..., tuple[int, str, str]]
BAD_DATE = {"resourceType": "Patient", "id": "p", "birthDate": "1980-02-31"}
NO_CODE = {"resourceType": "Basic", "id": "b", "subject": {"reference": "Patient/p"}}


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """The command line in this process, in a folder of its own with a history of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FHIRCHECK_HISTORY", str(tmp_path / "history.sqlite"))

    def call(*args: str) -> tuple[int, str, str]:
        out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as ended:
            main(list(args), prog_name="fhircheck")
        for stream in (out, err):
            stream.flush()
        return ended.value.code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()  # type: ignore[return-value,attr-defined]

    return call


def put(*resources: dict[str, Any]) -> None:
    text = "".join(json.dumps(each) + "\n" for each in resources)
    Path("data.ndjson").write_text(text, encoding="utf-8")


def check(call: Call) -> tuple[int, dict[str, Any]]:
    code, out, _ = call("check", "data.ndjson", "--history", "--offline", "--format", "json")
    return code, json.loads(out)


def listed(call: Call) -> dict[str, dict[str, Any]]:
    """The findings by kind."""
    code, out, _ = call("feedback", "list", "--format", "json")
    assert code == 0
    return {each["kind"]: each for each in json.loads(out)["findings"]}


def test_findings_are_answered_and_the_next_run_knows(call: Call) -> None:
    put(BAD_DATE, NO_CODE)
    assert check(call)[0] == 1
    found = listed(call)
    date, code = found["primitive-format"]["fingerprint"], found["cardinality-min"]["fingerprint"]
    assert found["primitive-format"]["state"] == "open"
    assert "31" not in found["primitive-format"]["meaning"]

    ended, _, err = call("feedback", "accept", date[:6], "--reason", "old system", "--expires", "2020-01-01")
    assert (ended, "has passed" in err) == (2, True)
    ended, out, _ = call(
        "feedback", "accept", date[:6], "--reason", "old system", "--expires", "2999-12-31", "--owner", "Klinik-IT"
    )
    assert (ended, out) == (0, f"{date}  accepted  primitive-format Patient.birthDate\n")
    assert call("feedback", "assign", code, "--owner", "Labor-IT", "--comment", "mapping")[0] == 0
    assert call("feedback", "fixed", code, "0" * 16)[0] == 2  # none of them is answered

    ended, report = check(call)
    assert (ended, report["verdict"]["outcome"]) == (1, "invalid")
    assert [each["kind"] for each in report["totals"] if each["severity"] == "error"] == ["cardinality-min"]
    assert report["accepted"][0]["what"] == f"{date} primitive-format Patient.birthDate"
    assert (report["accepted"][0]["count"], report["borne"]) == (1, 1)
    states = {each["fingerprint"]: each for each in report["states"]}
    assert (states[date]["state"], states[date]["count"]) == ("accepted", 1)
    assert states[code]["answer"]["owner"] == "Labor-IT"

    put(BAD_DATE)
    ended, report = check(call)
    assert (ended, report["verdict"]["outcome"]) == (0, "no-errors-found")
    _, text, _ = call("check", "data.ndjson", "--history", "--offline", "--language", "de")
    assert "RÜCKMELDUNGEN" in text
    assert "für Labor-IT" in text
    assert "old system" in text


def test_what_was_fixed_and_returns_is_a_regression_once(call: Call) -> None:
    put(BAD_DATE, NO_CODE)
    check(call)
    code = listed(call)["cardinality-min"]["fingerprint"]
    call("feedback", "fixed", code, "--author", "Labor-IT")
    put(BAD_DATE)
    _, report = check(call)
    assert report["history"]["changes"] == [] or "regression" not in {e["kind"] for e in report["history"]["changes"]}
    put(BAD_DATE, NO_CODE)
    _, report = check(call)
    back = [each for each in report["history"]["changes"] if each["kind"] == "regression"]
    assert [(each["what"], each["alarming"]) for each in back] == [(f"{code}|cardinality-min|Basic", True)]
    assert {each["state"] for each in report["states"] if each["fingerprint"] == code} == {"returned"}
    _, report = check(call)
    assert [each for each in report["history"]["changes"] if each["kind"] == "regression"] == []
    assert listed(call)["cardinality-min"]["state"] == "returned"


def test_a_table_goes_out_and_comes_back(call: Call) -> None:
    put(BAD_DATE, NO_CODE)
    check(call)
    assert call("feedback", "export", "--excel", "--language", "de", "--output", "out.csv")[0] == 0
    text = Path("out.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    date = next(each for each in rows if each["Art"] == "primitive-format")
    code = next(each for each in rows if each["Art"] == "cardinality-min")
    date |= {"Stand": "akzeptiert", "Grund": "Altsystem", "gilt bis": "31.12.2999"}
    code |= {"Stand": "zugewiesen"}

    def save(name: str) -> None:
        with Path(name).open("w", encoding="cp1252", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)

    save("back.csv")
    ended, out, err = call("feedback", "import", "back.csv")
    line = rows.index(code) + 2
    assert (ended, out) == (2, "")
    assert f"back.csv: line {line}: to assign needs an owner" in err
    assert {each["state"] for each in listed(call).values()} == {"open"}  # nothing half
    code["zuständig"] = "Labor-IT"
    save("back.csv")
    assert (
        call("feedback", "import", "back.csv", "--dry-run")[1]
        == f"data: 2 would be answered, {len(rows) - 2} unchanged\n"
    )
    assert call("feedback", "import", "back.csv")[1] == f"data: 2 answered, {len(rows) - 2} unchanged\n"
    assert call("feedback", "import", "back.csv")[1] == f"data: 0 answered, {len(rows)} unchanged\n"
    states = {kind: each["state"] for kind, each in listed(call).items()}
    assert (states["primitive-format"], states["cardinality-min"]) == ("accepted", "assigned")
    date["Stand"] = "behoben"
    call("feedback", "comment", date["Fingerprint"], "elsewhere")
    save("back.csv")
    ended, _, err = call("feedback", "import", "back.csv")
    assert (ended, "conflict: it was answered elsewhere" in err) == (2, True)


def test_tasks_go_out_sound_and_come_back(call: Call) -> None:
    put(BAD_DATE, NO_CODE)
    check(call)
    assert call("feedback", "export", "--format", "task", "--output", "tasks.json")[0] == 0
    report = library.validate("tasks.json", offline=True)
    assert (report.count("fatal"), report.count("error"), report.count("warning")) == (0, 0, 0)
    bundle = json.loads(Path("tasks.json").read_text(encoding="utf-8"))
    for each in bundle["entry"]:
        each["resource"]["status"] = "completed"
    Path("tasks.json").write_text(json.dumps(bundle), encoding="utf-8")
    assert call("feedback", "import", "tasks.json", "--author", "Tracker")[0] == 0
    found = listed(call)
    assert {each["state"] for each in found.values()} == {"fixed"}
    assert {each["answer"]["author"] for each in found.values()} == {"Tracker"}
    _, report_ = check(call)
    assert all(each["answer"]["author"] is None for each in report_["states"])


def job(url: str) -> str:
    return f"""name = "lab"
sources = ["data.ndjson"]
offline = true
[drift]
enabled = false
[[alerts]]
type = "webhook"
name = "hook"
url = "{url}"
retries = 0
[[alerts]]
type = "prometheus-textfile"
file = "lab.prom"
"""


def test_a_job_alerts_a_regression_once_and_that_it_is_over(call: Call) -> None:
    put(BAD_DATE, NO_CODE)
    heard: list[dict[str, Any]] = []
    down = [False]

    def answer(asked: Any) -> Any:
        if down[0]:
            return 503, {}, b""
        heard.append(json.loads(asked.body))
        return 200, {}, b""

    def told() -> list[tuple[str, str]]:
        found = [(item["key"], item["status"]) for each in heard for item in each["items"]]
        heard.clear()
        return found

    with Loopback(answer) as server:
        Path("job.toml").write_text(job(server.origin + "/hook"), encoding="utf-8")
        code, out, _ = call("alerts", "test", "job.toml", "hook")
        assert (code, out) == (0, "hook: delivered\n")
        assert heard.pop()["test"] is True
        assert call("alerts", "test", "job.toml", "pager")[0] == 2

        assert call("run", "job.toml")[0] == 1
        assert told() == [("findings", "alarm")]
        fingerprint = listed(call)["cardinality-min"]["fingerprint"]
        call("feedback", "fixed", fingerprint)
        down[0] = True
        code, out, err = call("run", "job.toml")
        assert code == 1
        assert "alert hook: not delivered: HTTP 503; the next run tries again" in out + err
        assert told() == []
        down[0] = False
        put(BAD_DATE)
        assert call("run", "job.toml")[0] == 1
        assert told() == [(f"change regression {fingerprint}|cardinality-min|Basic", "alarm")]
        put({**BAD_DATE, "birthDate": "1980-02-28"})
        assert call("run", "job.toml")[0] == 0
        assert told() == [("findings", "resolved")]
        assert call("run", "job.toml")[0] == 0
        assert told() == []
    figures = Path("lab.prom").read_text(encoding="utf-8")
    assert 'fhircheck_run_exit_code{series="lab"} 0' in figures
    assert call("alerts", "list")[1].startswith("webhook")
    assert "needed: Where the webhook's address" in call("alerts", "list", "slack")[1]
