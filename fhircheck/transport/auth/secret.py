"""Secrets are named by where they are, never written down: environment, file, or the system's keyring."""

import os
import stat
from pathlib import Path

from fhircheck.model.errors import UsageError
from fhircheck.transport.bounded_file import read_bounded

_LARGEST = 1 << 16
_HOW = "env:NAME, file:PATH or keyring:SERVICE/USER"


def check_reference(reference: str, option: str) -> None:
    """Raises UsageError where `reference` names no place, or one that is empty or cannot be read.

    A keyring is not opened, since it may ask its user. What is no reference is not shown: it may be the secret.
    """
    kind, found, place = reference.partition(":")
    if not found or kind not in ("env", "file", "keyring"):
        raise UsageError(f"{option}: a secret is not written down but named by where it is: {_HOW}")
    if not place:
        raise UsageError(f"{option} {kind}: names no place; use {_HOW}")
    if kind == "keyring":
        _keyring(reference)
    else:
        read_secret(reference)


def remark(reference: str) -> str:
    """What is risky about the place of a secret, in one line; empty for nothing."""
    kind, _, place = reference.partition(":")
    if kind != "file" or os.name != "posix":
        return ""
    try:
        mode = Path(place).expanduser().stat().st_mode
    except OSError:
        return ""
    if stat.S_ISREG(mode) and mode & (stat.S_IROTH | stat.S_IWOTH):
        return f"{reference}: every user of this machine can read or change this secret; chmod 600 takes that away"
    return ""


def read_secret(reference: str) -> str:
    """The secret at `reference`, without the line end of a file. Raises UsageError where there is none."""
    kind, _, place = reference.partition(":")
    if kind == "env":
        value = os.environ.get(place, "")
        problem = "the environment has no such variable, or it is empty"
    elif kind == "file":
        value, problem = _file(place, reference)
    elif kind == "keyring":
        value, problem = _from_keyring(reference)
    else:
        raise UsageError(f"a secret is named by where it is: {_HOW}")
    if not value:
        raise UsageError(f"{reference}: {problem}")
    return value


def _file(place: str, reference: str) -> tuple[str, str]:
    """Content and, where there is none, the reason. Raises UsageError where it cannot be read."""
    try:
        data = read_bounded(Path(place).expanduser(), _LARGEST, reference)
        return data.decode("utf-8-sig").rstrip("\r\n"), "the file is empty"
    except (ValueError, RuntimeError):
        return "", "no UTF-8 text, or no path"


def _keyring(reference: str) -> tuple[str, str]:
    """Service and user. Raises UsageError where they or the library are missing."""
    service, _, user = reference.partition(":")[2].rpartition("/")
    if not service or not user:
        raise UsageError(f"{reference}: a keyring is named by keyring:SERVICE/USER")
    try:
        import keyring  # noqa: F401
    except ImportError:
        raise UsageError(f"{reference}: install the library that opens it: pip install 'fhircheck[keyring]'") from None
    return service, user


def _from_keyring(reference: str) -> tuple[str, str]:
    service, user = _keyring(reference)
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(service, user) or "", "the keyring holds no such entry"
    except KeyringError as fault:
        return "", f"the keyring cannot be opened ({type(fault).__name__})"
