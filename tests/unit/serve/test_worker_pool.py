"""Workers are processes: what hangs or dies is answered, and the next question finds a new one."""

import os
import signal
import time
from typing import Any

import pytest

from fhircheck.serve.fhir import worker_pool
from fhircheck.serve.fhir.question import Question
from fhircheck.serve.fhir.refusal import Refused
from fhircheck.serve.fhir.worker import Answer
from fhircheck.serve.fhir.worker_pool import WorkerPool


def stand_in(plan: Any, questions: Any) -> None:
    """A worker that does what the question says."""
    questions.send("ready")
    while True:
        try:
            question = questions.recv()
        except EOFError:
            return
        if question.body == b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        if question.body == b"hang":
            signal.pause()
        questions.send(Answer(200, str(os.getpid()).encode()))


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(worker_pool, "work", stand_in)
    found = WorkerPool(None, 1, 0.3)  # type: ignore[arg-type]
    found.start()
    yield found
    found.close()


def test_workers_that_die_hang_or_are_worn_are_replaced(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    first = pool.ask(Question(b"")).body
    assert pool.ask(Question(b"")).body == first
    with pytest.raises(Refused) as died:
        pool.ask(Question(b"die"))
    assert (died.value.status, died.value.code) == (500, "exception")
    second = pool.ask(Question(b"")).body
    began = time.monotonic()
    with pytest.raises(Refused) as late:
        pool.ask(Question(b"hang"))
    assert time.monotonic() - began < 10, "the limit of this pool is 0.3 s"
    assert (late.value.status, late.value.code) == (503, "timeout")
    third = pool.ask(Question(b"")).body
    monkeypatch.setattr(worker_pool, "SERVED", 1)
    fourth = pool.ask(Question(b"")).body
    assert len({first, second, third, fourth}) == 4
    assert pool.healthy
    pool.close()
    assert not pool.healthy
    with pytest.raises(Refused):
        pool.ask(Question(b""))
