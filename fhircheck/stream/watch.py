"""Watches arrivals: silence of devices and systems, clocks that are ahead, late data, what comes twice. No persons."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from fhircheck.measures.date_span import DAY, HOUR, SECOND
from fhircheck.model.arrival import Arrival
from fhircheck.stream.arrivals import KEPT, ArrivalFacts
from fhircheck.stream.feed import Tell
from fhircheck.stream.notice import Notice, NoticeKind

ORIGINS = 10_000
"""Devices and systems that are watched; later ones are counted with the stream as a whole."""
_EPOCH = date(1970, 1, 1).toordinal() * DAY
_ANY_ZONE = 14 * HOUR


@dataclass(slots=True)
class Origin:
    """A device or system. last: when it was last heard. silent: since when it is known to be silent, 0: it is not."""

    label: str
    last: float
    silent: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """silence: seconds without data; late: seconds from measuring to arrival; ahead: seconds a clock may be ahead.

    0 for silence and late: nobody asks.
    """

    silence: float = 3600.0
    late: float = 86400.0
    ahead: float = 300.0


class Watch:
    """Sees all arrivals in their order; facts: of the time since they were last taken."""

    def __init__(self, limits: Limits, tell: Tell, begun: float) -> None:
        self._limits, self._tell = limits, tell
        self._origins: dict[int, Origin] = {0: Origin("", begun)}
        self._known: OrderedDict[int, int] = OrderedDict()
        self._told: set[tuple[NoticeKind, int]] = set()
        self.facts = ArrivalFacts()

    def see(self, arrivals: Iterable[Arrival], now: float, backlog: bool) -> None:
        """Count what has arrived at `now`; backlog: it had been there before anybody looked, so it cannot be late."""
        for each in arrivals:
            self.facts.seen += 1
            self._hear(0, "", now)
            if each.origin:
                self._hear(each.origin, each.label, now)
            self._recognise(each, now)
            if each.last:
                self._time(each, now, backlog)

    def _hear(self, key: int, label: str, now: float) -> None:
        origin = self._origins.get(key)
        if origin is None:
            if len(self._origins) <= ORIGINS:
                self._origins[key] = Origin(label, now)
            return
        if origin.silent:
            gap = now - origin.silent
            self.facts.gap = max(self.facts.gap, gap)
            self._tell(Notice("data-again", now, origin.label, origin.silent, gap))
            origin.silent = 0.0
        origin.last = now

    def _recognise(self, each: Arrival, now: float) -> None:
        name = each.identity or each.content
        before = self._known.pop(name, None)
        self._known[name] = each.content
        self.facts.keys.extend((name, each.content))
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        if before == each.content:
            self.facts.duplicates += 1
            self._once("duplicates", each, now, 0.0)
        elif before is not None:
            self.facts.changed += 1

    def _time(self, each: Arrival, now: float, backlog: bool) -> None:
        at = _EPOCH + round(now * SECOND)
        slack = 0 if each.zoned else _ANY_ZONE
        early = (each.first - slack - at) / SECOND
        if early > self._limits.ahead:
            self.facts.ahead += 1
            self._once("clock-ahead", each, now, early)
        if backlog:
            return
        self.facts.timed += 1
        delay = max((at - each.last - slack) / SECOND, 0.0)
        self.facts.delays.add(round(delay, 3))
        if self._limits.late and delay > self._limits.late:
            self.facts.late += 1
            self._once("late-data", each, now, delay)

    def _once(self, kind: NoticeKind, each: Arrival, now: float, seconds: float) -> None:
        """Tell of the first of a kind and an origin in each interval; the others are counted."""
        origin = each.origin if each.origin in self._origins else 0
        if (kind, origin) not in self._told:
            self._told.add((kind, origin))
            self._tell(Notice(kind, now, self._origins[origin].label, seconds=seconds, count=1))

    def look(self, now: float) -> None:
        """Tell of who has been silent for too long, once each time."""
        if not self._limits.silence:
            return
        for origin in self._origins.values():
            if not origin.silent and now - origin.last > self._limits.silence:
                origin.silent = origin.last
                self.facts.silences += 1
                self._tell(Notice("silence", now, origin.label, origin.last, now - origin.last))

    def silent(self) -> tuple[tuple[str, float], ...]:
        """(label, since when) of those that are silent, the whole stream under an empty label first."""
        found = [(each.label, each.silent) for each in self._origins.values() if each.silent]
        return tuple(sorted(found, key=lambda each: (each[0] != "", each[1], each[0])))

    def taken(self) -> ArrivalFacts:
        """What was counted since the last call."""
        facts, self.facts = self.facts, ArrivalFacts()
        return facts

    def next_interval(self) -> None:
        """From now on things are told of again."""
        self._told.clear()

    def form(self) -> list[list[Any]]:
        """Who was heard when, for a checkpoint."""
        return [[str(key), each.label, each.last, each.silent] for key, each in self._origins.items()]

    def restore(self, form: Iterable[Iterable[Any]], keys: Iterable[int]) -> None:
        """Go on from there. keys: identity and content of what came, one after the other, the latest last."""
        for key, label, last, silent in form:
            self._origins[int(key)] = Origin(str(label), float(last), float(silent))
        numbers = iter(keys)
        for name, content in zip(numbers, numbers, strict=False):
            self._known.pop(name, None)
            self._known[name] = content
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
