"""ICD-10-GM as coded in Germany: letter, two digits, up to two places more; groups and chapters as well."""

import re

_CODE = re.compile(r"[A-Z][0-9]{2}(?:\.(?:[0-9]{1,2}|-|[0-9]-))?").fullmatch
_GROUP = re.compile(r"[A-Z][0-9]{2}-[A-Z][0-9]{2}").fullmatch
_CHAPTER = re.compile(r"[IVX]{1,5}").fullmatch


def judge(code: str) -> bool | None:
    """None for what is written as a code, group or chapter; dagger, asterisk and exclamation mark are no part of it."""
    return None if _CODE(code) or _GROUP(code) or _CHAPTER(code) else False
