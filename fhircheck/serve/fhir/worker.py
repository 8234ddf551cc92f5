"""A worker process: questions in by a pipe, answers out; it ends when the pipe does."""

import gc
import signal
from collections.abc import Callable
from typing import Any, NamedTuple

from fhircheck.report.shown import View
from fhircheck.serve.fhir.checker import Checker, CheckPlan, Unread
from fhircheck.serve.fhir.encoding import Encoder
from fhircheck.serve.fhir.outcome import outcome_of, refusal, unread
from fhircheck.serve.fhir.question import Question
from fhircheck.serve.fhir.refusal import Refused


class Answer(NamedTuple):
    """An answer: status of HTTP, the OperationOutcome in the form asked for, its errors and warnings.

    bug: type and place of an exception that is no answer; the text of it may hold data and is not taken along.
    """

    status: int
    body: bytes
    errors: int = 0
    warnings: int = 0
    bug: str = ""


def answering(plan: CheckPlan) -> Callable[[Question], Answer]:
    """The function from a question to its answer, made once in each process."""
    checker = Checker(plan)
    checker.warm()
    encoder = Encoder(checker.types)

    def answer(question: Question) -> Answer:
        view = View("serve", question.language, plan.show_values)
        try:
            verdict, _ = checker.check(question)
            status, outcome = 200, outcome_of(verdict, view)
        except Unread as fault:
            status, outcome = 400, unread(fault.record.issues, view)
        except Refused as fault:
            status, outcome = fault.status, refusal(fault, question.language)
        levels = [issue["severity"] for issue in outcome["issue"]]
        body = encoder.encoded(outcome, question.form, question.pretty)
        return Answer(
            status, body, len(levels) - levels.count("warning") - levels.count("information"), levels.count("warning")
        )

    return answer


def work(plan: CheckPlan, questions: Any) -> None:
    """The process: say that it is ready, then answer what comes. Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    answer = answering(plan)
    questions.send("ready")
    while True:
        try:
            question = questions.recv()
        except EOFError:
            return
        gc.disable()  # parsed data has no cycles: looking for some among it costs time and frees nothing
        try:
            found = answer(question)
        except (MemoryError, RecursionError, Exception) as fault:
            found = Answer(500, b"", bug=_place(fault))
        questions.send(found)
        gc.enable()


def _place(fault: BaseException) -> str:
    """Type and place of an exception, without its text."""
    last = fault.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f" at {last.tb_frame.f_globals.get('__name__', '?')}:{last.tb_lineno}" if last else ""
    return type(fault).__name__ + where
