"""Options of the command line become RunOptions and a View."""

from fractions import Fraction

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.reconcile import comparing
from fhircheck.reconcile.comparing import CompareOptions
from fhircheck.report.shown import View
from fhircheck.run import RunOptions
from tests.golden.sample_reports import EVERYTHING, FINDINGS


def test_defaults(fhircheck, run) -> None:
    fhircheck("check", "a.json", "b")
    assert run.options == RunOptions(sources=("a.json", "b"))
    fhircheck("validate", "a.json")
    assert run.options == RunOptions(sources=("a.json",), measure=False)


def test_every_option_arrives(fhircheck, run) -> None:
    fhircheck(
        "check", "-", "--profile", "http://a", "--profile", "p.json", "--package", "x#1.0.0", "--jobs", "0",
        "--memory-limit", "2GiB", "--sample", "10", "--min-coverage", "99.9%", "--fail-on", "warning",
        "--min-score", "66.6", "--offline", "--rubric", "my.toml", "--package-cache", "cache", "--registry", "https://r.example.org",
    )  # fmt: skip
    assert run.options == RunOptions(
        sources=("-",), profiles=("http://a", "p.json"), packages=("x#1.0.0",), jobs=0, memory_limit=2 << 30, sample=10,
        min_coverage=Fraction(999, 10), fail_on="warning", min_score=Fraction(666, 10), offline=True, rubric="my.toml",
        package_cache="cache", registries=("https://r.example.org",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "count"), [("", 1 << 30), ("1GB", 1_000_000_000), ("2GiB", 2 << 30), ("300M", 300 << 20)]
)
def test_sizes_of_compare_are_those_of_check(fhircheck, monkeypatch, size: str, count: int) -> None:
    asked = []

    def compared(options: CompareOptions, sink: object) -> None:
        asked.append(options.memory)
        raise UsageError("enough")

    monkeypatch.setattr(comparing, "run_comparison", compared)
    assert fhircheck("compare", "a", "b", *(("--memory-limit", size) if size else ())).code == 2
    with pytest.raises(UsageError, match="enough"):
        comparing.compare("a", "b", **({"memory_limit": size} if size else {}))
    assert asked == [count, count]


def test_a_score_asked_for_is_measured(fhircheck, run) -> None:
    fhircheck("validate", "a.json", "--min-score", "50")
    assert run.options.measure


def test_language(fhircheck, run, monkeypatch) -> None:
    assert fhircheck("check", "x", "--language", "de").stdout.startswith("GÜLTIG")
    monkeypatch.setenv("FHIRCHECK_LANGUAGE", "de")
    assert fhircheck("check", "x").stdout.startswith("GÜLTIG")
    assert fhircheck("check", "x", "--language", "en").stdout.startswith("VALID")


def test_values_and_ids(fhircheck, run, monkeypatch) -> None:
    run.report, run.findings = EVERYTHING, FINDINGS
    assert "1980-02-31" not in fhircheck("validate", "x").stdout
    assert "1980-02-31" in fhircheck("validate", "x", "--show-values").stdout
    hidden = [fhircheck("validate", "x", "--hash-ids").stdout for _ in range(2)]
    assert all("4711" not in each for each in hidden)
    assert hidden[0] != hidden[1]
    monkeypatch.setenv("FHIRCHECK_HASH_KEY", "the same key")
    same = [fhircheck("validate", "x", "--hash-ids") for _ in range(2)]
    assert same[0] == same[1]
    assert "the same key" not in same[0].stdout


@pytest.mark.parametrize(
    ("tty", "environment", "color"),
    [
        (False, {}, False),
        (True, {}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_color_only_for_a_terminal_that_wants_it(
    monkeypatch, tty: bool, environment: dict[str, str], color: bool
) -> None:
    from fhircheck.cli import run_command

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: tty, raising=False)
    assert run_command.screen(True)[1] is color
    assert run_command.screen(False) == (80, False)


def test_width_is_80_in_a_pipe_whatever_the_environment_says(fhircheck, run, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    run.report = EVERYTHING
    wide = fhircheck("check", "x").stdout
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert fhircheck("check", "x").stdout == wide


def test_a_view_shows_nothing_private_by_default() -> None:
    assert View().show_values is False
