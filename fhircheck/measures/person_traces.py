"""Traces of a person in texts: words of the name and identifiers, as keys that rows are joined by; no text is kept."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from fhircheck.measures.person_members import member_of
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.terminology.code_formats.german_identifier import kvnr

LONGEST_TEXT = 20_000
MOST_WORDS = 500
"""Characters and different words of a text that are looked at; where there are more, it cannot be told."""

_WORD = re.compile(r"[^\W_](?:[\w'’@./+-]*[^\W_])?")
_TAG = re.compile(r"<[^>]*>")
_KVNR = re.compile(r"(?<![A-Za-z0-9])[A-Z][0-9]{9}(?![A-Za-z0-9])", re.ASCII)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}", re.ASCII)
_TITLES = frozenset(("dr", "prof", "med", "von", "van", "der", "den", "herr", "frau", "mrs", "mr", "ms", "dipl", "ing"))
_PARTS = re.compile(r"[./'’-]")
_NEVER = frozenset(("resourceType", "id", "url", "system", "code", "reference", "profile", "versionId", "lastUpdated",
                    "unit", "language", "contentType", "fullUrl", "data", "hash", "status", "linkId"))  # fmt: skip
_PERSON = frozenset(("name", "telecom", "address", "contact", "identifier", "photo", "birthDate"))
_WHO = frozenset(("subject", "patient", "beneficiary"))
PERSONS = frozenset(("Patient", "RelatedPerson", "Person", "Practitioner"))


def traces_of(node: Node) -> Iterator[int]:
    """Keys of the words of a Patient's name, and of his identifiers and telecoms; odd: it tells who he is by itself.

    Words of given names are even: one alone may be a month or a flower.
    """
    for name in _dicts(node.get("name")):
        for word in _words(name.get("family")):
            yield _key(word) | 1
        given = name.get("given")
        for each in given if given.__class__ is list else ():
            for word in _words(each):
                yield _key(word) & ~1
    for each in (*_dicts(node.get("identifier")), *_dicts(node.get("telecom"))):
        value = each.get("value")
        if (
            value.__class__ is str
            and 5 <= len(value.strip()) <= 60
            and any(char.isdigit() or char == "@" for char in value)
        ):
            yield _key(value.strip().casefold()) | 1


def _dicts(value: Any) -> list[Node]:
    return [each for each in value if each.__class__ is dict] if value.__class__ is list else []


def _words(value: Any) -> Iterator[str]:
    """The words of a name, as they are looked for: three letters or more, no titles."""
    for word in _WORD.findall(value) if value.__class__ is str and len(value) < 200 else ():
        for part in (word, *_PARTS.split(word)):
            if len(part) >= 3 and part.casefold() not in _TITLES:
                yield part.casefold()


def _key(word: str) -> int:
    return key_of(word)


def word_keys(texts: Iterable[str]) -> set[int]:
    """Keys, made even, of the words that can be a name or an identifier: with a capital or a digit in front."""
    found: set[int] = set()
    for text in texts:
        plain = unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text
        for word in _WORD.findall(plain):
            if len(word) < 3 or not (word[0].isupper() or (len(word) >= 5 and not word.isalpha())):
                continue
            for part in {word, *_PARTS.split(word)} if not word.isalnum() else (word,):
                if len(part) >= 3:
                    found.add(_key(part.casefold()) & ~1)
    return found


def has_pattern(text: str) -> bool:
    """Whether a text holds what is an identifier whoever it is about: a KVNR with its check digit, a mail address."""
    if "@" in text and _MAIL.search(text):
        return True
    return any(kvnr(found) for found in _KVNR.findall(text))


def texts_of(node: Node, kind: str) -> tuple[dict[str, list[str]], bool]:
    """The texts of a resource by its own members, and whether there is a document in it that is not read.

    Left out: a person's name, address and the like in their own elements, who the resource is about, displays of codes.
    """
    found: dict[str, list[str]] = {}
    unread = kind == "Binary"
    for name, value in node.items():
        if name in _NEVER or name in _WHO or (kind in PERSONS and name in _PERSON):
            continue
        waiting: list[Any] = [value]
        while waiting:
            each = waiting.pop()
            if each.__class__ is str:
                if len(each) >= 3:
                    found.setdefault(member_of(name), []).append(each)
            elif each.__class__ is list:
                waiting += each
            elif each.__class__ is dict:
                unread = unread or ("contentType" in each and ("data" in each or "url" in each))
                coded = "code" in each and "system" in each
                waiting += (
                    part for key, part in each.items() if key not in _NEVER and not (coded and key == "display")
                )
    return found, unread
