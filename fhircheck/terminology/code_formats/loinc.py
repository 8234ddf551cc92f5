"""LOINC codes: digits, a hyphen and a mod 10 check digit (LOINC Users' Guide, appendix B)."""

import re

from fhircheck.terminology.code_formats.check_digit import luhn

_TERM = re.compile(r"([0-9]{1,7})-([0-9])").fullmatch
_PART = re.compile(r"(?:LA|LL|LP|LG|MTHU)[0-9]{1,9}(?:-[0-9])?").fullmatch


def judge(code: str) -> bool | None:
    """None for what has the form of a term with its check digit, or of an answer, list, part or group."""
    term = _TERM(code)
    if term is not None:
        return None if luhn(term[1] + term[2]) else False
    return None if _PART(code) else False
