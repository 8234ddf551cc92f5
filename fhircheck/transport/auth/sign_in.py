"""What an entry of the table SIGN_INS is, and what it gives to a client."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fhircheck.model.connection import Connection

if TYPE_CHECKING:
    from fhircheck.transport.http import HttpClient


class SignIn(Protocol):
    """The credentials of one client, used by all its threads; shows nothing of them."""

    def header(self) -> str:
        """Value of the header Authorization, empty for none.

        Raises UsageError where a secret cannot be had, ServerFault where a token cannot.
        """
        ...

    def renewed(self, refused: str) -> bool:
        """Whether `header` gives something else now that the server answered `refused` with 401."""
        ...


ClientFor = Callable[[str], "HttpClient"]
"""A client for an address, with the connection's certificates and proxy; it adds no credentials of its own."""


@dataclass(frozen=True, slots=True)
class SignInType:
    """A way to sign in. needs, takes: fields of Connection it must and may have; all others make no sense with it."""

    name: str
    summary: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    make: Callable[[Connection, str, ClientFor], SignIn]


class Fixed:
    """A header made of what is kept in a place, read when it is first needed and again when it is refused."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._value = ""

    def header(self) -> str:
        self._value = self._value or self._read()
        return self._value

    def renewed(self, refused: str) -> bool:
        """A token in a file may have been replaced since."""
        if self.header() == refused:
            self._value = self._read()
        return self._value != refused
