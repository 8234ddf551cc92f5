"""What the receivers of alerts have in common: settings, what they say of themselves, and how sending fails."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, get_args

from fhircheck.model.alert import AlertMessage, RunFacts
from fhircheck.model.change import ChangeKind
from fhircheck.model.connection import Connection
from fhircheck.model.errors import SecretExposed, UsageError
from fhircheck.model.report import RunReport
from fhircheck.monitor.spans import PATTERN, seconds_of

Table = Mapping[str, Any]
ON = ("could-not-check", "findings", "changes")
SPAN = {"type": "string", "pattern": PATTERN}
NAME = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
    "description": "Name of this receiver in the job, by which its state is kept.  [default: its type]",
}
COMMON: dict[str, Any] = {
    "name": NAME,
    "enabled": {"type": "boolean", "description": "false: nothing is sent.  [default: true]"},
}
TOLD: dict[str, Any] = {
    **COMMON,
    "on": {
        "type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": list(ON)},
        "description": "What is told: could-not-check, findings (exit code 1), changes that are alarming."
        "  [default: all]",
    },
    "kinds": {
        "type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": list(get_args(ChangeKind))},
        "description": "Only changes of these kinds.  [default: all that are alarming]",
    },
    "resolved": {"type": "boolean", "description": "Also tell when it is all right again.  [default: true]"},
    "cool_down": {**SPAN, "description": "The same is not told as new again within this time.  [default: 12h]"},
    "remind": {**SPAN, "description": "Tell again after this time while it lasts.  [default: never]"},
    "language": {"enum": ["en", "de"], "description": "Language of the texts.  [default: the job's]"},
    "link": {"type": "string", "pattern": "^https?://", "description": "Address where the reports are to be seen."},
}  # fmt: skip
DELIVERY: dict[str, Any] = {
    "timeout": {**SPAN, "description": "Longest wait for an answer.  [default: 10s]"},
    "retries": {"type": "integer", "minimum": 0, "maximum": 10, "description": "Further tries.  [default: 3]"},
    "ca_file": {"type": "string", "description": "PEM file of the authorities trusted instead of the system's."},
    "allow_http": {"type": "boolean", "description": "Send over plain HTTP to other machines.  [default: false]"},
}
REFERENCE = {"type": "string", "pattern": "^(env|file|keyring):.+"}


class NotDelivered(Exception):
    """A receiver did not take what was sent. The text holds no address, no secret and nothing of the receiver's."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole run, for receivers that are told the figures of every run.

    last_success: when the last run began that could check (seconds since 1970), None where there was none.
    """

    run: RunFacts
    report: RunReport | None
    last_success: float | None = None


class Receiver(Protocol):
    """A way to tell somebody of a run. Says itself what it is and what its table in a job file may hold."""

    name: str
    summary: str
    every_run: bool
    """Whether it gets the figures of every run, and not what has changed."""
    properties: Mapping[str, Any]
    required: tuple[str, ...]

    def check(self, table: Table) -> None:
        """Raises UsageError, naming the key, for settings that make no sense or a secret that is not there."""


class Messenger(Receiver, Protocol):
    """Tells people, or a program of theirs, what has changed."""

    def send(self, table: Table, message: AlertMessage, language: str) -> str:
        """Send it; gives a remark where not all got it, else an empty text. Raises NotDelivered."""


class Gauge(Receiver, Protocol):
    """Keeps the figures of the latest run for a monitoring system."""

    def publish(self, table: Table, snapshot: Snapshot) -> None:
        """Put the figures in place. Raises NotDelivered."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a receiver wants to be told, as its table says. cool_down, remind: seconds; 0: never remind."""

    name: str
    on: tuple[str, ...] = ON
    kinds: tuple[str, ...] = ()
    resolved: bool = True
    cool_down: float = 12 * 3600.0
    remind: float = 0.0


def wish_of(table: Table) -> Wish:
    """What the table of a receiver says of when it is told. Raises UsageError for what is no span of time."""
    return Wish(
        name_of(table),
        tuple(table.get("on", ON)),
        tuple(table.get("kinds", ())),
        table.get("resolved", True),
        seconds(table, "cool_down", 12 * 3600.0),
        seconds(table, "remind", 0.0),
    )


def name_of(table: Table) -> str:
    """The name of a receiver in its job."""
    return str(table.get("name") or table["type"])


def seconds(table: Table, key: str, default: float) -> float:
    """A span of time of a table in seconds."""
    return seconds_of(table[key], key) if key in table else default


def check_secret(table: Table, key: str) -> None:
    """Raises UsageError where the secret that `key` refers to is not there."""
    from fhircheck.transport.auth.secret import check_reference

    if key in table:
        check_reference(str(table[key]), key)


def secret(table: Table, key: str) -> str:
    """The secret that `key` refers to; one that others can read is a warning.

    Raises NotDelivered where it is not there any more.
    """
    from fhircheck.transport.auth.secret import read_secret, remark

    try:
        found = read_secret(str(table[key]))
    except UsageError as fault:
        raise NotDelivered(f"{key}: {fault}") from None
    risky = remark(str(table[key]))
    if risky:
        warnings.warn(risky, SecretExposed, stacklevel=2)
    return found


def check_authorities(table: Table) -> None:
    """Raises UsageError where the file of trusted authorities is none."""
    from fhircheck.transport.tls_trust import tls_context

    if "ca_file" in table:
        tls_context(Connection(ca_file=str(table["ca_file"])), shown=False)
