"""No personal value in what is remembered and told: history, job logs, alerts, answers, differences, served pages.

The same faulty, marked files as in test_markers.py, through a job that runs twice, and everything that follows from it.
"""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import urljoin

import pytest

from fhircheck.report import RENDERERS
from fhircheck.report.endings import ENDINGS as OUTPUT_FORMS
from tests.loopback import Loopback
from tests.marked_home import Home, leaks, marked_home, unpacked

JOB = """
name = "night"
sources = ["data"]
offline = true
language = "{language}"
use_cases = ["telemedicine-vital-signs"]
outputs = [{outputs}]
[history]
store = "night.sqlite"
[[alerts]]
type = "webhook"
url = "{hook}"
[[alerts]]
type = "prometheus-textfile"
file = "night.prom"
"""


ENDINGS = {ending: form for ending, form in OUTPUT_FORMS.items() if form in RENDERERS}


class Told(NamedTuple):
    """A folder in which a job ran twice, the second time in German and with less data; what its webhook was sent."""

    home: Home
    bodies: list[str]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    made = marked_home(tmp_path_factory.mktemp("home"))
    with Loopback(lambda asked: (200, {}, b"")) as hook:
        for language, gone in (("en", "narrative-*"), ("de", "[a-d]*.json")):
            endings = (".json",) if language == "en" else ENDINGS
            outputs = ", ".join(f'"out-{language}{ending}"' for ending in endings)
            job = JOB.format(language=language, hook=f"{hook.origin}/hook", outputs=outputs)
            (made.folder / "night.toml").write_text(job)
            for path in (made.folder / "data").glob(gone):
                path.unlink()
            made.assert_clean(made.run("run", "night.toml", "--log-file", "night.log"), {1})
        return Told(made, [each.body.decode() for each in hook.asked])


def test_the_job_leaves_no_marker(told: Told) -> None:
    """All its reports, its database and its log were searched as it ran; here that they are there."""
    folder = told.home.folder
    written = {path.name for path in folder.iterdir()}
    assert written >= {"night.sqlite", "night.log", "night.prom", *(f"out-de{ending}" for ending in ENDINGS)}
    assert len((folder / "night.log").read_text().splitlines()) > 10
    packed = sum(map(len, unpacked(folder / "night.sqlite")))
    assert packed > 100_000, "the documents of the runs were unpacked and searched"


def test_no_alert_tells_a_marker(told: Told) -> None:
    assert told.bodies
    assert [leaks(each, told.home.marks) for each in told.bodies if leaks(each, told.home.marks)] == []


AFTERWARDS: dict[str, tuple[str, ...]] = {
    "feedback-csv": ("feedback", "export", "--output", "answers.csv", "--language", "de"),
    "feedback-task": ("feedback", "export", "--format", "task", "--output", "tasks.json"),
    "history-export": ("history", "export", "--output", "copy.ndjson"),
    "history-show": ("history", "show", "night@1", "--language", "de", "--explain"),
    "diff": ("diff", "night@1", "night@2", "--language", "de", "--fail-on", "never"),
}


@pytest.mark.parametrize("name", AFTERWARDS)
def test_nothing_made_of_the_history_shows_a_marker(name: str, told: Told) -> None:
    done = told.home.run(*AFTERWARDS[name], "--history", "night.sqlite")
    told.home.assert_clean(done, {0})


@pytest.fixture
def served(told: Told) -> Iterator[str]:
    """The address of ``fhircheck serve``; when it is over, its log is searched too."""
    process = told.home.start("serve", "--port", "0", "--offline", "--history", "night.sqlite", "--log-format", "json")
    assert process.stderr is not None
    lines = []
    try:
        while not (found := re.search(r"serving (\S+?)/ ", lines[-1] if lines else "")):
            lines.append(process.stderr.readline().decode())
            assert lines[-1], lines
        yield found[1]
    finally:
        process.terminate()
        _, rest = process.communicate(timeout=30)
    assert leaks("".join(lines) + rest.decode(), told.home.marks) == []


def test_no_served_page_and_no_answer_shows_a_marker(told: Told, served: str) -> None:
    marks, seen, ahead = told.home.marks, set[str](), [f"{served}/"]
    while ahead and len(seen) < 25:
        url = ahead.pop(0)
        if url in seen:
            continue
        seen.add(url)
        text = answer(url, language="de" if len(seen) % 2 else "en")
        assert leaks(text, marks) == [], url
        links = (urljoin(url, unescape(each)) for each in re.findall(r'href="([^"#]+)', text))
        ahead += [each for each in links if each.startswith(served)]
    assert len(seen) > 8
    for path in sorted((told.home.folder / "data").glob("*"))[::2]:
        kind = "application/fhir+xml" if path.suffix == ".xml" else "application/fhir+json"
        text = answer(f"{served}/fhir/$validate", path.read_bytes(), kind)
        assert "OperationOutcome" in text
        assert leaks(text, marks) == [], path.name


def answer(url: str, body: bytes | None = None, kind: str = "", language: str = "en") -> str:
    """The text of an answer, whatever its status."""
    headers = {"Accept-Language": language, **({"Content-Type": kind} if kind else {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as found:
            return str(found.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as refused:
        return refused.read().decode("utf-8", "replace")
