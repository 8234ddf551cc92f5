"""Currencies (ISO 4217), by the library pycountry."""

_WITHDRAWN = frozenset(
    [
        "ANG",
        "BGN",
        "BYR",
        "CUC",
        "EEK",
        "GHC",
        "HRK",
        "LTL",
        "LVL",
        "MRO",
        "MZM",
        "ROL",
        "SDD",
        "SKK",
        "SLL",
        "SRG",
        "STD",
        "TRL",
        "USS",
        "VEB",
        "VEF",
        "VED",
        "XFU",
        "ZMK",
        "ZWD",
        "ZWL",
        "ZWN",
        "ZWR",
        "ATS",
        "BEF",
        "DEM",
        "ESP",
        "FIM",
        "FRF",
        "GRD",
        "IEP",
        "ITL",
        "LUF",
        "NLG",
        "PTE",
        "CYP",
        "MTL",
        "SIT",
    ]
)


def judge(code: str) -> bool | None:
    """Whether `code` is a currency; None for one that was, or that may be newer than the list."""
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        return False
    import pycountry

    if pycountry.currencies.get(alpha_3=code):
        return True
    return None if code in _WITHDRAWN else False
