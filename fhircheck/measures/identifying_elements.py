"""Elements that say who a person is: which are filled, and what an Identifier identifies."""

from typing import Any

from fhircheck.model.record import Node
from fhircheck.terminology.code_formats.german_identifier import kvnr

DIRECT_SYSTEMS = frozenset(
    (
        "http://fhir.de/sid/gkv/kvid-10",
        "http://fhir.de/sid/pkv/kvid-10",
        "http://fhir.de/NamingSystem/gkv/kvid-10",
        "http://hl7.org/fhir/sid/passport-DEU",
        "http://hl7.org/fhir/sid/us-ssn",
    )
)
"""Numbers of health insurance and passports (de.basisprofil.r4), social security."""

DIRECT_TYPES = frozenset(("KVZ10", "GKV", "PKV", "MR", "SS", "SB", "NI", "NH", "DL", "PPN", "TAX", "PRC", "CZ", "HC"))
"""Types of identifiers (v2-0203; identifier-type-de-basis) that a person is known by outside of the data."""

PSEUDONYM_TYPES = frozenset(("PSEUDED", "ANONYED", "ANON"))
"""v3-ObservationValue (as MII marks pseudonyms) and v2-0203 (as de.basisprofil.r4 marks the pseudonymous KVNR)."""


def has_name(names: Any) -> bool:
    """Whether any HumanName has a part that is no blank."""
    return any(
        _filled(each.get("text")) or _filled(each.get("family")) or _any_filled(each.get("given"))
        for each in _dicts(names)
    )


def has_address_line(addresses: Any) -> bool:
    """Whether any Address says more than the place: a line, or all of it as text."""
    return any(_filled(each.get("text")) or _any_filled(each.get("line")) for each in _dicts(addresses))


def has_telecom(telecoms: Any) -> bool:
    """Whether any ContactPoint has a value."""
    return any(_filled(each.get("value")) for each in _dicts(telecoms))


def has_photo(photos: Any) -> bool:
    """Whether there is any Attachment."""
    return bool(_dicts(photos))


def has_contact(contacts: Any) -> bool:
    """Whether a contact (a relative, a guardian) is named or can be reached."""
    return any(
        has_name([each.get("name")]) or has_telecom(each.get("telecom")) or has_address_line([each.get("address")])
        for each in _dicts(contacts)
    )


def identifies(identifier: Any) -> bool | None:
    """Whether an Identifier is one a person is known by: a KVNR, a record number ...; False: a pseudonym, or empty.

    None where neither its type nor its system says so.
    """
    if identifier.__class__ is not dict or not _filled(identifier.get("value")):
        return False
    kind = identifier.get("type")
    codes = {each.get("code") for each in _dicts(kind.get("coding"))} if kind.__class__ is dict else set()
    texts = {each for each in codes if each.__class__ is str}
    system = identifier.get("system")
    if texts & DIRECT_TYPES or (system.__class__ is str and system in DIRECT_SYSTEMS) or kvnr(identifier["value"]):
        return True
    return False if texts & PSEUDONYM_TYPES else None


def any_identifies(identifiers: Any) -> bool | None:
    """`identifies` of all: True for one that does, else None for one of which it cannot be told."""
    verdicts = {identifies(each) for each in _dicts(identifiers)}
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _dicts(value: Any) -> list[Node]:
    return [each for each in value if each.__class__ is dict] if value.__class__ is list else []


def _filled(value: Any) -> bool:
    return value.__class__ is str and not value.isspace() and value != ""


def _any_filled(values: Any) -> bool:
    return values.__class__ is list and any(_filled(each) for each in values)
