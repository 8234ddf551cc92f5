"""String manipulation (http://hl7.org/fhirpath/N1/#string-manipulation) with encode, escape, trim, split and join."""

import base64
import binascii
import html
import json
from collections.abc import Callable
from typing import Any

from fhircheck.fhirpath.environment import MAX_TEXT, Frame
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.functions.filtering import bounded
from fhircheck.fhirpath.functions.function import Compiled, Function, one_integer, one_text
from fhircheck.fhirpath.item import Item, boolean, integer, string
from fhircheck.fhirpath.patterns import replaced, searched

Arguments = tuple[Compiled, ...]


_TEXT_TYPES = frozenset({"string", "code", "id", "markdown", "uri", "url", "canonical", "oid", "uuid", "base64Binary"})


def _is_without_value(focus: list[Item]) -> bool:
    """Whether the focus is one text of FHIR that has extensions in place of a value."""
    return len(focus) == 1 and focus[0].value is None and focus[0].type in _TEXT_TYPES


def _test_of_text(name: str, function: Callable[[str, str], bool]) -> Function:
    """A test of a string. A text without a value does not pass it, as the HL7 reference takes it: with an empty result
    ``contains('x').not()`` would not hold for what contains nothing."""
    plain = _on_text(name, lambda text, part: boolean(function(text, part)), 1)

    def run(frame: Frame, focus: list[Item], given: Arguments) -> list[Item]:
        return boolean(False) if _is_without_value(focus) else plain.run(frame, focus, given)

    return Function(name, 1, 1, run)


def _on_text(name: str, function: Callable[..., list[Item]], arguments: int) -> Function:
    """A function of a string and `arguments` strings, empty where one of them is."""

    def run(frame: Frame, focus: list[Item], given: Arguments) -> list[Item]:
        text = one_text(focus, f"{name}()")
        others = [one_text(each(frame), f"{name}()") for each in given]
        if text is None or None in others:
            return []
        return function(text, *others)

    return Function(name, arguments, arguments, run)


def _measured(text: str) -> list[Item]:
    if len(text) > MAX_TEXT:
        raise FhirPathError(f"a string of more than {MAX_TEXT} characters")
    return string(text)


def substring(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """substring(start [, length])"""
    text = one_text(focus, "substring()")
    start = one_integer(arguments[0](frame), "substring()")
    length = one_integer(arguments[1](frame), "substring()") if len(arguments) > 1 else None
    if text is None or start is None or not 0 <= start < len(text):
        return []
    return string(text[start:] if length is None else text[start : start + max(length, 0)])


def replace(text: str, pattern: str, by: str) -> list[Item]:
    """replace(pattern, substitution)"""
    if text.count(pattern) * len(by) > MAX_TEXT:
        raise FhirPathError(f"a string of more than {MAX_TEXT} characters")
    return string(text.replace(pattern, by))


def replace_matches(text: str, pattern: str, by: str) -> list[Item]:
    """replaceMatches(regex, substitution)"""
    return _measured(replaced(pattern, text, by)) if pattern else string(text)


def encode(text: str, form: str) -> list[Item]:
    """encode(format): base64, urlbase64 or hex."""
    data = text.encode("utf-8", "replace")
    if form == "hex":
        return string(data.hex())
    if form in ("base64", "urlbase64"):
        return string((base64.b64encode if form == "base64" else base64.urlsafe_b64encode)(data).decode())
    return []


def decode(text: str, form: str) -> list[Item]:
    """decode(format); empty where the text is not of that format."""
    try:
        if form == "hex":
            return string(bytes.fromhex(text).decode())
        if form == "base64":
            return string(base64.b64decode(text, validate=True).decode())
        if form == "urlbase64":
            return string(base64.b64decode(text, b"-_", validate=True).decode())
    except (ValueError, binascii.Error):
        pass
    return []


def escape(text: str, form: str) -> list[Item]:
    """escape(target): html or json."""
    if form == "html":
        return _measured(html.escape(text))
    return _measured(json.dumps(text, ensure_ascii=False)[1:-1]) if form == "json" else []


def unescape(text: str, form: str) -> list[Item]:
    """unescape(target): html or json."""
    if form == "html":
        return string(html.unescape(text))
    if form != "json":
        return []
    try:
        return string(json.loads(f'"{text}"'))
    except ValueError:
        try:
            return string(json.loads('"' + text.replace('"', '\\"') + '"'))
        except ValueError:
            return string(text)


def _split(text: str, separator: str) -> list[Item]:
    parts: list[Any] = text.split(separator) if separator else list(text)
    return bounded([Item(each, "System.String") for each in parts])


def join(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """join([separator])"""
    separator = one_text(arguments[0](frame), "join()") if arguments else ""
    texts = [one_text([item], "join()") for item in focus]
    known = [text for text in texts if text is not None]
    if separator is None or sum(map(len, known)) + len(known) * len(separator) > MAX_TEXT:
        raise FhirPathError(f"join() without a separator, or to more than {MAX_TEXT} characters")
    return string(separator.join(known)) if known else []


FUNCTIONS = (
    _on_text("indexOf", lambda text, part: integer(text.find(part)), 1),
    _on_text("lastIndexOf", lambda text, part: integer(text.rfind(part)), 1),
    Function("substring", 1, 2, substring),
    _test_of_text("startsWith", lambda text, part: text.startswith(part)),
    _test_of_text("endsWith", lambda text, part: text.endswith(part)),
    _test_of_text("contains", lambda text, part: part in text),
    _on_text("upper", lambda text: _measured(text.upper()), 0),
    _on_text("lower", lambda text: _measured(text.lower()), 0),
    _on_text("replace", replace, 2),
    _test_of_text("matches", lambda text, pattern: searched(pattern, text)),
    _test_of_text("matchesFull", lambda text, pattern: searched(pattern, text, whole=True)),
    _on_text("replaceMatches", replace_matches, 2),
    _on_text("length", lambda text: integer(len(text)), 0),
    _on_text("toChars", lambda text: _split(text, ""), 0),
    _on_text("encode", encode, 1),
    _on_text("decode", decode, 1),
    _on_text("escape", escape, 1),
    _on_text("unescape", unescape, 1),
    _on_text("trim", lambda text: string(text.strip()), 0),
    _on_text("split", _split, 1),
    Function("join", 0, 1, join),
)
