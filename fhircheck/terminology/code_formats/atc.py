"""ATC: one to seven places in five levels (https://www.whocc.no/atc/structure_and_principles/)."""

import re

_CODE = re.compile(r"[A-DGHJL-NPRSV](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?").fullmatch


def judge(code: str) -> bool | None:
    """None for what is written as a class of any level."""
    return None if _CODE(code) else False
