"""A response checked by our own validator, against our own Questionnaire."""

from dataclasses import dataclass
from importlib.resources import as_file, files

from fhircheck.model.issue import Issue


@dataclass(frozen=True, slots=True)
class AnswerFinding:
    """A fault of the answers. place: FHIRPath of the item, with its question where it is known."""

    severity: str
    kind: str
    place: str
    issue: Issue

    def text(self, language: str) -> str:
        """What is wrong, without the answer itself."""
        from fhircheck.report.messages import message
        from fhircheck.report.shown import View

        return message(self.issue, View("assess", language))


def check_file(path: str) -> list[AnswerFinding]:
    """Errors and warnings of a file that holds a QuestionnaireResponse. Raises CouldNotCheck where it is unreadable."""
    from fhircheck.run import RunOptions, run

    found: list[Issue] = []
    with as_file(files("fhircheck.assess").joinpath("shipped")) as folder:
        run(RunOptions((path,), packages=(str(folder),), offline=True, measure=False), found.extend)
    return [
        AnswerFinding(each.severity, each.kind, each.place.expression, each)
        for each in found
        if each.severity in ("fatal", "error", "warning")
    ]
