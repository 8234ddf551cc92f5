"""OPS, the German catalogue of procedures: chapter, three places, up to two places after the point."""

import re

_CODE = re.compile(r"[1-9](?:-[0-9][0-9a-z]{1,2}(?:\.[0-9a-z]{1,2})?)?").fullmatch
_GROUP = re.compile(r"[1-9]-[0-9]{2}(?:\.\.\.|-)[1-9]-[0-9]{2}").fullmatch


def judge(code: str) -> bool | None:
    """None for what is written as a code or a group of codes."""
    return None if _CODE(code) or _GROUP(code) else False
