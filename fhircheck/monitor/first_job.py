"""A first job file: answers -> TOML with comments that explain what else there is."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fhircheck.monitor.job_reading import is_url
from fhircheck.monitor.source_look import PackageProposal


@dataclass(slots=True)
class Answers:
    """What a first job file is made of. sign_in: keys of [connection] and their values; secrets by reference."""

    name: str
    sources: list[str]
    language: str = "en"
    sign_in: dict[str, str] = field(default_factory=dict)
    packages: list[PackageProposal] = field(default_factory=list)
    use_cases: list[str] = field(default_factory=list)
    reports: str = "reports"
    since_last: bool = False
    judge_server: bool = False


def job_text(answers: Answers, formats: Sequence[str]) -> str:
    """The file. formats: forms of report that there are (RENDERERS)."""
    return "\n".join(_lines(answers, formats)) + "\n"


def _text(value: str) -> str:
    """A TOML string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Sequence[str], indent: str = "    ") -> str:
    if not values:
        return "[]"
    return "[\n" + "".join(f"{indent}{_text(each)},\n" for each in values) + "]"


def _lines(answers: Answers, formats: Sequence[str]) -> Iterator[str]:
    yield "#:schema ./job.schema.json"
    yield "# A scheduled check for: fhircheck run FILE.   Paths are below the folder of this file."
    yield "# For editors: fhircheck run --schema > job.schema.json.   All keys: docs/how-to/scheduled-checks.md"
    yield ""
    yield f"name = {_text(answers.name)}  # of the series of runs in the history"
    yield f"sources = {_list(answers.sources)}"
    yield f"language = {_text(answers.language)}"
    yield 'deadline = "2h"  # what was checked until then is reported as partial, exit code 3'
    yield from _scope(answers)
    yield from _packages(answers.packages)
    if answers.use_cases:
        yield "# what the data has to be good for: the types that these need were seen (fhircheck use-cases list)"
    else:
        yield "# what the data has to be good for, such as research-cohort (fhircheck use-cases list)"
    yield f"use_cases = {_list(answers.use_cases)}"
    yield "# the ending says the form; %Y %m %d are filled in"
    yield f"outputs = {_list(_outputs(answers, formats))}"
    yield ""
    yield from _tables(answers)


def _scope(answers: Answers) -> Iterator[str]:
    if answers.since_last:
        yield 'since = "last"  # only what has changed since the last good run; deletions are not seen'
        yield 'whole_every = "7d"  # but all of it once a week'
    else:
        yield '# since = "last"  # only what has changed since the last good run'


def _packages(packages: Sequence[PackageProposal]) -> Iterator[str]:
    missing = [each.label.partition("#")[0] for each in packages if not each.installed]
    if packages:
        yield "# they publish the profiles that the data claims"
    else:
        yield "# FHIR packages with profiles, NAME#VERSION; the data that was seen claims none that is known here"
    if missing:
        yield f"# not installed here yet: fhircheck packages install {' '.join(missing)}"
    yield f"packages = {_list([each.label for each in packages])}"


def _outputs(answers: Answers, formats: Sequence[str]) -> list[str]:
    first = "html" if "html" in formats else "txt"
    return [f"{answers.reports}/{{name}}-%Y-%m-%d.{first}", f"{answers.reports}/{{name}}.json"]


def _tables(answers: Answers) -> Iterator[str]:
    if answers.sign_in:
        yield "[connection]  # secrets are named by where they are: env:NAME, file:PATH or keyring:SERVICE/USER"
        yield from (f"{name} = {_text(value)}" for name, value in answers.sign_in.items())
        yield ""
    yield "[thresholds]"
    yield 'fail_on = "error"  # least severity that makes exit code 1: error, warning, never'
    yield "# min_coverage = 80  # exit code 3 where less of the checks could be decided"
    yield "# min_score = { interoperability = 80, ai-readiness = 70 }"
    yield "# fail_on_drift = true  # exit code 1 where something has changed that alarms"
    yield ""
    yield "[history]  # where runs are remembered: a file, or postgresql://USER@HOST/DATABASE"
    yield f"# store = {_text('history.sqlite')}"
    yield 'keep = 400\nolder_than = "730d"  # older runs go, but for the newest 400'
    yield ""
    yield "[drift]  # what a run is compared with: the last so many runs, or a baseline"
    yield "last = 7"
    yield ""
    if any(map(is_url, answers.sources)):
        off = "" if answers.judge_server else "# "
        yield f"{off}[server]  # judge the server too, and say what an update of it has changed"
        yield f"{off}probes = true"
        yield ""
    yield "# Who is told, only when something changes (fhircheck alerts test FILE sends a test)"
    yield '# [[alerts]]\n# type = "mattermost"\n# url = "env:MATTERMOST_WEBHOOK"'
