"""Sessions of browsers: who has shown the token, and what proves that a form came from one of our own pages."""

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

LONGEST = 12 * 3600.0
IDLE = 2 * 3600.0
MOST = 2_000
_ID = re.compile(r"[A-Za-z0-9_-]{43}")


class Sessions:
    """Sessions by the random id in a cookie. Only those that have shown the token are kept here.

    The token of a form is a keyed hash of the id: a page of another site knows neither of the two, and a cookie that
    was planted does not tell it. The key is drawn anew with each start of the server.
    """

    def __init__(self, cookie: str, secure: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.cookie = f"__Host-{cookie}" if secure else cookie
        self.secure = secure
        self._key = secrets.token_bytes(32)
        self._clock = clock
        self._open: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def id_of(self, cookies: dict[str, str]) -> str:
        """The id a browser has, empty where it has none that could be ours."""
        found = cookies.get(self.cookie, "")
        return found if _ID.fullmatch(found) else ""

    def new(self) -> str:
        """An id for a browser that has none."""
        return secrets.token_urlsafe(32)

    def form_token(self, identity: str) -> str:
        """What a form of this session has to bring back."""
        return hmac.new(self._key, identity.encode(), hashlib.sha256).hexdigest()

    def is_own_form(self, identity: str, given: str) -> bool:
        """Whether a form comes from a page of this session."""
        return bool(identity) and hmac.compare_digest(self.form_token(identity), given)

    def open(self) -> str:
        """The id of a new session that has shown the token; never the one it came with."""
        with self._lock:
            identity, now = self.new(), self._clock()
            self._open[identity] = now, now
            while len(self._open) > MOST:
                self._open.popitem(last=False)
            return identity

    def is_open(self, identity: str) -> bool:
        """Whether the session has shown the token, not too long ago."""
        with self._lock:
            began, seen = self._open.get(identity, (0.0, 0.0))
            now = self._clock()
            if not began or now - began > LONGEST or now - seen > IDLE:
                self._open.pop(identity, None)
                return False
            self._open[identity] = began, now
            return True

    def close(self, identity: str) -> None:
        """End the session."""
        with self._lock:
            self._open.pop(identity, None)

    def set_cookie(self, response: Any, identity: str) -> None:
        """Hand `identity` to the browser: not to scripts, not to other sites, gone when it is closed."""
        response.set_cookie(self.cookie, identity, path="/", secure=self.secure, httponly=True, samesite="strict")
