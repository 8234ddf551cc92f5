"""Language tags of BCP 47: well formed (RFC 5646, 2.1) and of subtags that exist, by the library langcodes."""

import re

_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE,
).fullmatch
_PRIVATE = re.compile(r"x(?:-[a-z0-9]{1,8})+", re.IGNORECASE).fullmatch
_IRREGULAR = """
art-lojban cel-gaulish en-gb-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux i-mingo i-navajo i-pwn
i-tao i-tay i-tsu no-bok no-nyn sgn-be-fr sgn-be-nl sgn-ch-de zh-guoyu zh-hakka zh-min zh-min-nan zh-xiang
"""
_GRANDFATHERED = frozenset(_IRREGULAR.split())


def judge(code: str) -> bool | None:
    """Whether `code` is a tag whose language, script, region and variants are registered."""
    if len(code) > 100:
        return False
    if code.lower() in _GRANDFATHERED or _PRIVATE(code):
        return True
    if not _TAG(code):
        return False
    from langcodes import tag_is_valid

    return bool(tag_is_valid(code))
