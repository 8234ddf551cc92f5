"""What a receiver is told of a run, by what it was told before: only changes of state, each of them once.

States of a condition, by receiver: ``due`` (alarming, to be told), ``held`` (alarming again within the cool-down),
``alarm`` (told), ``back`` (over, to be told), ``doubt`` (held, and whether that it was over was heard is not known),
``ok``. A state is written before it is told and again when it was, so that what a killed run or a dead receiver left
untold is told by the next run, under the same ids.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fhircheck.history.answers import AlertState
from fhircheck.model.alert import Condition, Telling
from fhircheck.monitor.alerts.receiver import Wish

Told = tuple[Condition, Telling, str]
"""What is told, how, and when it was told before, of reminders."""
KEPT = timedelta(days=90)
"""How long it is remembered that something is all right again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """told: what is to be told now. before: states to be written before, after: once it was told; forget: keys."""

    told: tuple[Told, ...] = ()
    before: tuple[AlertState, ...] = ()
    after: tuple[AlertState, ...] = ()
    forget: tuple[str, ...] = ()


def plan(
    wish: Wish,
    current: Iterable[Condition],
    states: Mapping[str, AlertState],
    undecided: Callable[[str], bool],
    recalled: Callable[[str, str], Condition],
    started: str,
    now: datetime,
) -> Plan:
    """What to tell a receiver, and how its states go on.

    current: what is alarming in this run. undecided: whether the run cannot tell of a condition. recalled: a condition
    of an earlier run by key and since. started: when the run began.
    """
    steps = _Steps(wish, started, now)
    holding = tuple(current)
    wanted = {each.key: each for each in holding if _is_wanted(each, wish)}
    unwanted = {each.key for each in holding} - wanted.keys()
    for key, condition in wanted.items():
        steps.alarming(condition, states.get(_name(wish, key)))
    for name, state in states.items():
        receiver, _, key = name.partition(" ")
        if receiver != wish.name or key in wanted:
            continue
        if key in unwanted:
            steps.forget.append(name)
        elif not undecided(key):
            steps.over(key, state, recalled)
        elif state.state in ("due", "back"):
            steps.again(key, state, recalled)
    return Plan(tuple(steps.told), tuple(steps.before), tuple(steps.after), tuple(steps.forget))


def _name(wish: Wish, key: str) -> str:
    return f"{wish.name} {key}"


def _is_wanted(condition: Condition, wish: Wish) -> bool:
    if condition.change is None:
        return condition.kind in wish.on
    return "changes" in wish.on and (not wish.kinds or condition.change.kind in wish.kinds)


class _Steps:
    """How the states of one receiver go on."""

    def __init__(self, wish: Wish, started: str, now: datetime) -> None:
        self.wish, self.started, self.now = wish, started, now
        self.told: list[Told] = []
        self.before: list[AlertState] = []
        self.after: list[AlertState] = []
        self.forget: list[str] = []

    def alarming(self, condition: Condition, state: AlertState | None) -> None:
        """A condition holds."""
        was = state.state if state is not None else "ok"
        key, said = _name(self.wish, condition.key), state.said if state is not None else ""
        if was in ("ok", "held", "back", "doubt"):  # back: it was over in between, whether that was heard or not
            since = state.since if state is not None and was in ("held", "doubt") else self.started
            if self._within(said, self.wish.cool_down):
                self.before.append(AlertState(key, "held" if was in ("ok", "held") else "doubt", since, said))
            else:
                self._tell(key, replace(condition, since=since), "alarm", AlertState(key, "due", since, said))
        elif state is not None and was == "due":
            self._tell(key, replace(condition, since=state.since), "alarm", None)
        elif state is not None and self.wish.remind and not self._within(said, self.wish.remind):
            self._tell(key, replace(condition, since=state.since), "reminder", None, said=said)

    def over(self, key: str, state: AlertState, recalled: Callable[[str, str], Condition]) -> None:
        """A condition does not hold any more. A change that is not seen again is not over: it is only told."""
        change = key.startswith("change ")
        silent = state.state == "held" or (state.state in ("alarm", "doubt") and (change or not self.wish.resolved))
        if silent:
            self.before.append(AlertState(state.key, "ok", self.started, state.said))
        elif state.state == "due" and change:
            self._tell(state.key, recalled(key, state.since), "alarm", None)
        elif state.state in ("alarm", "due", "back", "doubt"):
            back = replace(state, state="back") if state.state != "back" else None
            self._tell(state.key, recalled(key, state.since), "resolved", back, said=state.said)
        elif state.state == "ok" and self.now - _moment(state.said or state.since, self.now) > KEPT:
            self.forget.append(state.key)

    def again(self, key: str, state: AlertState, recalled: Callable[[str, str], Condition]) -> None:
        """The run cannot tell, but something is still to be told."""
        telling: Telling = "alarm" if state.state == "due" else "resolved"
        self._tell(state.key, recalled(key, state.since), telling, None, said=state.said)

    def _tell(
        self, key: str, condition: Condition, telling: Telling, before: AlertState | None, said: str = ""
    ) -> None:
        self.told.append((condition, telling, said if telling == "reminder" else ""))
        if before is not None:
            self.before.append(before)
        now = self.now.isoformat()
        if telling == "resolved":
            self.after.append(AlertState(key, "ok", self.started, said))
        else:
            self.after.append(AlertState(key, "alarm", condition.since, now))

    def _within(self, said: str, span: float) -> bool:
        return bool(said) and (self.now - _moment(said, self.now)).total_seconds() < span


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return now
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
