"""A source read in a process of its own, so that reading and checking do not wait for one interpreter."""

import atexit
import importlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Generic, TypeVar, cast

from fhircheck.model.errors import CouldNotCheck, FhircheckError

Item = TypeVar("Item")
_Surroundings = tuple[dict[str, str], str]
_COMMAND = "from fhircheck.transport.reader_process import serve; serve()"
_waiting: "list[tuple[_Surroundings, subprocess.Popen[bytes]]]" = []
_BUFFER = 1 << 20


class ReaderProcess(Generic[Item]):
    """What the iterator ``make(*arguments)`` gives, made in a new Python process; all of it must pickle.

    The process starts at once and reads on as far as `make` itself reads ahead. What it raises is raised here, in its
    place; CouldNotCheck where the process died. It ends with this object, with this process however that ends, and
    leaves Ctrl-C to it. Raises OSError where no process can be started.
    """

    def __init__(self, make: Callable[..., Iterator[Item]], *arguments: Any) -> None:
        self._process = _early() or _started("")
        self._end = weakref.finalize(self, _end, self._process)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._answers = cast("BinaryIO", self._process.stdout)
        _widen(self._answers)
        pickle.dump((make, arguments), self._process.stdin)
        self._process.stdin.flush()  # and stays open: its end tells the process that nobody is here any more

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        if not self._end.alive:
            raise StopIteration
        try:
            told, value = pickle.load(self._answers)
        except (EOFError, pickle.UnpicklingError, ValueError) as fault:
            self.close()
            raise CouldNotCheck(
                "the process that reads died (killed, or out of memory): nothing is reported"
            ) from fault
        if told == "item":
            return cast("Item", value)
        self.close()
        raise value

    def close(self) -> None:
        """End the process; what it read and nobody took is gone."""
        self._end()


def start_early(module: str) -> None:
    """Start the process of the next ReaderProcess now, and let it import `module` while this one gets ready too.

    Where none can be started nothing happens: who needs it will find out.
    """
    try:
        _waiting.append((_surroundings(), _started(module)))
    except OSError:
        return
    atexit.register(_end_waiting)


def _early() -> "subprocess.Popen[bytes] | None":
    """The process that waits; one that started in another environment or folder is ended: it would read by those."""
    while _waiting:
        surroundings, process = _waiting.pop()
        if surroundings == _surroundings():
            return process
        _end(process)
    return None


def _surroundings() -> _Surroundings:
    """What a process takes over when it starts, and later sees no change of."""
    return dict(os.environ), os.getcwd()


def _end_waiting() -> None:
    while _waiting:
        _end(_waiting.pop()[1])


def _started(module: str) -> "subprocess.Popen[bytes]":
    if not sys.executable or getattr(sys, "frozen", False):
        raise OSError("no interpreter to start")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part or os.getcwd() for part in sys.path)}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _COMMAND, module],
        bufsize=_BUFFER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def _widen(pipe: BinaryIO) -> None:
    """Let the pipe hold more, where the system can: fewer turns between the two processes."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _BUFFER)
    except (ImportError, AttributeError, OSError):
        pass


def serve() -> None:
    """The new process: make the iterator, hand on its items, then what ended it (StopIteration or its fault)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb", _BUFFER)
    os.dup2(2, 1)  # whoever prints does not disturb the answers
    for module in filter(None, sys.argv[1:]):
        importlib.import_module(module)
    try:
        make, arguments = pickle.load(sys.stdin.buffer)
    except EOFError:
        return  # the other one ended before it needed this one
    threading.Thread(target=_leave_with, args=(sys.stdin.buffer,), daemon=True).start()
    try:
        for item in make(*arguments):
            _tell(answers, "item", item)
        _tell(answers, "end", StopIteration())
    except BrokenPipeError:
        os._exit(0)
    except BaseException as fault:
        _tell(answers, "end", _portable(fault))
    os._exit(0)  # no thread that still reads is waited for


def _tell(answers: BinaryIO, told: str, value: object) -> None:
    pickle.dump((told, value), answers, pickle.HIGHEST_PROTOCOL)
    answers.flush()


def _leave_with(questions: BinaryIO) -> None:
    """End this process when the one that started it has ended."""
    questions.read()
    os._exit(0)


def _portable(fault: BaseException) -> BaseException:
    """The fault as the other process can raise it; one that is no answer of ours brings its traceback as a note."""
    if not isinstance(fault, FhircheckError):
        import traceback

        fault.add_note("".join(traceback.format_exception(fault)))
    try:
        pickle.loads(pickle.dumps(fault))
    except Exception:
        return CouldNotCheck(f"reading failed: {type(fault).__name__}")
    return fault
