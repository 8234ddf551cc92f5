"""Identifiers of the German health system: how they are built and what their check digits are.

KVNR: Richtlinie zum Aufbau und zur Vergabe der Krankenversichertennummer (GKV-Spitzenverband). IK: Rundschreiben of
ARGE IK. LANR and BSNR: Richtlinie of KBV by section 75 (7) SGB V.
"""

import re

_KVNR = re.compile(r"[A-Z][0-9]{9}", re.ASCII).fullmatch
_NINE = re.compile(r"[0-9]{9}", re.ASCII).fullmatch


def kvnr(value: str) -> bool:
    """The ten places of the number that an insured person keeps for life: letter, eight digits, check digit."""
    if not _KVNR(value):
        return False
    digits = f"{ord(value[0]) - 64:02d}{value[1:9]}"
    return _sum_of_cross_sums(digits, (1, 2)) % 10 == int(value[9])


def ik(value: str) -> bool:
    """The nine digits of an institution; the last one checks the third to the eighth."""
    if not _NINE(value):
        return False
    return _sum_of_cross_sums(value[2:8], (2, 1)) % 10 == int(value[8])


def lanr(value: str) -> bool:
    """Nine digits of a physician: six, their check digit, two for the specialty. Placeholders have no check digit."""
    if not _NINE(value):
        return False
    total = sum(int(digit) * (4, 9)[place % 2] for place, digit in enumerate(value[:6]))
    return int(value[6]) == (10 - total % 10) % 10 or value[:7] in ("9999999", "0000000", "5555555", "4444444")


def bsnr(value: str) -> bool:
    """Nine digits of a place of practice."""
    return _NINE(value) is not None


def _sum_of_cross_sums(digits: str, weights: tuple[int, int]) -> int:
    products = (int(digit) * weights[place % 2] for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in products)
