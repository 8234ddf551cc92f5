"""Which answers and faults are tried again, how often, and after which pause.

Only what may be repeated without harm is (RFC 9110, 9.2.2): GET, HEAD, OPTIONS, PUT and DELETE, a POST to ``_search``,
and whatever the caller says. Pauses double from half a second on, with jitter, so that many clients do not return at
the same moment; a server's Retry-After (seconds or a date) goes before, up to the connection's `longest_pause`.
"""

import random
import re
from collections.abc import Mapping

from fhircheck.transport.server_fault import ServerFault

PAUSE = 0.5
"""Seconds before the second try, doubled for each further one."""

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_DELAY = re.compile(r"\s*[0-9]{1,9}\s*")
_MOST = {
    "408": 99, "429": 99, "502": 99, "503": 99, "504": 99, "500": 1,
    "connection-broken": 99, "answer-broken-off": 99, "no-connection": 99, "no-connection-in-time": 2,
    "no-answer-in-time": 2, "answer-too-slow": 1, "proxy-refused": 2, "sign-in-unavailable": 99,
}  # fmt: skip
"""HTTP status or fault -> how often it is tried again at most, within `retries`.

500 is mostly a defect that comes again, and only now and then a lock or a timeout.
"""

_NEVER_SENT = frozenset({"no-connection", "no-connection-in-time", "sign-in-unavailable"})


def may_repeat(method: str, url: str) -> bool:
    """Whether a request that may have arrived can be sent again without harm."""
    return method in _REPEATABLE or (method == "POST" and url.partition("?")[0].endswith("/_search"))


class Tries:
    """The tries of one request. known: whether this server has ever answered; where not, no connection is the end."""

    def __init__(self, retries: int, longest_pause: float, repeatable: bool, known: bool) -> None:
        self._left = retries
        self._longest = longest_pause
        self._repeatable = repeatable
        self._known = known
        self._seen: dict[str, int] = {}

    def after_answer(self, status: int, headers: Mapping[str, str]) -> float | None:
        """Seconds until the next try, None where the answer stands. headers: names in lower case."""
        if not self._again(str(status)):
            return None
        asked = retry_after(headers.get("retry-after", ""))
        return self._pause() if asked is None else min(asked, self._longest)

    def after_fault(self, fault: ServerFault) -> float | None:
        """Seconds until the next try, None where the fault stands."""
        if fault.reason.startswith("no-connection") and not self._known:
            return None
        return self._pause() if self._again(fault.reason) else None

    def _again(self, what: str) -> bool:
        seen = self._seen[what] = self._seen.get(what, 0) + 1
        if not (self._repeatable or what in _NEVER_SENT) or self._left <= 0 or seen > _MOST.get(what, 0):
            return False
        self._left -= 1
        return True

    def _pause(self) -> float:
        number = sum(self._seen.values()) - 1
        return min(PAUSE * float(2**number), self._longest) * random.uniform(0.5, 1.0)


def retry_after(value: str) -> float | None:
    """Seconds that a Retry-After header asks to wait (RFC 9110, 10.2.3), None where it is missing or no such value."""
    import time
    from email.utils import parsedate_to_datetime

    if _DELAY.fullmatch(value):
        return float(value)
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
