"""Worker processes as their parent sees them: started, given portions, listened to, replaced when they die."""

import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, cast

from fhircheck.distribute.start_method import start_context
from fhircheck.distribute.worker import AGAIN, END, ONE_DONE, READY, Answer, serve
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.file_span import packed

STARTS = 3
"""So many times in a row a process may die before it is ready."""
_GRACE = 2.0
"""Seconds that a process has to end by itself."""


class Portion(NamedTuple):
    """Consecutive chunks that one worker gets at once.

    first: number of the first one. deaths: how many workers have died at it (of one chunk alone).
    """

    first: int
    chunks: Sequence[Any]
    deaths: int = 0


class Worker:
    """One process. portions: what it was given and has not answered, the first is what it works on.

    at: the chunk of that portion it is at. ready: it has made its function.
    process_code: what it ended with, below zero the signal that ended it.
    """

    def __init__(self, prepare: Callable[[Any], Callable[[Any], Any]], plan: Any) -> None:
        context = start_context()
        self.pipe, far = context.Pipe()
        self.portions: deque[Portion] = deque()
        self.at = 0
        self.ready = False
        self.process_code: int | None = None
        self.process = context.Process(target=serve, args=(prepare, plan, far, dict(os.environ)), daemon=True)
        self.process.start()
        far.close()  # so that a process started later does not keep it open

    def give(self, portion: Portion, whole: bool = False) -> None:
        """Hand over a portion; whole: with all bytes in it, none left for the process to read in its file.

        That the process has died meanwhile shows when it is listened to.
        """
        self.portions.append(portion)
        try:
            chunks = portion.chunks
            self.pipe.send_bytes(pickle.dumps(chunks, pickle.HIGHEST_PROTOCOL) if whole else packed(chunks))
        except OSError:
            return

    def answer(self) -> Answer | None:
        """The next answer; None where it only says how far it is. Raises EOFError or OSError where it died."""
        message = self.pipe.recv_bytes()
        if message == READY:
            self.ready = True
        elif message == ONE_DONE:
            self.at += 1
        elif message == AGAIN:
            self.give(self.portions.popleft(), whole=True)
        else:
            self.at = 0
            return cast("Answer", pickle.loads(message))
        return None

    def end(self, kill: bool) -> None:
        """End the process and wait for it."""
        if not kill:
            try:
                self.pipe.send_bytes(END)
            except OSError:
                kill = True
        if kill:
            self.process.kill()
        self.process.join(_GRACE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process_code = self.process.exitcode
        self.pipe.close()
        self.process.close()


@contextmanager
def _signals_held() -> Iterator[None]:
    """While a process is started: Ctrl-C and SIGTERM wait, and it inherits that Ctrl-C is not for it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    can_hold = hasattr(signal, "pthread_sigmask")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, held) if can_hold else None
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class Staff:
    """All workers of a run; a context manager: at its end no process is left."""

    def __init__(self, prepare: Callable[[Any], Callable[[Any], Any]], plan: Any, jobs: int) -> None:
        self._make: Callable[[], Worker] = partial(Worker, prepare, plan)
        self._jobs = jobs
        self._failed_starts = 0
        self.workers: list[Worker] = []

    def __enter__(self) -> "Staff":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        workers, self.workers = self.workers, []
        for each in workers if kind is not None else ():
            each.process.kill()  # all at once: who pressed Ctrl-C does not wait for one after the other
        for each in workers:
            each.end(kill=kind is not None)

    def idle(self, most: int) -> Worker | None:
        """The worker with the fewest portions, fewer than `most`; a new one as long as there are not enough."""
        least = min(self.workers, key=lambda each: len(each.portions), default=None)
        if len(self.workers) < self._jobs and (least is None or least.portions):
            with _signals_held():  # until it is among the workers, which are ended whatever comes
                least = self._make()
                self.workers.append(least)
        return least if least is not None and len(least.portions) < most else None

    @property
    def busy(self) -> bool:
        """Whether a worker has a portion."""
        return any(each.portions for each in self.workers)

    def listen(self, wait_for_one: bool) -> "Iterator[tuple[Worker, Answer | None]]":
        """Answers as they come; None where a worker has died, which is then no longer among the workers."""
        from multiprocessing.connection import wait

        ends = {end: each for each in self.workers for end in (each.pipe, each.process.sentinel)}
        heard = {id(ends[end]): ends[end] for end in wait(list(ends), None if wait_for_one else 0)}
        for worker in heard.values():
            yield from self._heard(worker)

    def _heard(self, worker: Worker) -> "Iterator[tuple[Worker, Answer | None]]":
        try:
            while worker.pipe.poll():
                answer = worker.answer()
                if answer is not None:
                    self._failed_starts = 0
                    yield worker, answer
        except (EOFError, OSError):
            worker.process.kill()
            worker.process.join()
        if not worker.process.is_alive():
            yield self._buried(worker)

    def _buried(self, worker: Worker) -> "tuple[Worker, None]":
        """Take a dead worker out. Raises CouldNotCheck where processes die again and again before they are ready."""
        self.workers.remove(worker)
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= STARTS:
                raise CouldNotCheck(
                    "worker processes died before they could begin (killed, out of memory, or called by a script that"
                    ' does its work without if __name__ == "__main__")'
                )
        worker.end(kill=True)
        return worker, None
