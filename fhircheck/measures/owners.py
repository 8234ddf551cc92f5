"""Whose a URL is: an owner who publishes for everybody (public_owners.csv), or a house or a vendor."""

import re
from functools import lru_cache

from fhircheck.measures.tables import Tables
from fhircheck.model.path import shown_term
from fhircheck.model.remembered import Remembered

NO_OWNER = "(no owner)"
"""What is no URL is nobody's: its meaning can be looked up nowhere."""
_HOST = re.compile(r"https?://(?:www\.)?([a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?)(?:[:/?#|]|\Z)", re.IGNORECASE)
_URN = re.compile(r"urn:[a-z0-9-]{1,31}:", re.IGNORECASE)


class Owners:
    """Answers by one table; remembers them."""

    def __init__(self, tables: Tables) -> None:
        names = [row["owner"].lower() for row in tables.rows("public_owners")]
        self._hosts = frozenset(each for each in names if not each.startswith("urn:"))
        self._urns = tuple(each for each in names if each.startswith("urn:"))
        self.public: Remembered[str, bool | None] = Remembered(self._is_public)
        """By URL: whether its owner publishes for everybody; None for a URN that does not tell whose it is."""

    def _is_public(self, url: str) -> bool | None:
        if _URN.match(url):
            return True if url.lower().startswith(self._urns) else None
        return owner_of(url) in self._hosts


def owner_of(url: str) -> str:
    """The host of a URL in small letters, without www.; the namespace of a URN; NO_OWNER for anything else."""
    host = _HOST.match(url)
    if host is not None:
        return host[1].lower()
    urn = _URN.match(url)
    return urn[0].lower() if urn is not None else NO_OWNER


def owned_name(url: str) -> str:
    """The name that a URL of a house or a vendor is counted under: NO_OWNER for words of somebody."""
    term = NO_OWNER if owner_of(url) == NO_OWNER else shown_term(url)
    return NO_OWNER if owner_of(term) == NO_OWNER else term


@lru_cache(maxsize=8)
def owners_of(tables: Tables) -> Owners:
    """The Owners of `tables`, made once."""
    return Owners(tables)
