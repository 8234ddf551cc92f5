"""The command line in this process, with a run written by hand in place of the real one."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper

import pytest

import fhircheck.api
from fhircheck.cli import main
from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.report import messages
from fhircheck.run import RunOptions
from tests.golden.sample_reports import CLEAN, KINDS


@dataclass
class Ended:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture
def fhircheck(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Call the command line: its exit code and what it wrote."""

    def call(*args: str) -> Ended:
        out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as exit_:
            main(list(args), prog_name="fhircheck")
        for stream in (out, err):
            stream.flush()
        assert isinstance(exit_.value.code, int)
        return Ended(exit_.value.code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]

    return call


class FakeRun:
    """Stands in for the run: hands out `findings`, returns `report` or raises `error`."""

    def __init__(self) -> None:
        self.report: RunReport = CLEAN
        self.findings: list[Issue] = []
        self.error: BaseException | None = None
        self.options: RunOptions | None = None

    def __call__(self, options: RunOptions, sink: Callable[[list[Issue]], None] | None = None) -> RunReport:
        self.options = options
        for each in self.findings if sink else ():
            sink([each])  # type: ignore[misc]
        if self.error is not None:
            raise self.error
        return self.report


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    """The run that the command line will meet."""
    fake = FakeRun()
    monkeypatch.setattr("fhircheck.run.run", fake)
    monkeypatch.setattr("fhircheck.api.run", fake)
    monkeypatch.setattr(messages, "ISSUE_KINDS", KINDS)
    return fake
