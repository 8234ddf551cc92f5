"""A stored report read again: other versions of the format, and faults that are named by their place."""

import copy
import json
from typing import Any

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.report import RENDERERS
from fhircheck.report.json import document
from fhircheck.report.messages import message
from fhircheck.report.read_report import language_of, load_report, read_report
from fhircheck.report.shown import Disguise, View
from tests.golden.sample_reports import EVERYTHING

DOCUMENT = json.loads(json.dumps(document(EVERYTHING, View())))
NEW_MEMBERS = ("language", "census", "history", "states", "servers", "since")


def of_1_1(language: str = "en") -> dict[str, Any]:
    """The report as format 1.1 wrote it."""
    old = copy.deepcopy(json.loads(json.dumps(document(EVERYTHING, View(language=language)))))
    old["format_version"] = "1.1"
    for name in NEW_MEMBERS:
        old.pop(name, None)
    for group in old["issues"]:
        for each in group["examples"]:
            for name in ("definition", "params", "value", "record", "offset"):
                del each[name]
    for each in old["measures"]:
        for place in each["examples"]:
            del place["record"], place["offset"]
    for each in old["actions"]:
        del each["texts"]
    return old


def test_format_1_1_keeps_its_texts_and_fingerprints() -> None:
    report = read_report(of_1_1("de"))
    for group, stored in zip(report.issues, of_1_1("de")["issues"], strict=True):
        for issue, example in zip(group.examples, stored["examples"], strict=True):
            assert message(issue, View(language="en")) == example["message"], "nothing else is known of it"
            assert issue.fingerprint == example["fingerprint"]
    assert report.actions[0].title.english == EVERYTHING.actions[0].title.german
    assert report.measures[0].share == EVERYTHING.measures[0].share


@pytest.mark.parametrize("form", [each for each in RENDERERS.names if each != "measure-report"])
def test_format_1_1_becomes_every_form(form: str) -> None:
    written: list[str] = []
    RENDERERS[form].finish(read_report(of_1_1()), View(), written.append)
    assert form == "ndjson" or "".join(written)


def test_a_report_with_hidden_names_stays_as_it_was() -> None:
    hidden = json.loads(json.dumps(document(EVERYTHING, View(names=Disguise(b"k")))))
    assert json.loads(json.dumps(document(read_report(hidden), View()))) == hidden


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("header",), None, "header: is missing"),
        (("header", "duration"), "x", "header.duration: must be a number"),
        (("verdict", "exit_code"), -1, "verdict.exit_code: must be a whole number of at least 0"),
        (("measures", 2, "status"), "odd", "measures[2].status: must be one of passed"),
        (("measures", 0, "numerator"), 10**9, "measures[0].numerator: must not be more than the denominator"),
        (("measures", 0, "threshold", "maximum_failing"), {"numerator": 1, "denominator": 0},
         "measures[0].threshold.maximum_failing: must be a share of two whole numbers"),
        (("measures", 0, "by"), {}, "measures[0].by: must be a list"),
        (("measures", 0, "by", 1), 7, "measures[0].by[1]: must be an object"),
        (("measures", 2, "interval"), [1], "measures[2].interval: must be two numbers"),
        (("issues", 1, "examples", 0, "severity"), "bad", "issues[1].examples[0].severity: must be one of fatal"),
        (("issues", 1, "examples", 0, "params", 0, "value"), True, "issues[1].examples[0].params[0].value: must be"),
        (("scores", 0, "parts", 0, "weight"), None, "scores[0].parts[0].weight: is missing"),
        (("scores", 0, "critical"), [1], "scores[0].critical[0]: must be a text"),
        (("actions", 0, "owner"), "nobody", "actions[0].owner: must be one of clinic"),
        (("notes",), "text", "notes: must be a list"),
        (("states",), [{"count": "x"}], "states: cannot be read"),
        (("census",), {"systems": 1}, "census: cannot be read"),
        (("coverage",), 0.5, "coverage: must be a share of two whole numbers"),
        (("totals", 0, "count"), 1.5, "totals[0].count: must be a whole number of at least 0"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_place(path: tuple[str | int, ...], value: Any, told: str) -> None:
    wrong = copy.deepcopy(DOCUMENT)
    node: Any = wrong
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    with pytest.raises(UsageError) as fault:
        read_report(wrong)
    assert str(fault.value).startswith(told)


def test_the_file_is_named_too(tmp_path: Any) -> None:
    file = tmp_path / "run.json"
    file.write_text(json.dumps({**DOCUMENT, "scores": 1}), encoding="utf-8-sig")
    with pytest.raises(UsageError, match=r"^report .*run\.json: scores: must be a list$"):
        load_report(str(file))


def test_the_language_it_was_written_in() -> None:
    assert language_of({"language": "de"}) == "de"
    assert language_of({}) == "en"
