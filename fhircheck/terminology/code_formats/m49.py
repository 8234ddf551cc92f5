"""Regions of the world by the United Nations (M49): three digits (https://unstats.un.org/unsd/methodology/m49/)."""

import re

_REGION = re.compile(r"[0-9]{3}").fullmatch


def judge(code: str) -> bool | None:
    """None for what has the form of a region, which may exist; False for anything else."""
    return None if _REGION(code) else False
