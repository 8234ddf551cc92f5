"""Deadlines and signals: reading ends in time, and nothing that was under way is half done."""

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from fhircheck.monitor import deadline
from fhircheck.monitor.deadline import Deadline, Terminated, TimeUp, terminable


def slow(count: int, seconds: float) -> Iterator[int]:
    for each in range(count):
        time.sleep(seconds)
        yield each


def test_without_a_deadline_all_comes() -> None:
    with Deadline(0) as deadline:
        assert list(deadline.guard(iter(range(5)))) == [0, 1, 2, 3, 4]
    assert not deadline.passed


def test_what_hangs_is_ended_and_what_came_before_stays() -> None:
    begun = time.monotonic()

    def items() -> Iterator[int]:
        yield 1
        time.sleep(60)
        yield 2

    with Deadline(0.5) as deadline:
        assert list(deadline.guard(items())) == [1]
    assert deadline.passed
    assert time.monotonic() - begun < 5


def test_reading_ends_though_python_ignored_the_first_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "RESERVE_SHARE", 0.9)

    class Finalized:
        def __del__(self) -> None:
            time.sleep(30)  # what is raised here, Python only writes to standard error

    def items() -> Iterator[int]:
        yield 1
        Finalized()
        time.sleep(30)
        yield 2

    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    begun = time.monotonic()
    with Deadline(5) as limited:  # reading ends at 0.5, the deadline itself is far
        assert list(limited.guard(items())) == [1]
    assert limited.passed
    assert len(ignored) == 1
    assert time.monotonic() - begun < 3


def test_the_block_around_the_items_is_not_disturbed_before_the_deadline_itself() -> None:
    done = []
    with Deadline(1.5) as deadline:  # reading ends at 1.35
        for each in deadline.guard(iter(range(2))):
            if each == 0:
                time.sleep(1.4)
            done.append(each)
    assert done == [0]
    assert deadline.passed


def test_the_deadline_itself_ends_everything() -> None:
    with pytest.raises(TimeUp), Deadline(0.3):
        time.sleep(10)


def test_a_cut_block_ends_when_reading_has_to_end() -> None:
    with Deadline(1) as deadline:
        with pytest.raises(TimeUp), deadline.cutting():
            time.sleep(10)
        assert deadline.passed
        assert deadline.spent < 1
        with pytest.raises(TimeUp), deadline.cutting():
            pytest.fail("time is up already")


def test_the_alarm_is_gone_afterwards() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with Deadline(100) as deadline:
        assert signal.getsignal(signal.SIGALRM) != before
        deadline.end()
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_signals_end_the_block_as_an_interrupt(name: str) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)

    def killed() -> None:
        with terminable():
            os.kill(os.getpid(), number)
            time.sleep(5)

    with pytest.raises(Terminated) as raised:
        killed()
    assert raised.value.signal == number
    assert isinstance(raised.value, KeyboardInterrupt)
    assert signal.getsignal(number) == before


def test_what_is_ignored_stays_so_as_under_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with terminable():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
