"""Where a store is: a file of SQLite, or a PostgreSQL database; and how that may be shown."""

import os
import re
import sys
import warnings
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from fhircheck.model.errors import SecretExposed, UsageError
from fhircheck.transport.auth.secret import check_reference, read_secret
from fhircheck.transport.http_url import is_loopback

VARIABLE = "FHIRCHECK_HISTORY"
SCHEMA = "fhircheck"
_FORMS = "a file of SQLite, or postgresql://USER@HOST/DATABASE"
_DRIVERS = ("postgresql", "postgres", "postgresql+psycopg")
_SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_VERIFIED = ("verify-ca", "verify-full")


@dataclass(frozen=True, slots=True)
class StorePlace:
    """A store's place. url: for SQLAlchemy, with the password. path: of SQLite's file, None for PostgreSQL.

    shown: as it may be said anywhere. schema: of PostgreSQL, where the tables are.
    """

    url: URL = field(repr=False)
    shown: str
    path: Path | None = None
    schema: str = ""


def default_path() -> Path:
    """``$XDG_STATE_HOME/fhircheck/history.sqlite``, or the platform's place for state. It need not exist."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "fhircheck" / "history.sqlite"
    if sys.platform == "darwin" and not os.environ.get("XDG_STATE_HOME"):
        return Path.home() / "Library" / "Application Support" / "fhircheck" / "history.sqlite"
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "fhircheck" / "history.sqlite"


def store_place(where: str = "", password: str = "") -> StorePlace:
    """The place that `where` names: a path or a URL; empty is $FHIRCHECK_HISTORY, else `default_path`.

    password: where it is (``env:NAME``, ``file:PATH``, ``keyring:SERVICE/USER``); without it libpq looks into
    PGPASSWORD and ~/.pgpass. Only the environment variable's own URL may hold one. Raises UsageError.
    """
    named, inside = where, False
    if not named:
        named, inside = os.environ.get(VARIABLE, ""), True
    if not named:
        return _file(str(default_path()), password)
    if "://" not in named:
        return _file(named, password)
    try:
        url = make_url(named)
    except (ArgumentError, ValueError):
        raise UsageError(f"history: not a URL of a database; name {_FORMS}") from None
    if url.drivername == "sqlite":
        return _file(url.database or "", password)
    if url.drivername not in _DRIVERS:
        raise UsageError(f"history: {url.drivername!r} is no database of ours; name {_FORMS}")
    return _postgresql(url, password, inside)


def _file(name: str, password: str) -> StorePlace:
    if password:
        raise UsageError("history: a file of SQLite has no password")
    if not name or name == ":memory:" or "\0" in name:
        raise UsageError(f"history: names no file; name {_FORMS}")
    try:
        path = Path(name).expanduser()
    except RuntimeError:
        raise UsageError(f"history: {name}: no such home folder") from None
    return StorePlace(URL.create("sqlite", database=str(path)), str(path), path)


def _postgresql(url: URL, password: str, inside: bool) -> StorePlace:
    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    if not inside and (url.password is not None or {"password", "sslpassword"} & query.keys()):
        raise UsageError(
            "history: a password is not written into a command line or a file: leave it to ~/.pgpass or PGPASSWORD,"
            " or name where it is (env:NAME, file:PATH, keyring:SERVICE/USER)"
        )
    if find_spec("psycopg") is None:
        raise UsageError("history: install the library that speaks to PostgreSQL: pip install 'fhircheck[postgres]'")
    schema = query.pop("schema", SCHEMA)
    if not _SCHEMA_NAME.fullmatch(schema):
        raise UsageError("history: schema must be a plain name of small letters, digits and _")
    if password:
        check_reference(password, "history password")
        url = url.set(password=read_secret(password))
    hosts = _hosts(url, query)
    query = _verified(query, hosts)
    shown = f"postgresql://{','.join(hosts)}{f':{url.port}' if url.port else ''}/{url.database or ''}"
    url = url.set(drivername="postgresql+psycopg", query=query)
    return StorePlace(url, shown + (f"?schema={schema}" if schema != SCHEMA else ""), None, schema)


def _hosts(url: URL, query: dict[str, str]) -> list[str]:
    """The hosts, or folders of sockets, that libpq is going to ask; none is a socket of this machine."""
    named = url.host or query.get("host") or query.get("hostaddr")
    if not named and "service" not in query:
        named = os.environ.get("PGHOST") or os.environ.get("PGHOSTADDR")
    return [each for each in (named or "").split(",") if each]


def _verified(query: dict[str, str], hosts: list[str]) -> dict[str, str]:
    """Speak to other machines by TLS with a verified certificate, unless the URL or the environment says how."""
    if all(each.startswith("/") or is_loopback(each) for each in hosts) and "service" not in query:
        return query
    mode = query.get("sslmode") or os.environ.get("PGSSLMODE")
    if mode and mode not in _VERIFIED:
        line = f"history: sslmode={mode} does not verify the database's certificate; verify-full does"
        warnings.warn(line, SecretExposed, stacklevel=2)
    if mode:
        return query
    root = {} if "sslrootcert" in query or os.environ.get("PGSSLROOTCERT") or _own_root() else {"sslrootcert": "system"}
    return {**query, "sslmode": "verify-full", **root}


def _own_root() -> bool:
    try:
        return (Path.home() / ".postgresql" / "root.crt").is_file()
    except (RuntimeError, OSError):
        return False
