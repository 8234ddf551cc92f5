"""A report that is there, written in any form; and several files at once, each whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.report import RENDERERS, Renderer
from fhircheck.report.endings import checked_form
from fhircheck.report.shown import View
from fhircheck.report.worst_findings import examples
from fhircheck.transport.whole_file import named_file

Write = Callable[[str], None]
Sink = Callable[[list[Issue]], None]
LISTING = ("ndjson", "csv")
"""Forms that are a list of all findings: of a report that is there they hold its examples alone."""
MEASURED = ("csv-measures", "measure-report")
"""Forms that say nothing where nothing was measured."""


def write_report(report: RunReport, view: View, form: str, write: Write) -> int:
    """Write a report in one form (a name of RENDERERS); how many of its findings a list in it had to leave out.

    The findings themselves have gone by: forms that list them get the examples that the report holds.
    """
    renderer, held = RENDERERS[form], examples(report)
    sink = renderer.sink(view, write)
    if sink is not None:
        sink(held)
    renderer.finish(report, view, write)
    whole = sum(count for _, _, count in report.totals)
    return max(whole - len(held), 0) if form in LISTING else 0


def write_reports(report: RunReport, view: View, paths: Iterable[str]) -> dict[str, int]:
    """Write a report into files, the form of each by its ending (endings.ENDINGS); each is there whole or not at all.

    Returns for each path how many findings a list in it had to leave out (see `write_report`). Raises UsageError for an
    ending that says no form and a place that cannot be written to, CouldNotCheck where writing fails.
    """
    given = [(path, known_form(path)) for path in paths]
    with ExitStack() as stack:
        opened = [(path, form, stack.enter_context(file_for(path))) for path, form in given]
        return {path: write_report(report, in_file(view), form, write) for path, form, write in opened}


class ReportFiles:
    """Files that are written beside a run: findings as they are found, the rest at its end.

    sink: what is to get the findings; None where no form wants them.
    """

    def __init__(self, forms: Sequence[tuple[Renderer, Write]], view: View) -> None:
        self._forms, self._view = forms, in_file(view)
        self.sink = together(renderer.sink(self._view, write) for renderer, write in forms)

    def complete(self, report: RunReport) -> None:
        """Write what is left to write when the run is over."""
        for renderer, write in self._forms:
            renderer.finish(report, self._view, write)


@contextmanager
def report_files(paths: Iterable[str], view: View, measured: bool = True) -> Iterator[ReportFiles]:
    """Files for a run that is about to begin; they take their places when the block succeeds.

    measured: False for a run without measures. Raises as `write_reports` does, before anything is read.
    """
    given = [(path, known_form(path)) for path in paths]
    for path, form in given:
        if form in MEASURED and not measured:
            raise UsageError(f"--report {path}: measures are counted by fhircheck check alone")
    with ExitStack() as stack:
        yield ReportFiles([(RENDERERS[form], stack.enter_context(file_for(path))) for path, form in given], view)


def in_file(view: View) -> View:
    """`view` as a file holds it: the same bytes whatever the screen is like."""
    return replace(view, width=80, color=False)


def together(sinks: Iterable[Sink | None]) -> Sink | None:
    """One sink that hands findings on to several; None where there is none."""
    found = [each for each in sinks if each is not None]
    if len(found) < 2:
        return found[0] if found else None

    def hand_on(issues: list[Issue]) -> None:
        for each in found:
            each(issues)

    return hand_on


def known_form(path: str) -> str:
    """The form of a file by its ending. Raises UsageError where there is none."""
    form = checked_form(path)
    if form not in RENDERERS:
        raise UsageError(f"--report {path}: there is no form {form}; there are {', '.join(RENDERERS.names)}")
    return form


@contextmanager
def file_for(path: str, option: str = "--report") -> Iterator[Write]:
    """A function that writes text to the file at `path`, which takes its place when the block succeeds.

    Raises UsageError where it cannot be made there, CouldNotCheck where writing it fails.
    """
    with named_file(path, option) as file:

        def write(text: str) -> None:
            try:
                file.write(text.encode("utf-8", "replace"))
            except OSError as error:
                raise CouldNotCheck(f"{option} {path}: could not be written: {error.strerror}") from None

        yield write
        try:
            file.flush()
        except OSError as error:
            raise CouldNotCheck(f"{option} {path}: could not be written: {error.strerror}") from None
