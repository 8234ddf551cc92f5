"""Run in several processes; results come back in the chunks' order, only a few chunks are under way."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from fhircheck.model.errors import CouldNotCheck

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Plan = TypeVar("Plan")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

AHEAD = 3
"""Chunks under way for each process: enough that none waits, few enough that memory stays bounded."""
START_METHOD = "FHIRCHECK_START_METHOD"
"""Environment variable: fork, forkserver or spawn, where the platform's own choice does not fit."""

_work: Callable[[Any], Any] | None = None


def _start_method() -> str | None:
    """The platform's own (None), but no fork of a process with threads: a lock may stay held in the copy for ever."""
    import multiprocessing

    threaded = threading.active_count() > 1
    return "forkserver" if threaded and multiprocessing.get_start_method() == "fork" else None


def _start(prepare: Callable[[Any], Callable[[Any], Any]], plan: Any) -> None:
    """In a new process: make the function once. Ctrl-C is the parent's to handle."""
    global _work  # noqa: PLW0603 - one function for each worker process, made by its initializer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _work = prepare(plan)


def _call(chunk: Any) -> Any:
    if _work is None:
        raise CouldNotCheck("a worker process was asked to work before it was ready")
    return _work(chunk)


class Processes:
    """A pool of processes, started by fork where the platform has it and by spawn elsewhere."""

    name = "processes"
    summary = "Chunks are spread over several processes on this machine."

    def run(
        self,
        prepare: Callable[[Plan], Callable[[Chunk], Result]],
        plan: Plan,
        chunks: Iterable[Chunk],
        jobs: int,
    ) -> Iterator[Result]:
        """Yield the result of each chunk in order.

        Raises what the function raised, and CouldNotCheck where a process died (out of memory, killed).
        """
        # Imported here: a run in one process, which most are, does without.
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        context = multiprocessing.get_context(os.environ.get(START_METHOD) or _start_method())
        pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(prepare, plan))
        waiting: deque[Future[Result]] = deque()
        try:
            for chunk in chunks:
                waiting.append(pool.submit(_call, chunk))
                if len(waiting) >= jobs * AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as fault:
            raise CouldNotCheck("a worker process died (killed, or out of memory): nothing is reported") from fault
        except KeyboardInterrupt:
            _stop(pool)
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _stop(pool: "ProcessPoolExecutor") -> None:
    """End the workers at once: who pressed Ctrl-C does not wait for the chunks under way."""
    stop = getattr(pool, "terminate_workers", None)  # public from Python 3.14 on
    if stop is not None:
        stop()
        return
    for process in list((getattr(pool, "_processes", None) or {}).values()):
        process.terminate()
