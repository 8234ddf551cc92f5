"""Fractions and counts as text: rendered once, at the edge, and never rounded to a claim they do not make."""

from fractions import Fraction

from fhircheck.model.small_cells import Cell

UNKNOWN = "–"
_SIZES = ("B", "kB", "MB", "GB", "TB")


def percent(share: Fraction | None, language: str = "en", apart_from: Fraction | None = None) -> str:
    """`share` (0..1) in percent with one decimal, an en dash for None.

    Where that would look the same as a different share `apart_from` (a threshold just missed), more
    decimals are shown.

    "100%" and "0%" stand for exactly 1 and exactly 0 only; what would round to them is shown as
    ">99.9%" and "<0.1%". German has a comma and a space: "97,3 %".
    """
    if share is None:
        return UNKNOWN
    text = _bounded(share * 100, language)
    if apart_from is not None and share != apart_from and text == _bounded(apart_from * 100, language):
        text = _apart(share * 100, apart_from * 100, language)
    return text + ("%" if language == "en" else " %")


def _apart(value: Fraction, other: Fraction, language: str) -> str:
    """`value` with as few decimals as tell it from `other`; where six do not, only which side it is on."""
    text = ""
    for digits in range(2, 7):
        text = f"{float(value):.{digits}f}"
        if text != f"{float(other):.{digits}f}" and text not in (f"{0:.{digits}f}", f"{100:.{digits}f}"):
            break
    else:
        text = ("<" if value < other else ">") + f"{float(other):.6f}".rstrip("0").rstrip(".")
    return text if language == "en" else text.replace(".", ",")


def points(value: Fraction | None, language: str = "en") -> str:
    """A score of 0..100 with one decimal; 100 and 0 only where exact, as in `percent`."""
    return UNKNOWN if value is None else _bounded(value, language)


def _bounded(value: Fraction, language: str) -> str:
    """A number of 0..100 with one decimal, the ends only where exact."""
    if value in (0, 100):
        return str(int(value))
    tenths = round(value * 10)
    if tenths >= 1000:
        return ">" + decimal(999, language)
    return decimal(tenths, language) if tenths > 0 else "<" + decimal(1, language)


def decimal(tenths: int, language: str = "en") -> str:
    """`tenths` as a number with one decimal, in the decimal mark of `language`."""
    return f"{tenths // 10}{'.' if language == 'en' else ','}{tenths % 10}"


def weight(value: Fraction, language: str = "en") -> str:
    """A weight: whole only where it is whole, else with up to two decimals."""
    text = f"{rounded(value, 2):g}"
    return text if language == "en" else text.replace(".", ",")


def number(value: int, language: str = "en") -> str:
    """A count with its thousands apart: 12,345 in English, 12.345 in German."""
    text = f"{value:,}"
    return text if language == "en" else text.replace(",", ".")


def people(cell: Cell, language: str = "en") -> str:
    """A count of people as it may be shown: "12", "< 10", "91–99", "≥ 10"."""
    if cell.count is not None:
        return number(cell.count, language)
    if cell.most is None:
        return f"≥ {number(cell.least, language)}"
    if cell.least <= 1:
        return f"< {number(cell.most + 1, language)}"
    return f"{number(cell.least, language)}–{number(cell.most, language)}"


def size(octets: int, language: str = "en") -> str:
    """Bytes with a decimal unit, e.g. "3.6 MB"."""
    scaled, unit = octets, 0
    while scaled >= 1000 and unit < len(_SIZES) - 1:
        scaled, unit = scaled // 1000, unit + 1
    if not unit:
        return f"{octets} B"
    return f"{decimal(octets * 10 // 1000**unit, language)} {_SIZES[unit]}"


def seconds(duration: float, language: str = "en") -> str:
    """A duration in seconds with one decimal."""
    return decimal(round(duration * 10), language) + " s"


def rounded(value: Fraction, digits: int = 6) -> float:
    """`value` as a float of `digits` decimals; a whole number only where `value` is that whole number."""
    step = Fraction(1, 10**digits)
    near = Fraction(round(value / step)) * step
    if near.denominator == 1 and near != value:
        near += step if value > near else -step
    return float(near)
