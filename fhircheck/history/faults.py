"""What a database says when it cannot, in one line that names the store and holds nothing of it."""

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from fhircheck.history.place import StorePlace
from fhircheck.model.errors import FhircheckError, StoreUnusable

# Beginning of SQLSTATE (PostgreSQL, appendix A) -> reason; the longest one counts.
_STATES = {
    "08": "the connection was lost",
    "22021": "its encoding cannot hold this text: it must be UTF8",
    "22P05": "its encoding cannot hold this text: it must be UTF8",
    "23": "it holds what contradicts this",
    "25006": "it can only be read",
    "28": "the database refuses this user or password",
    "3D": "there is no such database",
    "40": "another process was faster; try again",
    "42501": "this user may not do that there",
    "42P01": "its tables are missing",
    "53100": "the disk is full",
    "53200": "the database is out of memory",
    "53300": "the database has no connection left",
    "55P03": "another process holds it; try again",
    "57014": "the database took too long and was stopped",
    "57P": "the database is being stopped or started",
}
# What SQLite and libpq say without a state; small letters.
_PHRASES = (
    ("disk is full", "the disk is full"),
    ("readonly database", "it can only be read"),
    ("read-only", "it can only be read"),
    ("database is locked", "another process holds it; try again"),
    ("database table is locked", "another process holds it; try again"),
    ("not a database", "this is no database of SQLite"),
    ("malformed", "the file is damaged"),
    ("disk i/o error", "reading or writing the file failed"),
    ("unable to open", "the file cannot be opened"),
    ("password authentication failed", "the database refuses this user or password"),
    ("no password supplied", "the database asks for a password: ~/.pgpass, PGPASSWORD or a reference to it"),
    ("no pg_hba.conf entry", "the database does not let this user in from here"),
    ("connection refused", "nobody answers there"),
    ("no such file or directory", "nobody answers there"),
    ("does not exist", "there is no such database"),
    ("timeout expired", "nobody answered in time"),
    ("could not translate host name", "there is no such host"),
    ("name or service not known", "there is no such host"),
    ("failed to resolve", "there is no such host"),
    ("certificate", "its certificate could not be verified (sslmode, sslrootcert)"),
    ("does not support ssl", "it does not speak TLS; sslmode says what is asked for"),
    ("ssl", "TLS with it failed (sslmode, sslrootcert)"),
    ("definition of service", "there is no such service in pg_service.conf"),
    ("connection is lost", "the connection was lost"),
    ("server closed the connection", "the connection was lost"),
)


@contextlib.contextmanager
def told(place: StorePlace) -> Iterator[None]:
    """What the block's database raises becomes StoreUnusable: one line without its own words, which may hold data."""
    try:
        yield
    except FhircheckError:
        raise
    except SQLAlchemyError as error:
        raise StoreUnusable(f"history {place.shown}: {_reason(error)}") from None
    except sqlite3.Error as error:
        raise StoreUnusable(f"history {place.shown}: {_phrase(error) or type(error).__name__}") from None
    except OSError as error:
        raise StoreUnusable(f"history {place.shown}: {(error.strerror or 'cannot be used').lower()}") from None


def _reason(error: SQLAlchemyError) -> str:
    original = error.orig if isinstance(error, DBAPIError) else None
    state = str(getattr(original, "sqlstate", None) or "")
    for known in sorted(_STATES, key=len, reverse=True):
        if state.startswith(known):
            return _STATES[known]
    known = _phrase(original if original is not None else error)
    if known:
        return known
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database cannot be reached or used ({type(original).__name__}{f' {state}' if state else ''})"
    return f"the database refused ({type(original or error).__name__}{f' {state}' if state else ''})"


def _phrase(error: BaseException) -> str:
    said = str(error).lower()
    return next((reason for phrase, reason in _PHRASES if phrase in said), "")
