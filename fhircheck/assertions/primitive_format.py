"""Formats of the primitive types: the specification's patterns and what they miss.

Each format is a gate that a built-in object answers where that is possible (a compiled pattern's
fullmatch, which raises TypeError for what is no string). Real calendar dates, 32-bit integers and
base64 are checked too; the specification's own base64 pattern takes exponential time and is not used.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from string import ascii_letters, digits
from typing import Any

from fhircheck.assertions import invariant
from fhircheck.assertions.assertion import Spot
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate
from fhircheck.transport.json_kinds import JSON_KINDS
from fhircheck.transport.json_recovery import is_out_of_range
from fhircheck.transport.xml_builder import Misfit

CLAUSE = "http://hl7.org/fhir/R4/datatypes.html#primitive"

KIND = IssueKind(
    name="primitive-format",
    severity="error",
    code="value",
    summary="A primitive value does not have the format of its type.",
    why="Systems that read it reject the resource, or read something else than was meant.",
    clause=CLAUSE,
    fix="Write the value in the format that the specification gives for the type.",
    english="Not a valid {type}: {rule}",
    german="Kein gültiger Wert vom Typ {type}: {rule}",
    failing='{"resourceType": "Patient", "birthDate": "2023-02-30"}',
    passing='{"resourceType": "Patient", "birthDate": "2023-02-28"}',
)
MISMATCH = IssueKind(
    name="type-mismatch",
    severity="error",
    code="structure",
    summary="A value has another JSON type than its element.",
    why="A number in quotes or an object in place of a text is unreadable for typed software.",
    clause="http://hl7.org/fhir/R4/json.html#primitive",
    fix="Write the value as the JSON type that the element's FHIR type asks for.",
    english="Must be {expected}, found {found}",
    german="Muss {expected} sein, gefunden: {found}",
    failing='{"resourceType": "Patient", "active": "true"}',
    passing='{"resourceType": "Patient", "active": true}',
)
KINDS = (KIND, MISMATCH)
OUT_OF_RANGE = next(kind for kind in JSON_KINDS if kind.name == "number-out-of-range")

ELE_1 = "All FHIR elements must have a @value or children"
_DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_YEAR = "(?!0000)[0-9]{4}"
_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29"
_FULL = f"(?:{_YEAR}-{_DAY}|{_LEAP})"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_URI = r"[^\x00-\x20\x0b\x0c\xa0]+"
_NAMED_URI = f"(?!uu?id:|oid:){_URI}"
_WORD = r"[^ \t\n\r\x0b\x0c\xa0]+"

_BASE64 = (ascii_letters + digits + "+/").encode()

PATTERNS: dict[str, tuple[str, str]] = {
    "code": (f"{_WORD}(?: {_WORD})*", "no spaces at either end, single spaces within"),
    "id": (r"[A-Za-z0-9\-.]{1,64}", "1 to 64 letters, digits, '-' and '.'"),
    "uri": (_NAMED_URI, "no blanks; OIDs and UUIDs begin with urn:"),
    "url": (_NAMED_URI, "no blanks; OIDs and UUIDs begin with urn:"),
    "canonical": (_NAMED_URI, "no blanks; OIDs and UUIDs begin with urn:"),
    "oid": (r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+", "urn:oid: and an OID"),
    "uuid": (f"urn:uuid:{_UUID}", "urn:uuid: and a UUID"),
    "date": (f"{_FULL}|{_YEAR}(?:-(?:0[1-9]|1[0-2]))?", "YYYY, YYYY-MM or YYYY-MM-DD, a day that exists"),
    "dateTime": (
        f"{_FULL}(?:T{_TIME}{_ZONE})?|{_YEAR}(?:-(?:0[1-9]|1[0-2]))?",
        "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a time zone, a day that exists",
    ),
    "instant": (f"{_FULL}T{_TIME}{_ZONE}", "YYYY-MM-DDThh:mm:ss.sss with a time zone, a day that exists"),
    "time": (_TIME, "hh:mm:ss"),
}
# A dateTime with a time but no zone, and one in the right form but for its zone and whether its day exists.
_TIMED = re.compile(r"[^T]*T[^Z+-]*").fullmatch
_WRITTEN = re.compile(rf"[0-9]{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T{_TIME}").fullmatch
UNQUOTED: dict[str, Callable[[str], object]] = {
    "true or false": frozenset(("true", "false")).__contains__,
    "a number": re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch,
}
# Any text that is not empty: control characters and length are looked for in the raw text of a whole
# record (validate/text_quality), since asking every single value costs more than all else.
TEXTS = ("string", "markdown", "xhtml")
# Types whose values come again and again in real data.
REPEATED = frozenset({"code", "uri", "url", "canonical"})
LONGEST_NUMBER = 1_000
INTEGERS = {"integer": (-(2**31), 2**31 - 1), "unsignedInt": (0, 2**31 - 1), "positiveInt": (1, 2**31 - 1)}


def is_boolean(value: Any) -> bool:
    """True for JSON true and false only."""
    return value is True or value is False


def is_decimal(value: Any) -> bool:
    """True for a JSON number that a 64-bit floating point number can hold in size."""
    return value.__class__ is int or (value.__class__ is Decimal and not is_out_of_range(value))


def is_base64(value: Any) -> bool:
    """True for base64 (RFC 4648 section 4), blanks allowed as in the specification; linear time."""
    if value.__class__ is not str or not value.isascii():
        return False
    content = value.encode().rstrip(b"=")
    if content.translate(None, _BASE64):  # something else than digits: blanks, or a fault
        compact = "".join(value.split())
        return len(compact) < len(value) and is_base64(compact)
    return bool(content) and len(value) % 4 == 0 and len(value) - len(content) <= 2


class Known(dict[str, bool]):
    """Answers of a pattern, remembered: codes and URLs come again and again.

    ``Known(pattern).__getitem__`` is a gate that answers a known text without entering Python.
    """

    __slots__ = ("_matches",)
    LIMIT = 10_000
    LONGEST = 200

    def __init__(self, pattern: re.Pattern[str]) -> None:
        super().__init__()
        self._matches = pattern.fullmatch

    def __missing__(self, text: str) -> bool:
        answer = self._matches(text) is not None
        if len(self) < self.LIMIT and len(text) < self.LONGEST:
            self[text] = answer
        return answer


def _integer(low: int, high: int) -> Gate:
    return lambda value: value.__class__ is int and low <= value <= high


def _gates() -> dict[str, Gate]:
    gates: dict[str, Gate] = {}
    for name, (pattern, _) in PATTERNS.items():
        compiled = re.compile(pattern)
        gates[name] = Known(compiled).__getitem__ if name in REPEATED else compiled.fullmatch  # type: ignore[assignment]
    for name, (low, high) in INTEGERS.items():
        gates[name] = _integer(low, high)
    gates |= dict.fromkeys(TEXTS, str.__len__)  # type: ignore[arg-type]
    return gates | {"boolean": is_boolean, "decimal": is_decimal, "base64Binary": is_base64}


GATES: dict[str, Gate] = _gates()

RULES: dict[str, str] = {name: rule for name, (_, rule) in PATTERNS.items()} | {
    **dict.fromkeys(TEXTS, "not empty"),
    "integer": "a whole number of 32 bits",
    "unsignedInt": "a whole number from 0 to 2,147,483,647",
    "positiveInt": "a whole number from 1 to 2,147,483,647",
    "base64Binary": "base64, in groups of four characters",
}

_JSON_TYPES: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (lambda value: value is None, "null"),
    (is_boolean, "true or false"),
    (lambda value: isinstance(value, int | Decimal), "a number"),
    (lambda value: isinstance(value, str), "a string"),
    (lambda value: isinstance(value, list), "an array"),
    (lambda value: isinstance(value, dict), "an object"),
)


def json_type(value: Any) -> str:
    """The JSON type of `value` in words."""
    return next((name for test, name in _JSON_TYPES if test(value)), "something else")


def expected_json(type_code: str) -> str:
    """The JSON type that the primitive `type_code` is written as, in words."""
    if type_code == "boolean":
        return "true or false"
    return "a number" if type_code in INTEGERS or type_code == "decimal" else "a string"


def as_typed(value: Any, type_code: str) -> Any:
    """A simple value as the JSON type of `type_code`: a number or truth value in quotes without them, and the other
    way round; itself where it is none."""
    expected = expected_json(type_code)
    if is_boolean(value):
        return value if expected == "true or false" else str(value).lower()
    if value.__class__ in (int, Decimal):
        return value if expected == "a number" else str(value)
    if value.__class__ is not str or expected == "a string" or len(value) > LONGEST_NUMBER:
        return value
    if not UNQUOTED[expected](value):
        return value
    if expected == "true or false":
        return value == "true"
    return int(value) if value.removeprefix("-").isdigit() else Decimal(value)


def explain(type_code: str, value: Any, spot: Spot) -> None:
    """Report what keeps `value` from being a `type_code`; nothing where its gate passes."""
    gate = GATES.get(type_code)
    if gate is None:
        return
    if value == "" and value.__class__ is str:
        if expected_json(type_code) != "a string":
            spot.add(MISMATCH, expected=expected_json(type_code), found="a string")
        spot.add(KIND, value="", type=type_code, rule="not empty")
        spot.add(invariant.KIND, key="ele-1", rule=ELE_1)
        return
    expected = expected_json(type_code)
    if value.__class__ is Misfit:
        spot.add(KIND, value=str(value), type=type_code, rule=RULES.get(type_code, expected))
        return
    found = json_type(value)
    if found != expected:
        spot.add(MISMATCH, expected=expected, found=found)
        if value.__class__ is str and not UNQUOTED[expected](value):
            spot.add(KIND, value=value, type=type_code, rule=RULES.get(type_code, expected))
    elif value.__class__ is Decimal and is_out_of_range(value):
        spot.add(OUT_OF_RANGE, value=str(value))
    elif not gate(value):
        spot.add(KIND, value=str(value), type=type_code, rule=RULES.get(type_code, expected))
        if type_code in ("oid", "uuid") and not GATES["uri"](value):
            spot.add(KIND, value=str(value), type="uri", rule=RULES["uri"])
        if type_code == "dateTime" and _TIMED(value) and not _WRITTEN(value):
            spot.add(KIND, value=str(value), type=type_code, rule="a time has a time zone")
