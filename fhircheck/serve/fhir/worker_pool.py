"""Workers that validate: processes, so that several run at once and one that hangs can be ended."""

import contextlib
import signal
import threading
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fhircheck.model.errors import CouldNotCheck
from fhircheck.serve.fhir.checker import CheckPlan
from fhircheck.serve.fhir.question import Question
from fhircheck.serve.fhir.refusal import Refused
from fhircheck.serve.fhir.worker import Answer, work

SERVED = 50_000
"""Questions after which a worker is replaced by a new one: what it remembers does not grow without end."""
START_SECONDS = 120.0


class Worker:
    """One process. It knows the day it was started on, since profiles are in force by the day."""

    def __init__(self, plan: CheckPlan, context: Any) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(plan, theirs), name="fhircheck-validate", daemon=True)
        self._process.start()
        theirs.close()
        self._ready = False
        self._served = 0
        self._day = datetime.now(UTC).date()

    def wait_ready(self) -> None:
        """Until its definitions are open. Raises CouldNotCheck where it died on the way."""
        if self._ready:
            return
        try:
            self._ready = self._pipe.poll(START_SECONDS) and self._pipe.recv() == "ready"
        except (EOFError, OSError):
            self._ready = False
        if not self._ready:
            raise CouldNotCheck("a process that validates could not be started")

    @property
    def worn(self) -> bool:
        """Whether it is time for a new one."""
        return not self.alive or self._served >= SERVED or self._day != datetime.now(UTC).date()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return bool(self._process.is_alive())

    def ask(self, question: Question, seconds: float) -> Answer:
        """The answer. Raises Refused where there was none in time, or the process died."""
        self._served += 1
        try:
            self._pipe.send(question)
            if not self._pipe.poll(seconds):
                self.end()
                raise Refused(503, "timeout", "timeout", seconds=round(seconds))
            answer: Answer = self._pipe.recv()
        except (EOFError, OSError):
            self.end()
            raise Refused(500, "exception", "died") from None
        return answer

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join(5)
        with contextlib.suppress(OSError):
            self._pipe.close()


class WorkerPool:
    """As many workers as were asked for; each question goes to one that is free. Used from several threads."""

    def __init__(self, plan: CheckPlan, jobs: int, seconds: float) -> None:
        import multiprocessing

        self._plan = plan
        self._jobs = jobs
        self._seconds = seconds
        # never by fork: the server has threads, and a lock of one may stay held in the copy for ever
        self._context = multiprocessing.get_context("spawn")
        self._free: deque[Worker] = deque()
        self._turn = threading.Semaphore(jobs)
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    def start(self) -> None:
        """Start all workers and wait until they are ready. Raises CouldNotCheck where one is not."""
        for _ in range(self._jobs):
            self._free.append(self._made())
        for worker in list(self._free):
            worker.wait_ready()

    def ask(self, question: Question) -> Answer:
        """The answer of the next worker that is free; blocks until then. Raises Refused."""
        with self._turn:
            worker = self._free.popleft()
            try:
                if worker.worn:
                    worker = self._replaced(worker)
                worker.wait_ready()
                return worker.ask(question, self._seconds)
            except CouldNotCheck:
                raise Refused(500, "exception", "died") from None
            finally:
                self._free.append(worker if worker.alive else self._again(worker))

    @property
    def healthy(self) -> bool:
        """Whether at least one worker runs."""
        with self._lock:
            return not self._closed and any(worker.alive for worker in self._all)

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            self._closed = True
            workers, self._all = list(self._all), set()
        for worker in workers:
            worker.end()

    def _replaced(self, old: Worker) -> Worker:
        old.end()
        with self._lock:
            self._all.discard(old)
        return self._made()

    def _again(self, dead: Worker) -> Worker:
        """A new worker at once, which gets ready while others answer; the dead one where all comes to an end."""
        try:
            return self._replaced(dead)
        except (Refused, OSError):
            return dead

    def _made(self) -> Worker:
        with self._lock:
            if self._closed:
                raise Refused(503, "transient", "busy")
            with _deaf():
                worker = Worker(self._plan, self._context)
            self._all.add(worker)
            return worker


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """While a process is started: it inherits that Ctrl-C is not for it, also before it can say so itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
