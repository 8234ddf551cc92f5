"""Findings as a table and as Tasks: what goes out comes back the same, in whatever way a spreadsheet saves it."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import STATES, Answer, FindingState, revision
from fhircheck.report.feedback_csv import COLUMNS, Reading, feedback_csv, read_feedback_csv
from fhircheck.report.feedback_rows import FeedbackRow, feedback_rows
from fhircheck.report.feedback_tasks import read_tasks, task_bundle
from tests.golden.sample_reports import EVERYTHING, MISSING_STATUS
from tests.golden.sample_reports import STATES as SAMPLES

ROWS = feedback_rows(SAMPLES, EVERYTHING, "en")
LANGUAGES = ("en", "de")


def state(answer: Answer | None, name: str = "a" * 16) -> FindingState:
    return FindingState(
        name, "max-length", "error", "Basic.x", "http://p|1", "Basic.x", 3, answer, "2026-01-01T00:00:00Z"
    )


def row(answer: Answer | None, meaning: str = "too long") -> FeedbackRow:
    return FeedbackRow(state(answer), meaning, revision(answer))


def unchanged(reading: Reading, rows: list[FeedbackRow]) -> bool:
    """Whether what was read is what was written."""
    if reading.faults or len(reading.given) != len(rows):
        return False
    return all(
        each.answer.fingerprint == row.state.fingerprint
        and each.revision == row.revision
        and revision(each.answer) == (each.written or row.revision)
        for each, row in zip(reading.given, rows, strict=True)
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_comes_back_however_it_was_saved(language: str, separator: str, encoding: str) -> None:
    text = feedback_csv(ROWS, language, separator)
    assert unchanged(read_feedback_csv(text.encode(encoding)), ROWS)
    assert unchanged(read_feedback_csv(f"sep={separator}\r\n{text}".encode(encoding)), ROWS)


def test_a_table_says_in_plain_words_what_is_wrong_and_where() -> None:
    (line,) = [
        each for each in csv.DictReader(io.StringIO(feedback_csv(feedback_rows(SAMPLES, EVERYTHING, "de"), "de")))
        if each["Fingerprint"] == f"fp-{MISSING_STATUS[0].fingerprint}"
    ]  # fmt: skip
    assert line["Stand"] == "wieder da"
    assert line["was nicht stimmt"] == "status: mindestens 1 nötig, gefunden 0"
    assert (line["wo"], line["Anzahl"], line["zuständig"]) == ("Observation", "1204", "Labor-IT")
    assert len(line) == len(COLUMNS)


def test_no_value_of_the_data_goes_out() -> None:
    out = feedback_csv(ROWS, "en") + json.dumps(task_bundle(ROWS, "lab", "en"))
    assert "1980-02-31" not in out
    assert "MÃ¼ller" not in out


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-2", "@SUM(A1)", "\tx", "＝1", "'=x", "''-", "'", "''", "a=b", '=A("x")']
)
def test_formulas_are_neutralised_and_come_back(text: str) -> None:
    given = Answer("a" * 16, "assigned", owner="IT", comment=text.strip())
    cells = next(csv.DictReader(io.StringIO(feedback_csv([row(given, text)], "en"))))
    assert not any(each.startswith(tuple("=+-@\t＝＋－＠")) for each in cells.values())
    assert unchanged(read_feedback_csv(feedback_csv([row(given, text)], "en").encode()), [row(given)])


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30).map(str.strip)


@given(st.sampled_from(STATES), WORDS, WORDS, WORDS, st.sampled_from(LANGUAGES), st.sampled_from(",;\t"))
def test_any_answer_comes_back_in_a_table(
    state_: Any, reason: str, owner: str, comment: str, language: str, separator: str
) -> None:
    told = Answer("0123456789abcdef", state_, reason, owner, "2026-06-30", comment)
    rows = [FeedbackRow(state(told, told.fingerprint), comment, revision(told))]
    assert unchanged(read_feedback_csv(feedback_csv(rows, language, separator, bom=True).encode()), rows)


@given(st.sampled_from(STATES), WORDS, WORDS, WORDS)
def test_any_answer_that_is_sound_comes_back_in_a_task(state_: Any, reason: str, owner: str, comment: str) -> None:
    told = Answer(
        "0123456789abcdef", state_, reason or "r", owner or "IT", "2026-06-30", comment, at="2026-02-01T00:00:00+00:00"
    )
    rows = [FeedbackRow(state(told, told.fingerprint), comment, revision(told))]
    read = read_tasks(json.dumps(task_bundle(rows, "lab", "en")).encode())
    assert unchanged(read, rows)
    assert read.given[0].answer.state == state_
    if state_ == "accepted":
        assert (read.given[0].answer.reason, read.given[0].answer.expires) == (reason or "r", "2026-06-30")


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("fp-1.23E+15,open", "the fingerprint is none"),
        (",open", "the fingerprint is none"),
        (f"{'a' * 16},erledigt", "state: must be one of open, accepted, assigned, fixed"),
        (f"{'b' * 16},open", "the same fingerprint as line 2"),
    ],
)
def test_rows_that_cannot_be_read_are_named_by_line(cells: str, fault: str) -> None:
    read = read_feedback_csv(f"fingerprint,state\r\n{'b' * 16},fixed\r\n\r\n{cells}\r\n".encode())
    assert [each.answer.state for each in read.given] == ["fixed"]
    ((place, told),) = read.faults
    assert place == "line 4"
    assert told.startswith(fault)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "no column is called fingerprint or state"),
        (b"a,b\r\n", "no column is called"),
        (b"fingerprint\r\n", "no column is called state"),
        (b'fingerprint,state\r\n"x\r\n', "line 2: is no CSV"),
        (b"\xff\xfe\x00", "no text"),
        (b'fingerprint,state\r\n"' + b"x" * 200_000 + b'"\r\n', "line 2: is no CSV"),
    ],
)
def test_what_is_no_such_table_is_refused(data: bytes, fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        read_feedback_csv(data)


def test_days_as_german_excel_writes_them_and_lines_in_cells() -> None:
    text = (
        f'Fingerprint;Stand;gilt bis;Grund\r\nfp-{"a" * 16};AKZEPTIERT;1.6.2026;"zwei\nZeilen"\r\nfp-{"b" * 16};x;;\r\n'
    )
    read = read_feedback_csv(text.encode("cp1252"))
    assert read.given[0].answer == Answer("a" * 16, "accepted", "zwei\nZeilen", "", "2026-06-01", origin="csv")
    assert read.faults[0][0] == "line 4"


@pytest.mark.parametrize("language", LANGUAGES)
def test_tasks_are_sound_fhir(language: str) -> None:
    bundle = task_bundle(ROWS, "lab", language)
    Bundle.model_validate(bundle)
    told = {each["resource"]["status"]: each["resource"] for each in bundle["entry"]}
    assert set(told) == {"requested", "accepted", "completed", "rejected"}
    assert told["rejected"]["statusReason"]["text"] == "device 7"
    assert told["rejected"]["restriction"]["period"]["end"] == "2026-06-30"
    assert told["accepted"]["owner"]["type"] == "Organization"
    assert all(each["authoredOn"] <= each["lastModified"] for each in told.values())
    assert unchanged(read_tasks(json.dumps(bundle).encode()), ROWS)


def answered(**changes: Any) -> Any:
    """What a Task of an open finding gives once somebody has changed it."""
    bundle = task_bundle([row(None)], "lab", "en")
    bundle["entry"][0]["resource"] |= changes
    return read_tasks(json.dumps(bundle).encode())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "completed"}, Answer("a" * 16, "fixed", origin="task")),
        ({"status": "in-progress", "owner": {"reference": "Organization/it"}},
         Answer("a" * 16, "assigned", owner="Organization/it", origin="task")),
        ({"owner": {"display": "Labor-IT"}}, Answer("a" * 16, "assigned", owner="Labor-IT", origin="task")),
        ({"status": "rejected", "statusReason": {"text": "old"},
          "restriction": {"period": {"end": "2026-06-30T10:00:00Z"}}},
         Answer("a" * 16, "accepted", "old", "", "2026-06-30", origin="task")),
        ({"status": "failed", "note": [{"text": "no"}, {"text": "way"}]},
         Answer("a" * 16, "open", comment="no\nway", origin="task")),
    ],
)  # fmt: skip
def test_what_others_make_of_a_task_is_an_answer(changes: dict[str, Any], told: Answer) -> None:
    read = answered(**changes)
    assert read.faults == ()
    assert read.given[0].answer == told
    assert revision(told) != read.given[0].written


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"status": "entered-in-error"}, "status: must be one of"),
        ({"status": ["x"]}, "status: must be one of"),
        ({"status": "in-progress"}, "needs an owner"),
        ({"owner": {"reference": "Practitioner/1"}}, "not a Practitioner"),
        ({"owner": {"type": "Practitioner", "display": "Dr. X"}}, "not a Practitioner"),
    ],
)
def test_a_task_that_is_no_answer_is_named(changes: dict[str, Any], fault: str) -> None:
    read = answered(**changes)
    assert read.given == ()
    ((place, told),) = read.faults
    assert place == "entry 1"
    assert fault in told


@pytest.mark.parametrize("data", [b"[]", b'{"resourceType": "Patient"}', b"{", b'"x"'])
def test_what_is_no_bundle_of_tasks_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        read_tasks(data)


def test_other_tasks_of_a_bundle_are_left_alone_and_two_answers_are_a_fault() -> None:
    bundle = task_bundle([row(None)], "lab", "en")
    bundle["entry"] += [{"resource": {"resourceType": "Task", "status": "draft"}}, None, dict(bundle["entry"][0])]
    read = read_tasks(json.dumps(bundle).encode())
    assert (len(read.given), read.faults) == (1, (("entry 4", "the same fingerprint as entry 1"),))


def test_an_empty_list_of_findings_is_an_empty_bundle() -> None:
    Bundle.model_validate(task_bundle([], "lab", "en"))
    unknown = replace(state(None), kind="", expression="", definition="", profile="")
    Bundle.model_validate(task_bundle([FeedbackRow(unknown, "", revision(None))], "lab", "de"))
