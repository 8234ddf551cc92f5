"""Addresses of servers: how they may be shown, and which of them are the same place."""

from fhircheck.transport.server_fault import ServerFault

Origin = tuple[str, str, int]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Search parameters whose values never tell about a patient or a session.
_OPEN_PARAMETERS = {
    "_count", "_elements", "_format", "_include", "_lastUpdated", "_outputFormat", "_profile", "_revinclude", "_since",
    "_sort", "_summary", "_total", "_type",
}  # fmt: skip
_PORTS = {"http": 80, "https": 443}


def redacted(url: str) -> str:
    """`url` as it may be shown: no user, no password, values of query parameters only where they are harmless."""
    from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

    try:
        parts = urlsplit(url)
        astray = parts.port is not None and "@" in parts.path
    except ValueError:  # also user:pass/word@host, whose password would be port and path
        return "(not a URL)"
    if astray:
        return "(not a URL)"
    host = parts.netloc.rpartition("@")[2]
    query = [(name, value if name in _OPEN_PARAMETERS else "***") for name, value in parse_qsl(parts.query, True)]
    return urlunsplit((parts.scheme, host, parts.path, urlencode(query, safe="*:,/|"), ""))


def shown(source: str) -> str:
    """The name of a source as it may be shown: URLs are redacted."""
    return redacted(source) if source.lower().startswith(("http://", "https://")) else source


def origin(url: str) -> Origin:
    """Scheme, host and port: what may be followed without being asked. Raises ServerFault for no URL."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise ServerFault("not-a-url") from None


def joined(base: str, url: str) -> str:
    """`url` as a link of the page at `base` means it. Raises ServerFault where it is no URL."""
    from urllib.parse import urljoin

    try:
        return urljoin(base, url)
    except ValueError:
        raise ServerFault("not-a-url") from None


def same_place(url: str, base: str) -> bool:
    """Whether `url` is on the origin of `base`, or on the same host by https where `base` was http."""
    there, here = origin(url), origin(base)
    return there == here or (there[0] == "https" and here[0] == "http" and there[1] == here[1])


def has_credentials(url: str) -> bool:
    """Whether `url` names a user or a password (user:password@host, also where a slash in the password breaks it)."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return "@" in parts.netloc or (":" in parts.netloc.rpartition("]")[2] and "@" in parts.path)


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, by its name or number alone."""
    return host in LOOPBACK or (host.startswith("127.") and host.replace(".", "").isdecimal())
