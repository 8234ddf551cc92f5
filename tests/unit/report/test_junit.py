"""JUnit XML: against Jenkins' schema, and what CI servers make of it."""

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from fhircheck.model.issue import Issue, Place
from fhircheck.model.report import IssueGroup, RunReport, Verdict
from fhircheck.report import RENDERERS
from fhircheck.report.shown import Disguise, View
from tests.form_schemas import JUNIT, schema
from tests.golden.sample_reports import CLEAN, EVERYTHING

VIEW = View()


def suites(report: RunReport, view: View = VIEW) -> Any:
    written: list[str] = []
    RENDERERS["junit"].finish(report, view, written.append)
    return etree.fromstring("".join(written).encode())


@pytest.mark.parametrize("report", [CLEAN, EVERYTHING], ids=["clean", "everything"])
@pytest.mark.parametrize("view", [View(), View(language="de", show_values=True), View(names=Disguise(b"k"))])
def test_it_keeps_to_its_schema_and_counts_itself(report: RunReport, view: View) -> None:
    root = suites(report, view)
    etree.XMLSchema(etree.parse(str(schema(JUNIT)))).assertValid(root)
    for node in (root, *root):
        assert int(node.get("tests")) == len(node.findall(".//testcase"))
        assert int(node.get("failures")) == len(node.findall(".//failure"))
        assert int(node.get("errors")) == len(node.findall(".//error"))


def test_names_of_cases_are_the_same_whatever_the_counts_are() -> None:
    more = tuple(replace(each, count=each.count + 7, resources=each.resources + 7) for each in EVERYTHING.issues)
    one, two = (
        [case.get("name") for case in suites(each).iter("testcase")]
        for each in (EVERYTHING, replace(EVERYTHING, issues=more))
    )
    assert one == two


@pytest.mark.parametrize(
    ("verdict", "checked", "demands"),
    [
        (Verdict(0, ()), None, None),
        (Verdict(1, ("score x is under 90",)), None, "failure"),
        (Verdict(3, ("nothing was read",)), "error", "skipped"),
    ],
)
def test_how_the_run_ended(verdict: Verdict, checked: str | None, demands: str | None) -> None:
    cases = suites(replace(CLEAN, verdict=verdict))[0].findall("testcase")
    ends = [case[0].tag if len(case) and case[0].tag != "system-out" else None for case in cases]
    assert ends == [checked, demands]


def test_nothing_to_check_is_an_error() -> None:
    root = suites(replace(CLEAN, resources=(), coverage=None))
    assert root.get("errors") == "1"


def test_what_could_not_be_told_is_skipped_and_a_missing_profile_an_error() -> None:
    root = suites(EVERYTHING)
    by_class: dict[str, set[str]] = {}
    for case in root.iter("testcase"):
        by_class.setdefault(case.get("classname"), set()).update(each.tag for each in case)
    assert by_class["fhircheck.undecided"] == {"skipped"}
    assert by_class["fhircheck.profiles"] == {"failure", "error"}


def test_no_text_breaks_out_of_the_document() -> None:
    nasty = Issue("x]]></failure>", "error", Place('a"<b>.json', 0, "", "\x00\ufffe"), definition="<&\"'\x0b")
    group = IssueGroup("error", nasty.kind, nasty.definition, "", 1, 1, (nasty,))
    root = suites(replace(CLEAN, issues=(group,), totals=(("error", nasty.kind, 1),)))
    assert root.find(".//failure").getparent().get("file") == 'a"<b>.json'
