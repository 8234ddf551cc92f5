"""UCUM units: the whole grammar, by the library ucumvert (https://ucum.org/ucum).

It is loaded when the first unit is met that no run before it has met (see UnitVerdicts).
"""

from functools import cache
from typing import Any

LONGEST = 200


def judge(code: str) -> bool | None:
    """Whether `code` is a unit of UCUM (case sensitive)."""
    if not code or len(code) > LONGEST or code.count("(") > 20:
        return False if len(code) <= LONGEST else None
    from lark.exceptions import LarkError

    try:
        _parser().parse(code)
    except LarkError:
        return False
    return True


@cache
def _parser() -> Any:
    from ucumvert import get_ucum_parser

    return get_ucum_parser()
