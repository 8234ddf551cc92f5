"""What a run must not do: raise, run on, or break a law; and what is counted of all runs."""

import faulthandler
import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = 20.0
"""Processor time that one run may take, which validates about six times; the usual one takes some milliseconds."""
FROZEN = 300
"""Seconds after which a run that not even a signal ends is ended with the whole process."""
KEPT = 200


class TooSlow(BaseException):
    """A run took more than SECONDS; no `except Exception` swallows it."""


class LawBroken(Exception):
    """A run ended, but what it said contradicts itself or misses a fault; the text says what."""


@dataclass(slots=True)
class Tally:
    """Counts of runs; tallies of several processes add up.

    runs: by mutation. said: what the runs ended with. faults: (campaign, number, mutations, what happened).
    slowest: (seconds, campaign, number).
    """

    runs: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, int, str, str]] = field(default_factory=list)
    slowest: tuple[float, str, int] = (0.0, "", -1)
    seconds: float = 0.0

    def add(self, other: "Tally") -> None:
        """Take in the counts of `other`."""
        self.runs.update(other.runs)
        self.said.update(other.said)
        self.faults = (self.faults + other.faults)[:KEPT]
        self.slowest = max(self.slowest, other.slowest)
        self.seconds += other.seconds

    @contextmanager
    def watched(self, campaign: str, number: int, changes: list[str]) -> Iterator[None]:
        """One run: whatever it does wrong becomes a fault of this tally. changes: filled by the run."""
        start = time.process_time()
        try:
            with limited():
                yield
        except TooSlow:
            self._fault(campaign, number, changes, "more than the time allowed at " + where())
        except LawBroken as broken:
            self._fault(campaign, number, changes, f"law: {broken}")
        except Exception as raised:
            self._fault(campaign, number, changes, f"{type(raised).__name__}: {raised} at {where()}"[:600])
        spent = time.process_time() - start
        self.slowest = max(self.slowest, (spent, campaign, number))
        self.seconds += spent
        self.runs.update([f"{campaign}: {each}" for each in set(changes)])
        self.said[f"{campaign}: runs"] += 1

    def _fault(self, campaign: str, number: int, changes: list[str], what: str) -> None:
        self.said[f"{campaign}: faults"] += 1
        if len(self.faults) < KEPT:
            self.faults.append((campaign, number, ", ".join(changes), what))


def where() -> str:
    """The innermost places of our own code that the exception being handled went through."""
    import sys

    frames = [each for each in traceback.extract_tb(sys.exc_info()[2]) if "fhircheck" in each.filename]
    return " < ".join(f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames[-5:][::-1])


def _stop(number: int, frame: Any) -> None:
    raise TooSlow


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raise TooSlow in the block once it has used `seconds` of processor time."""
    if not hasattr(signal, "SIGVTALRM"):  # not on Windows: there only the times are measured
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _stop)
    faulthandler.dump_traceback_later(FROZEN, exit=True)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGVTALRM, before)
