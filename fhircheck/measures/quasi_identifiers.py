"""Quasi-identifiers: what tells people apart when it is put together, and rows of their values (as hashes)."""

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from fhircheck.measures.seen import Seen
from fhircheck.model.errors import UsageError
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node

_MASK = (1 << 64) - 1
_REMEMBERED = 20_000


class QuasiIdentifier(NamedTuple):
    """path: the element it is read from. read: its value of a Patient, "" where there is none. Bears any JSON."""

    name: str
    path: str
    read: Callable[[Node], str]


def _birth(length: int) -> Callable[[Node], str]:
    return lambda node: _text(node.get("birthDate"))[:length]


def _birth_decade(node: Node) -> str:
    return _text(node.get("birthDate"))[:3]


def _death_year(node: Node) -> str:
    dead = node.get("deceasedDateTime")
    return _text(dead)[:4] or ("yes" if node.get("deceasedBoolean") is True else "")


def _address(name: str, length: int = 99) -> Callable[[Node], str]:
    """The element of the first address that has it, its first `length` characters."""

    def read(node: Node) -> str:
        addresses = node.get("address")
        for each in addresses if addresses.__class__ is list else ():
            text = _text(each.get(name)) if each.__class__ is dict else ""
            if text:
                return text.strip().casefold()[:length]
        return ""

    return read


def _marital_status(node: Node) -> str:
    return _code(node.get("maritalStatus"))


def _language(node: Node) -> str:
    spoken = node.get("communication")
    first = spoken[0] if spoken.__class__ is list and spoken else None
    return _code(first.get("language")) if first.__class__ is dict else ""


def _code(concept: Any) -> str:
    codings = concept.get("coding") if concept.__class__ is dict else None
    first = codings[0] if codings.__class__ is list and codings else None
    return _text(first.get("code")) if first.__class__ is dict else ""


def _text(value: Any) -> str:
    return value if value.__class__ is str else ""


QUASI_IDENTIFIERS = {
    each.name: each
    for each in (
        QuasiIdentifier("birth-date", "Patient.birthDate", _birth(10)),
        QuasiIdentifier("birth-month", "Patient.birthDate", _birth(7)),
        QuasiIdentifier("birth-year", "Patient.birthDate", _birth(4)),
        QuasiIdentifier("birth-decade", "Patient.birthDate", _birth_decade),
        QuasiIdentifier("death-year", "Patient.deceased", _death_year),
        QuasiIdentifier("sex", "Patient.gender", lambda node: _text(node.get("gender"))),
        QuasiIdentifier("postal-code", "Patient.address.postalCode", _address("postalCode")),
        QuasiIdentifier("postal-code-3", "Patient.address.postalCode", _address("postalCode", 3)),
        QuasiIdentifier("postal-code-2", "Patient.address.postalCode", _address("postalCode", 2)),
        QuasiIdentifier("postal-code-1", "Patient.address.postalCode", _address("postalCode", 1)),
        QuasiIdentifier("city", "Patient.address.city", _address("city")),
        QuasiIdentifier("state", "Patient.address.state", _address("state")),
        QuasiIdentifier("country", "Patient.address.country", _address("country")),
        QuasiIdentifier("marital-status", "Patient.maritalStatus", _marital_status),
        QuasiIdentifier("language", "Patient.communication", _language),
    )
}
"""By name, as ``--quasi-identifier`` takes them. A value that is missing counts as a value of its own."""

_ICD = ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "http://fhir.de/CodeSystem/dimdi/icd-10-gm",
        "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm",
        "http://hl7.org/fhir/sid/icd-10-gm")  # fmt: skip
_WHOLE = 99
SENSITIVE = {"diagnosis-group": 3, "diagnosis-chapter": 1, "diagnosis": _WHOLE, "none": 0}
"""Sensitive attributes by name: so many first characters of an ICD-10 code; codes of other systems count whole."""


def chosen(names: Sequence[str]) -> tuple[QuasiIdentifier, ...]:
    """The quasi-identifiers of these names. Raises UsageError for a name that is none."""
    for name in names:
        if name not in QUASI_IDENTIFIERS:
            raise UsageError(f"no quasi-identifier is called {name!r}; there are {', '.join(QUASI_IDENTIFIERS)}")
    return tuple(QUASI_IDENTIFIERS[name] for name in dict.fromkeys(names))


def collect_quasi(node: Node, seen: Seen) -> None:
    """Add the rows of one Patient to the table ``quasi``: one for each quasi-identifier, one for all together."""
    remembered: dict[Any, Any] = seen.tools.remembered.setdefault("quasi-identifiers", {})
    wanted = remembered.get("")
    if wanted is None:
        wanted = remembered[""] = chosen(seen.tools.options.quasi_identifiers)
    fresh, patient, together = seen.rows.table("quasi").fresh, seen.patient, 0
    for number, each in enumerate(wanted, 1):
        value = each.name, each.read(node)
        key = remembered.get(value)
        if key is None:
            if len(remembered) > _REMEMBERED:
                remembered.clear()
                remembered[""] = wanted
            key = remembered[value] = key_of("\n".join(value))
        fresh += (patient, number, key)
        together = (together * 0x9E3779B97F4A7C15 + key) & _MASK
    fresh += (patient, 0, together)


def collect_sensitive(node: Node, seen: Seen) -> None:
    """Add rows for the diagnoses of one Condition to the table ``sensitive`` (a refuted one is none)."""
    length = SENSITIVE.get(seen.tools.options.sensitive, 0)
    code = node.get("code")
    codings = code.get("coding") if code.__class__ is dict else None
    if not length or codings.__class__ is not list or not seen.patient:
        return
    if "verificationStatus" in node and _code(node["verificationStatus"]) in ("refuted", "entered-in-error"):
        return
    remembered: dict[Any, Any] = seen.tools.remembered.setdefault("sensitive", {})
    for coding in codings:
        if coding.__class__ is not dict:
            continue
        value = coding.get("system"), coding.get("code")
        if value[0].__class__ is str and value[1].__class__ is str:
            key = remembered.get(value)
            if key is None:
                if len(remembered) > _REMEMBERED:
                    remembered.clear()
                key = remembered[value] = _group(value[0], value[1], length)
            seen.rows.table("sensitive").fresh += (seen.patient, key)
            return


def _group(system: str, code: str, length: int) -> int:
    """Key of the group: an ICD-10 code is cut, whatever edition; others are taken as they are."""
    if system in _ICD:
        return key_of("icd-10 " + code.strip().upper()[:length])
    return key_of(f"{system} {code}")


def patients_alike(count: int, **members: str) -> str:
    """So many patients with the same members, as a JSON list: for examples."""
    return json.dumps([{"resourceType": "Patient", "id": f"p{number}", **members} for number in range(count)])
