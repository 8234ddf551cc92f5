"""One answer on its way through the checks of its question's type."""

from typing import NamedTuple

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.validate.lenient import Typed
from fhircheck.validate.questionnaire.form import Form, Question


class Answered(NamedTuple):
    """An answer with its question. answer, spot: where the answer and its value stand. answers: how many there are."""

    question: Question
    value: Typed
    answer: Spot
    spot: Spot
    answers: int
    form: Form
    around: Surroundings

    def undecided(self, reason: str, detail: str = "") -> None:
        """Note that a check of this answer could not be made."""
        self.around.undecided(reason, detail or self.form.canonical)
