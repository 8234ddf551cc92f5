"""Countries (ISO 3166-1) and their subdivisions (ISO 3166-2), by the library pycountry."""

import re

_OWN = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ|AAA|Q[M-Z][A-Z]|X[A-Z]{2}|ZZ[A-Z]").fullmatch
"""Left to users by the standard (8.1.3)."""
_RESERVED = frozenset(
    [
        "AC",
        "CP",
        "CQ",
        "DG",
        "EA",
        "EU",
        "EZ",
        "IC",
        "TA",
        "UK",
        "UN",
        "SU",
        "AN",
        "CS",
        "YU",
        "DD",
        "TP",
        "ZR",
        "BU",
        "FX",
        "NT",
    ]
)


def judge(code: str) -> bool | None:
    """Whether `code` is a country's two or three letters or number; None for what users and history may have."""
    import pycountry

    if code.isdigit() and len(code) == 3:
        return True if pycountry.countries.get(numeric=code) else None
    if len(code) not in (2, 3) or not (code.isascii() and code.isalpha() and code.isupper()):
        return False
    now, before = pycountry.countries, pycountry.historic_countries
    if (now.get(alpha_2=code) if len(code) == 2 else now.get(alpha_3=code)) is not None:
        return True
    if code in _RESERVED or _OWN(code):
        return None
    former = before.get(alpha_2=code) if len(code) == 2 else before.get(alpha_3=code)
    return False if former is None else None


def judge_subdivision(code: str) -> bool | None:
    """Whether `code` is a subdivision; None where its country has such a form but the list has it not."""
    import pycountry

    country, _, rest = code.partition("-")
    if not (rest and rest.isascii() and rest.isalnum() and len(rest) <= 3 and len(country) == 2):
        return False
    return True if pycountry.subdivisions.get(code=code) else None  # type: ignore[no-untyped-call]
