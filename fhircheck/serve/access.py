"""The token: who has it may come in. Wrong ones are counted, so that it cannot be guessed."""

import hmac
import ipaddress
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

SHORTEST = 16
"""Characters of a token that users choose themselves."""


class Attempts:
    """Wrong tokens by address within a span of time; past `most` no token of that address is looked at."""

    def __init__(
        self, most: int = 10, most_of_all: int = 200, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._all = most_of_all
        self._seconds = seconds
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._wrong_of_all: deque[float] = deque(maxlen=most_of_all)
        self._lock = threading.Lock()

    def blocked(self, address: str) -> bool:
        """Whether `address` (or all addresses together) had too many wrong ones."""
        with self._lock:
            now = self._clock() - self._seconds
            times = self._wrong.get(_network(address), ())
            recent = sum(each > now for each in times)
            of_all = sum(each > now for each in self._wrong_of_all)
            return recent >= self._most or of_all >= self._all

    def wrong(self, address: str) -> None:
        """Count one."""
        with self._lock:
            key = _network(address)
            self._wrong.setdefault(key, deque(maxlen=self._most)).append(self._clock())
            self._wrong.move_to_end(key)
            self._wrong_of_all.append(self._clock())
            while len(self._wrong) > 10_000:
                self._wrong.popitem(last=False)


class Token:
    """The token of the server; compared in constant time, never shown."""

    def __init__(self, value: str) -> None:
        self._value = value.encode()

    def __repr__(self) -> str:
        return "Token(...)"

    def fits(self, given: str) -> bool:
        """Whether `given` is the token."""
        return hmac.compare_digest(self._value, given.encode("utf-8", "replace"))


def new_token() -> str:
    """A token that cannot be guessed: 256 random bits."""
    return secrets.token_urlsafe(32)


def _network(address: str) -> str:
    """What is counted as one: an IPv4 address, or the /64 an IPv6 address is in, which one customer has whole."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))
