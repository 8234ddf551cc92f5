"""The library's front door."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import fhircheck
from fhircheck.model.errors import UsageError
from fhircheck.model.report import RunReport
from fhircheck.run import RunOptions
from tests.golden.sample_reports import CLEAN


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    calls: list[tuple] = []

    def run(options: RunOptions, sink=None) -> RunReport:
        calls.append((options, sink))
        return CLEAN

    monkeypatch.setattr("fhircheck.api.run", run)
    return calls


def test_check_measures_and_validate_does_not(asked: list[tuple]) -> None:
    assert fhircheck.check("a.json") is CLEAN
    assert fhircheck.validate(Path("b"), "c") is CLEAN
    fhircheck.validate("d", min_score=50)
    assert [each.measure for each, _ in asked] == [True, False, True]
    assert [each.sources for each, _ in asked] == [("a.json",), ("b", "c"), ("d",)]


def test_options_are_taken_as_written(asked: list[tuple]) -> None:
    fhircheck.check(
        "a", profiles="http://p", packages=["x#1", Path("y.tgz")], min_score=66.6, min_coverage="99.9%", jobs=2
    )
    options, sink = asked[0]
    assert options.profiles == ("http://p",)
    assert options.packages == ("x#1", "y.tgz")
    assert (options.min_score, options.min_coverage) == (Fraction(666, 10), Fraction(999, 10))
    assert sink is None


def test_sink_is_passed_on(asked: list[tuple]) -> None:
    fhircheck.validate("a", sink=print)
    assert asked[0][1] is print


@pytest.mark.parametrize(
    "options",
    [{"jobs": -1}, {"jobs": "2"}, {"sample": 0}, {"min_score": 101}, {"min_coverage": "x"}, {"fail_on": "errors"},
     {"min_score": float("nan")}, {"jobs": True}, {"memory_limit": "1 MB"}, {"memory_limit": "much"}],
)  # fmt: skip
def test_options_that_make_no_sense(asked: list[tuple], options: dict) -> None:
    with pytest.raises(UsageError, match=next(iter(options))):
        fhircheck.check("a", **options)
    assert asked == []


def test_unknown_options_and_no_sources(asked: list[tuple]) -> None:
    for door in (fhircheck.check, fhircheck.validate, fhircheck.follow):
        with pytest.raises(UsageError, match=r"'profile'.*profiles"):
            door("a", profile="http://p")
    with pytest.raises(UsageError, match="nothing to check"):
        fhircheck.check()


def test_public_names() -> None:
    assert dir(fhircheck) == sorted(fhircheck.__all__)
    assert fhircheck.RunReport is RunReport
    assert fhircheck.RunOptions is RunOptions
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        fhircheck.chek  # noqa: B018


@pytest.mark.parametrize(
    "first", ["import fhircheck.validate", "from fhircheck.validate import KINDS", "fhircheck.validate", ""]
)
def test_validate_is_a_stage_and_a_function_in_whatever_order(first: str, project_root: Path) -> None:
    last = "import fhircheck.validate as stage\nassert callable(fhircheck.validate) and stage.KINDS"
    code = f"import fhircheck\n{first}\n{last}"
    subprocess.run([sys.executable, "-c", code], cwd=project_root, check=True)
