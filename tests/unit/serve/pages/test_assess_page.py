"""The questions about the hospital as pages: answered, kept, followed up, refused, reported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from fhircheck.assess.answer_file import AnswerFile
from fhircheck.assess.form import shipped
from fhircheck.history.store import Store
from fhircheck.serve.pages.site import Site
from fhircheck.serve.pages.stored import Stored
from fhircheck.serve.sessions import Sessions
from tests.needs import ROOT


@pytest.fixture
def file(tmp_path: Path) -> AnswerFile:
    return AnswerFile(shipped(), str(tmp_path / "answers.json"))


@pytest.fixture
def visitor(client_of: Callable[..., Any], tmp_path: Path, file: AnswerFile) -> Any:
    sessions = Sessions("fhircheck-8014", False)
    site = Site(Stored(str(tmp_path / "none.sqlite")), sessions, "en", assessment=file)
    return client_of(pages=site, sessions=sessions)


def sent(client: Any, path: str, **entered: Any) -> Any:
    """The form at `path` as a browser sends it, with what was entered."""
    form = html.fromstring(client.get(path).text).forms[-1]
    values = {name: "" if value == "on" else value for name, value in form.form_values()}  # lxml: "on" for empty
    fields = {**values, "action": "keep", **entered}
    return client.post(path.partition("?")[0], data=fields, follow_redirects=False)


def test_answers_are_kept_and_further_questions_follow(visitor: Any, file: AnswerFile) -> None:
    answer = sent(visitor, "/assess/hospital", cases="31000", owner="church", outsourced=["mail", "archive"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/assess/applications?index=0&note=kept")
    kept = file.load()
    assert kept.single["cases"] == (31000,)
    assert kept.single["outsourced"] == ("mail", "archive")
    assert kept.single["land"] == ()
    assert "KRITIS: is the hospital registered" in visitor.get("/assess/rules").text
    answer = sent(visitor, "/assess/applications", application="archive", product="<b>d.3</b>")
    assert answer.headers["location"] == "/assess/applications?index=0&note=more"
    page = visitor.get("/assess/applications?index=0").text
    assert "&lt;b&gt;d.3&lt;/b&gt; (Document archive)" in page
    assert "<b>d.3" not in page
    answer = sent(visitor, "/assess/applications?index=0", action="add")
    assert answer.headers["location"] == "/assess/applications?index=1&note=kept"
    sent(visitor, "/assess/applications?index=1", application="kis")
    assert [each["application"] for each in file.load().repeated["applications"]] == [("archive",), ("kis",)]
    sent(visitor, "/assess/applications?index=0", action="remove")
    assert [each["application"] for each in file.load().repeated["applications"]] == [("kis",)]


def test_a_part_that_repeats_can_be_passed_over(visitor: Any, file: AnswerFile) -> None:
    answer = sent(visitor, "/assess/applications")
    assert answer.status_code == 303, " ".join(html.fromstring(answer.text).text_content().split())[:600]
    assert answer.headers["location"] == "/assess/rules?index=0&note=kept"
    assert not file.there()


def test_faults_are_named_and_nothing_is_kept(visitor: Any, file: AnswerFile) -> None:
    answer = sent(visitor, "/assess/hospital", cases="many", turnover="-1", name="Haus")
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert page.get_element_by_id("cases").get("value") == "many"
    assert page.get_element_by_id("cases").get("aria-describedby").split() == ["cases-help", "cases-fault"]
    assert "2 entries" in page.text_content()
    assert not file.there()


def test_what_somebody_else_changed_meanwhile_stays(visitor: Any, file: AnswerFile) -> None:
    form = dict(html.fromstring(visitor.get("/assess/hospital").text).forms[-1].form_values())
    sent(visitor, "/assess/hospital", cases="100")
    answer = visitor.post("/assess/hospital", data={**form, "cases": "200", "action": "keep"}, follow_redirects=False)
    assert answer.status_code == 409
    assert file.load().single["cases"] == (100,)


def test_forms_of_other_sessions_and_parts_that_are_not_there(visitor: Any, file: AnswerFile) -> None:
    visitor.get("/assess")
    assert visitor.post("/assess/hospital", data={"form_token": "0" * 64, "action": "keep"}).status_code == 403
    assert visitor.get("/assess/nowhere").status_code == 404
    assert not file.there()


def test_the_report_in_both_languages_under_its_own_policy(visitor: Any) -> None:
    sent(visitor, "/assess/hospital", name="Haus <i>", cloudList="no")
    for language, words in (
        ("en", "List all cloud services"),
        ("de", "Alle Cloud-Dienste mit Gesundheitsdaten auflisten"),
    ):
        answer = visitor.get("/assess/report", headers={"Accept-Language": language})
        assert words in answer.text
        assert "Haus &lt;i&gt;" in answer.text
        assert "script" not in answer.headers["content-security-policy"]
        assert "sha256-" in answer.headers["content-security-policy"]


def test_the_report_stands_beside_the_runs_of_the_history(visitor: Any, file: AnswerFile, tmp_path: Path) -> None:
    example = ROOT / "sample_bundles" / "readiness" / "small-public-cloud"
    Path(file.path).write_bytes((example / "answers.json").read_bytes())
    before = html.fromstring(visitor.get("/assess/report").text).text_content()
    assert "archive@" not in before
    with Store.open(str(tmp_path / "none.sqlite")) as store:
        for series, name in (("archive", "archive"), ("archive", "archive"), ("nightly", "data")):
            store.add_run(series, json.loads((example / f"{name}.json").read_text(encoding="utf-8")))
    after = html.fromstring(visitor.get("/assess/report").text).text_content()
    assert "archive@2" in after
    assert "archive@1" not in after
    assert "nightly@1" in after
    assert after.count("contradicted") > before.count("contradicted")


def test_without_a_file_the_page_says_how(client_of: Callable[..., Any], tmp_path: Path) -> None:
    sessions = Sessions("fhircheck-8014", False)
    client = client_of(pages=Site(Stored(str(tmp_path / "none.sqlite")), sessions, "en"), sessions=sessions)
    assert "--assessment FILE" in client.get("/assess").text
    assert client.get("/assess/hospital").status_code == 404
    assert client.get("/assess/report").status_code == 404
