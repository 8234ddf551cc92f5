"""Where the server listens, and what that asks for: on this machine alone little, elsewhere a token and TLS."""

import ipaddress
import socket
from urllib.parse import urlsplit

from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.serve.serve_options import ServeOptions


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises CouldNotCheck where the address cannot be had."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server((host if family == socket.AF_INET6 else place[0], port), family=family, backlog=128)
    except OSError as fault:
        raise CouldNotCheck(f"--host {host} --port {port}: cannot listen there: {fault.strerror or fault}") from None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_address(options: ServeOptions) -> None:
    """Raises UsageError where others could reach the server and would not find it protected."""
    if bool(options.certificate) != bool(options.key):
        raise UsageError("--certificate and --key belong together: name both")
    if not 0 <= options.port <= 65_535:
        raise UsageError("--port: must be a number from 0 to 65535")
    public = _public(options.public_url)
    if is_loopback(options.host) or options.certificate:
        return
    if not public:
        raise UsageError(
            f"--host {options.host}: others can reach it, and what is sent can be read on the way: name --certificate"
            " and --key, or say with --public-url https://NAME that a proxy in front does TLS"
        )


def _public(url: str) -> str:
    """The host in --public-url, empty where there is none. Raises UsageError for what is no address."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise UsageError("--public-url: must be https://NAME or https://NAME:PORT, without a path")
    if parts.username or parts.password:
        raise UsageError("--public-url: holds a user name or password; leave it out")
    return parts.hostname


def names_of(options: ServeOptions) -> frozenset[str]:
    """Host names that this server answers to, beside IP addresses."""
    names = {"localhost", _public(options.public_url)}
    if not is_loopback(options.host):
        names |= {options.host, socket.gethostname()}
    return frozenset(each.lower() for each in names if each)


def is_unprotected(options: ServeOptions) -> bool:
    """Whether a token would travel in the clear to another machine: worth a line of warning."""
    parts = urlsplit(options.public_url)
    return (
        not options.certificate
        and not is_loopback(options.host)
        and parts.scheme == "http"
        and not is_loopback(parts.hostname or "")
    )
