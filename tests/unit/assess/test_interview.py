"""The questions one after the other, what is entered, the way back, and the response in between."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fhircheck.assess.answer_file import AnswerFile
from fhircheck.assess.answers import Answers, pruned
from fhircheck.assess.form import shipped
from fhircheck.assess.interview import Interview, entered_values
from fhircheck.assess.response import answers_of, checked, response_of
from fhircheck.model.errors import UsageError

FORM = shipped()


@pytest.mark.parametrize(
    ("link", "entered", "values", "fault"),
    [
        ("cases", "30000", (30000,), ""),
        ("cases", "", (), ""),
        ("cases", "-1", (), "bounds"),
        ("cases", "1.5", (), "bounds"),
        ("cases", "NaN", (), "bounds"),
        ("rto", "1,5", (Decimal("1.5"),), ""),
        ("rto", "9000", (), "bounds"),
        ("restoreTest", "31.5.2026", ("2026-05-31",), ""),
        ("restoreTest", "5.2026", ("2026-05",), ""),
        ("restoreTest", "2026-02-30", (), "date"),
        ("restoreTest", "T12:00", (), "date"),
        ("owner", "2", ("state",), ""),
        ("owner", "0", (), "number"),
        ("owner", "1 2", (), "number"),
        ("owner", "²", (), "number"),
        ("outsourced", "1, 2,1", ("mail", "archive"), ""),
        ("outsourced", "1,11", (), "exclusive"),
        ("outsourced", "11", ("none",), ""),
        ("outsourced", "x", (), "several"),
        ("name", "x" * 201, (), "long"),
    ],
)
def test_what_is_entered(link: str, entered: str, values: tuple[Any, ...], fault: str) -> None:
    assert entered_values(FORM.question(link), entered) == (values, fault)


def lead(interview: Interview, entered: dict[str, str], more: dict[str, int]) -> list[str]:
    """Answer all that is asked; the linkIds in their order."""
    order = []
    while (place := interview.next()) is not None:
        if place.question is None:
            interview.more(place, place.index < more.get(place.group.link, 0))
            continue
        order.append(place.question.link)
        text = entered.get(place.question.link, "1" if place.question.required else "")
        assert interview.answer(place, text) == ""
    return order


def test_follow_up_questions_come_when_an_answer_asks_for_them() -> None:
    small = lead(Interview(FORM, Answers()), {"cases": "29999"}, {"applications": 1})
    large = lead(Interview(FORM, Answers()), {"cases": "30000", "today": "5"}, {"applications": 1})
    assert set(large) - set(small) >= {"kritisRegistered", "attestation", "processorContract", "healthData"}
    assert len(large) == len(set(large))


def test_the_way_back_undoes_each_step() -> None:
    interview = Interview(FORM, Answers())
    lead(interview, {"cloudList": "1"}, {"applications": 2, "ai": 1})
    assert len(interview.answers.repeated["applications"]) == 2
    while interview.back():
        pass
    assert interview.next() == Interview(FORM, Answers()).next()
    assert not any(interview.answers.single.values())
    assert interview.answers.repeated["applications"] == []


def test_an_interrupted_interview_goes_on_where_it_was() -> None:
    """Also with what was left open on purpose, and with what a document shows."""
    interview = Interview(FORM, Answers())
    while True:
        place = interview.next()
        assert place is not None
        if place.question is None:
            break
        interview.answer(place, "1" if place.question.link == "cloudList" else "")
        if interview.wants_proof(place):
            interview.prove(place, "List of 2026-05-31")
    kept = response_of(FORM, interview.answers, "in-progress", "2026-11-22T10:00:00Z")
    again = Interview(FORM, answers_of(FORM, checked(kept, "kept")))
    assert again.next() == place
    assert again.answers.single["cloudList.evidence"] == ("List of 2026-05-31",)
    assert again.answers.single["owner"] == ()
    assert again.progress() == interview.progress()


def test_answers_to_what_is_not_asked_do_not_count() -> None:
    answers = Answers({"cases": (100,), "kritisRegistered": ("no",)}, {"applications": [{"application": ("kis",),
                      "today": ("on-premise",), "target": ("stay",), "attestation": ("none",)}]})  # fmt: skip
    kept = pruned(FORM, answers)
    assert "kritisRegistered" not in kept.single
    assert "attestation" not in kept.repeated["applications"][0]
    kept = pruned(FORM, Answers({"cases": (30000,), "kritisRegistered": ("no",)}))
    assert kept.single["kritisRegistered"] == ("no",)


def test_another_form_is_not_read() -> None:
    for node in (
        {"resourceType": "Patient"},
        [],
        {"resourceType": "QuestionnaireResponse", "questionnaire": "http://x"},
    ):
        with pytest.raises(UsageError):
            checked(node, "file")


def test_a_file_that_has_changed_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    one, other = (AnswerFile(FORM, str(tmp_path / "answers.json")) for _ in range(2))
    before = one.revision()
    other.keep(Answers({"cases": (1,)}), "in-progress", before)
    with pytest.raises(UsageError, match="meanwhile"):
        one.keep(Answers({"cases": (2,)}), "in-progress", before)
    one.keep(Answers({"cases": (3,)}), "in-progress", one.revision())
    assert other.load().single == {"cases": (3,)}
    assert [path.name for path in tmp_path.iterdir()] == ["answers.json"]
