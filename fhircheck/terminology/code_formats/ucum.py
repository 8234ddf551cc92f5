"""UCUM units: the whole grammar, by the library ucumvert (https://ucum.org/ucum).

It is loaded when the first unit is met that no run before it has met (see UnitVerdicts).
"""

from typing import Any

LONGEST = 200
_parser: list[Any] = []


def judge(code: str) -> bool | None:
    """Whether `code` is a unit of UCUM (case sensitive)."""
    if not code or len(code) > LONGEST or code.count("(") > 20:
        return False if len(code) <= LONGEST else None
    if not _parser:
        from ucumvert import get_ucum_parser

        _parser.append(get_ucum_parser())
    from lark.exceptions import LarkError

    try:
        _parser[0].parse(code)
    except LarkError:
        return False
    return True
