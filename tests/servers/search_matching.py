"""What a search parameter finds, written down by hand for some types: no code is shared with what it is to test.

PARAMETERS: type -> name -> (kind, paths parted by ``|``). A path is JSON names; lists are walked through.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

Node = dict[str, Any]
ALL = {"_id": ("token", "id"), "_lastUpdated": ("date", "meta.lastUpdated"), "_tag": ("token", "meta.tag"),
       "_profile": ("uri", "meta.profile")}  # fmt: skip
PARAMETERS: dict[str, dict[str, tuple[str, str]]] = {
    "Patient": {
        "identifier": ("token", "identifier"),
        "family": ("string", "name.family"),
        "given": ("string", "name.given"),
        "name": ("string", "name"),
        "birthdate": ("date", "birthDate"),
        "gender": ("token", "gender"),
        "active": ("token", "active"),
        "telecom": ("token", "telecom"),
        "address": ("string", "address"),
        "address-city": ("string", "address.city"),
        "address-country": ("string", "address.country"),
        "address-postalcode": ("string", "address.postalCode"),
        "organization": ("reference", "managingOrganization"),
    },
    "Organization": {
        "identifier": ("token", "identifier"),
        "name": ("string", "name"),
        "active": ("token", "active"),
        "type": ("token", "type"),
        "partof": ("reference", "partOf"),
    },
    "Practitioner": {
        "identifier": ("token", "identifier"),
        "name": ("string", "name"),
        "family": ("string", "name.family"),
        "given": ("string", "name.given"),
        "active": ("token", "active"),
    },
    "Encounter": {
        "identifier": ("token", "identifier"),
        "status": ("token", "status"),
        "class": ("token", "class"),
        "date": ("date", "period"),
        "patient": ("reference", "subject"),
        "subject": ("reference", "subject"),
    },
    "Condition": {
        "clinical-status": ("token", "clinicalStatus"),
        "code": ("token", "code"),
        "category": ("token", "category"),
        "patient": ("reference", "subject"),
        "subject": ("reference", "subject"),
        "encounter": ("reference", "encounter"),
        "recorded-date": ("date", "recordedDate"),
    },
    "Observation": {
        "status": ("token", "status"),
        "code": ("token", "code"),
        "category": ("token", "category"),
        "patient": ("reference", "subject"),
        "subject": ("reference", "subject"),
        "encounter": ("reference", "encounter"),
        "date": ("date", "effectiveDateTime|effectivePeriod|effectiveInstant"),
        "value-quantity": ("quantity", "valueQuantity"),
        "code-value-quantity": ("composite", "code|valueQuantity"),
    },
    "DocumentReference": {
        "identifier": ("token", "identifier|masterIdentifier"),
        "status": ("token", "status"),
        "type": ("token", "type"),
        "category": ("token", "category"),
        "date": ("date", "date"),
        "patient": ("reference", "subject"),
    },
    "RiskAssessment": {
        "patient": ("reference", "subject"),
        "probability": ("number", "prediction.probabilityDecimal"),
    },
    "ValueSet": {"url": ("uri", "url"), "status": ("token", "status"), "name": ("string", "name")},
    "Binary": {},
}
MODIFIERS = {
    "string": ("exact", "contains", "missing"),
    "token": ("not", "text", "of-type", "missing"),
    "reference": ("identifier", "missing"),
    "uri": ("missing", "below", "above"),
}
PREFIXES = ("eq", "ne", "lt", "le", "gt", "ge", "sa", "eb")


def values(node: Any, paths: str) -> list[Any]:
    """All values at `paths` of a resource."""
    return [found for path in paths.split("|") for found in _walk(node, path.split("."))]


def _walk(node: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(node, list):
        for each in node:
            yield from _walk(each, steps)
    elif not steps:
        yield node
    elif isinstance(node, dict) and steps[0] in node:
        yield from _walk(node[steps[0]], steps[1:])


def kind_of(type_name: str, name: str) -> tuple[str, str] | None:
    """(kind, paths) of a parameter, None where there is none of that name."""
    return PARAMETERS.get(type_name, {}).get(name) or ALL.get(name)


def holds(node: Node, type_name: str, name: str, modifier: str, text: str) -> bool:
    """Whether a resource holds what ``name:modifier=text`` asks for; a comma parts alternatives."""
    kind, paths = kind_of(type_name, name) or ("", "")
    if kind == "composite":
        first, second = paths.split("|")
        left, _, right = text.partition("$")
        return any(_token(each, "", left) for each in values(node, first)) and any(
            _quantity(each, right) for each in values(node, second)
        )
    found = values(node, paths)
    if modifier == "missing":
        return bool(found) == (text == "false")
    if modifier == "not":
        return not any(_one(kind, each, "", part) for each in found for part in text.split(","))
    return any(_one(kind, each, modifier, part) for each in found for part in text.split(","))


def _one(kind: str, value: Any, modifier: str, text: str) -> bool:
    if kind == "token":
        return _token(value, modifier, text)
    if kind == "string":
        return any(_string(part, modifier, text) for part in _texts(value))
    if kind == "date":
        return _date(value, text)
    if kind == "reference":
        return _reference(value, modifier, text)
    if kind == "quantity":
        return _quantity(value, text)
    if kind == "number":
        return _number(Decimal(str(value)), text)
    return bool(value == text)


def _token(value: Any, modifier: str, text: str) -> bool:
    if modifier == "text":
        return any(part.casefold().startswith(text.casefold()) for part in _displays(value))
    if modifier == "of-type":
        system, code, number = text.split("|")
        types = value.get("type", {}).get("coding", [])
        return value.get("value") == number and any(_token(each, "", f"{system}|{code}") for each in types)
    system, bar, code = text.rpartition("|")
    return any((its == code or (bar and not code)) and (not bar or mine == system) for mine, its in _codes(value))


def _codes(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, bool):
        return [("", str(value).lower())]
    if isinstance(value, str):
        return [("", value)]
    if "coding" in value or "text" in value:
        return [(each.get("system", ""), each.get("code", "")) for each in value.get("coding", [])]
    return [(value.get("system", ""), value.get("code", value.get("value", "")))]


def _displays(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    parts = [value, *value.get("coding", []), value.get("type", {})]
    return [part[name] for part in parts for name in ("text", "display") if name in part]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [part for name, held in value.items() if name not in ("use", "period") for part in _texts_of(held)]


def _texts_of(held: Any) -> list[str]:
    return [held] if isinstance(held, str) else [each for each in held if isinstance(each, str)]


def _string(value: str, modifier: str, text: str) -> bool:
    if modifier == "exact":
        return value == text
    if modifier == "contains":
        return text.casefold() in value.casefold()
    return value.casefold().startswith(text.casefold())


def _reference(value: Node, modifier: str, text: str) -> bool:
    if modifier == "identifier":
        return "identifier" in value and _token(value["identifier"], "", text)
    reference = value.get("reference", "")
    if modifier and not reference.startswith(modifier + "/"):
        return False
    return bool(reference) and (reference == text or reference.rpartition("/")[2] == text or text.endswith(reference))


def _quantity(value: Node, text: str) -> bool:
    number, *rest = text.split("|")
    if len(rest) == 2 and rest[0] and rest[0] != value.get("system"):
        return False
    if len(rest) == 2 and rest[1] not in (value.get("code"), value.get("unit") if not rest[0] else None):
        return False
    return "value" in value and _number(Decimal(str(value["value"])), number)


def _number(value: Decimal, text: str) -> bool:
    prefix, text = (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    inside = number - half <= value < number + half
    return {
        "eq": inside, "ne": not inside, "lt": value < number, "le": value <= number, "gt": value > number,
        "ge": value >= number, "sa": value > number, "eb": value < number,
    }[prefix]  # fmt: skip


def span(value: Any) -> tuple[datetime, datetime]:
    """First moment and first moment after what a date, dateTime, instant or Period means; UTC where no zone is said."""
    if isinstance(value, dict):
        start = span(value["start"])[0] if "start" in value else datetime.min.replace(tzinfo=UTC)
        return start, span(value["end"])[1] if "end" in value else datetime.max.replace(tzinfo=UTC)
    text = str(value)
    if len(text) == 4:
        return _at(int(text), 1), _at(int(text) + 1, 1)
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        return _at(year, month), _at(year + month // 12, month % 12 + 1)
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if len(text) == 10:
        return moment, moment + timedelta(days=1)
    minutes = text[10:].count(":") - (1 if "+" in text or text[-6:-5] == "-" else 0) == 1
    step = timedelta(minutes=1) if minutes else timedelta(milliseconds=1) if "." in text else timedelta(seconds=1)
    return moment, moment + step


def _at(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


def _date(value: Any, text: str) -> bool:
    prefix, text = (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)
    (low, high), (first, last) = span(value), span(text)
    inside = first <= low and high <= last
    return {
        "eq": inside, "ne": not inside, "lt": low < first, "le": low < first or inside, "gt": high > last,
        "ge": high > last or inside, "sa": low >= last, "eb": high <= first,
    }[prefix]  # fmt: skip
