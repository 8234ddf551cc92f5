"""SNOMED CT identifiers: 6 to 18 digits, a partition that says concept, a Verhoeff check digit (SNOMED CT RF2, 6.1).

https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification (SCTID data type).
"""

import re

_IDENTIFIER = re.compile(r"[1-9][0-9]{5,17}").fullmatch
_CONCEPT = ("00", "10")


def judge(code: str) -> bool | None:
    """None for an identifier that is made as a concept's is, and for a postcoordinated expression."""
    if _IDENTIFIER(code) is None:
        return None if not code.isdigit() and code[:1].isdigit() and _postcoordinated(code) else False
    from stdnum import verhoeff

    return None if code[-3:-1] in _CONCEPT and verhoeff.is_valid(code) else False


def _postcoordinated(code: str) -> bool:
    return any(mark in code for mark in "|:+")
