"""Only names that are ours: a page whose DNS name is pointed at this machine (rebinding) gets no answer."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from fhircheck.serve.fhir.refusal import Refused

Refuse = Callable[[Any, Refused], Any]


class HostGuard:
    """ASGI: refuses (421) requests whose Host is neither an IP address nor one of `names`.

    An address cannot be pointed elsewhere, so that rebinding needs a name (RFC 9110, 7.2; 7.4).
    """

    def __init__(self, app: Any, names: Iterable[str], refuse: Refuse) -> None:
        self._app = app
        self._names = frozenset(each.lower() for each in names)
        self._refuse = refuse

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        found = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(found) != 1 or not self.is_ours(found[0]):
            await self._refuse(scope, Refused(421, "forbidden", "host"))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def is_ours(self, header: str) -> bool:
        """Whether the Host header names this service; the port does not matter (it may be forwarded)."""
        name, port = split_host(header)
        if port and not port.isdigit():
            return False
        return is_address(name) or name.lower().rstrip(".") in self._names


def split_host(header: str) -> tuple[str, str]:
    """Name and port of a Host header; an IPv6 address without its brackets."""
    if header.startswith("["):
        name, _, port = header[1:].partition("]")
        return name, port.removeprefix(":")
    name, _, port = header.partition(":")
    return name, port


def is_address(name: str) -> bool:
    """Whether `name` is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
