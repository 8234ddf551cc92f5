"""A worker process: makes the function once, then answers one portion of chunks after the other."""

import os
import pickle
import queue
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from fhircheck.model.errors import CouldNotCheck, FhircheckError
from fhircheck.model.file_span import SpanChanged
from fhircheck.model.record import OUT_OF_MEMORY

END = b""
"""What a worker is sent that is no longer needed."""
READY = b""
"""What a worker says when it has made its function."""
ONE_DONE = b"+"
"""What a worker says when it is through with a chunk that is not the last of its portion."""
AGAIN = b"?"
"""What a worker says instead of an answer where a file no longer holds the bytes of a portion: it wants them sent."""
Messages = queue.SimpleQueue[bytes | None]


class Answer(NamedTuple):
    """results: of the first chunks of a portion, in their order; one for all of them where results merge.

    fault: what the function raised at the chunk after them; None where all were worked on.
    """

    results: list[Any]
    fault: BaseException | None = None


def serve(prepare: Callable[[Any], Callable[[Any], Any]], plan: Any, pipe: Any, environment: dict[str, str]) -> None:
    """The whole life of a worker: it says when it is ready, then gives an Answer for each portion.

    environment: that of the process that started it; a fork server's is older.
    Ctrl-C is for the process that started it; when that one is gone, this one ends.
    """
    _own_signals()
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)
    messages: Messages = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, messages), daemon=True).start()
    try:
        _serve(_prepared(prepare, plan, pipe), messages, pipe)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except (BrokenPipeError, ConnectionError):
        os._exit(0)  # nobody is there to be told


def _prepared(prepare: Callable[[Any], Callable[[Any], Any]], plan: Any, pipe: Any) -> Callable[[Any], Any] | None:
    """The function; None where it cannot be made, which is told instead of the first answer."""
    try:
        work = prepare(plan)
    except MemoryError:
        raise
    except BaseException as fault:
        pipe.send_bytes(_packed(Answer([], _portable(fault))))
        return None
    pipe.send_bytes(READY)
    return work


def _serve(work: Callable[[Any], Any] | None, messages: Messages, pipe: Any) -> None:
    while work is not None and (message := messages.get()) is not None:
        try:
            portion: Sequence[Any] = pickle.loads(message)
        except SpanChanged:
            pipe.send_bytes(AGAIN)
            continue
        finally:
            del message  # nothing big is held while work goes on, and below while the next one is waited for
        answer = _answer(work, portion, pipe)
        del portion
        pipe.send_bytes(_packed(answer))
        del answer


def _own_signals() -> None:
    """What a forked process took over from its parent does not hold for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    for each in ends:
        signal.signal(each, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ends)


def _receive(pipe: Any, messages: Messages) -> None:
    """Take messages while one is being worked on: the parent never waits to hand one over, the work not for data."""
    import multiprocessing
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    ends = [pipe] if parent is None else [pipe, parent.sentinel]
    try:
        while pipe in wait(ends):
            message = pipe.recv_bytes()
            messages.put(message or None)
            if not message:
                return
            del message  # a big one is not held until the next one comes
    except (EOFError, OSError):
        pass
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    os._exit(0)  # the parent is gone


def _answer(work: Callable[[Any], Any], portion: Sequence[Any], pipe: Any) -> Answer:
    """The results of a portion, merged where they merge: few big answers cost the parent less than many small ones."""
    results: list[Any] = []
    for number, chunk in enumerate(portion):
        if number:
            pipe.send_bytes(ONE_DONE)
        try:
            _add(results, work(chunk))
        except MemoryError:
            raise
        except BaseException as fault:
            return Answer(results, _portable(fault))
    return Answer(results)


def _add(results: list[Any], result: Any) -> None:
    if results and hasattr(result, "merge"):
        results[0].merge(result)
    else:
        results.append(result)


def _packed(answer: Answer) -> bytes:
    try:
        return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        raise
    except Exception as fault:
        return pickle.dumps(Answer([], CouldNotCheck(f"a result cannot be handed over: {type(fault).__name__}")))


def _portable(fault: BaseException) -> BaseException:
    """The fault as the parent can raise it; one that is no answer of ours brings where it happened as a note."""
    if not isinstance(fault, FhircheckError):
        import traceback

        fault.add_note("".join(traceback.format_tb(fault.__traceback__)))
    try:
        pickle.loads(pickle.dumps(fault))
    except Exception:
        return CouldNotCheck(f"a worker process failed: {type(fault).__name__}")
    return fault
