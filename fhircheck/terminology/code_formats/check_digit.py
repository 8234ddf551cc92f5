"""Check digits that several systems use."""


def luhn(digits: str) -> bool:
    """Whether the last of `digits` is the mod 10 check digit of those before it (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
