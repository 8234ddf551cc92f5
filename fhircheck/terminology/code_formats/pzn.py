"""PZN, the German number of a medicinal product: seven digits and a check digit (IFA, technical information PZN-8)."""


def judge(code: str) -> bool | None:
    """None where the last digit is the weighted sum of the others modulo 11."""
    if not (len(code) == 8 and code.isascii() and code.isdigit()):
        return False
    total = sum(place * int(digit) for place, digit in enumerate(code[:7], 1))
    return None if total % 11 == int(code[7]) else False
