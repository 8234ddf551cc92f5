from fractions import Fraction

import pytest

from fhircheck.report.numbers import number, percent, points, rounded, seconds, size, weight


@pytest.mark.parametrize(
    ("share", "english", "german"),
    [
        (None, "–", "–"),
        (Fraction(1), "100%", "100 %"),
        (Fraction(0), "0%", "0 %"),
        (Fraction(999_999, 1_000_000), ">99.9%", ">99,9 %"),
        (Fraction(1, 1_000_000), "<0.1%", "<0,1 %"),
        (Fraction(973, 1000), "97.3%", "97,3 %"),
        (Fraction(1, 3), "33.3%", "33,3 %"),
        (Fraction(9994, 10_000), "99.9%", "99,9 %"),
        (Fraction(1, 20), "5.0%", "5,0 %"),
    ],
)
def test_percent(share: Fraction | None, english: str, german: str) -> None:
    assert percent(share) == english
    assert percent(share, "de") == german


def test_a_share_just_under_its_threshold_looks_different_from_it() -> None:
    needed = Fraction(99, 100)
    assert percent(Fraction(98_974, 100_000), apart_from=needed) == "98.97%"
    assert percent(Fraction(9_899_999, 10_000_000), "de", apart_from=needed) == "98,99999 %"
    assert percent(needed - Fraction(1, 10**12), apart_from=needed) == "<99%"
    assert percent(needed + Fraction(1, 10**12), apart_from=needed) == ">99%"
    assert percent(needed, apart_from=needed) == "99.0%"
    assert percent(Fraction(1, 2), apart_from=needed) == "50.0%"


def test_points_weights_counts_sizes_and_seconds() -> None:
    assert points(Fraction(200, 3)) == "66.7"
    assert points(Fraction(999_999, 10_000), "de") == ">99,9"
    assert points(None) == "–"
    assert (weight(Fraction(2)), weight(Fraction(1, 2)), weight(Fraction(1, 3), "de")) == ("2", "0.5", "0,33")
    assert (weight(3 - Fraction(1, 10**6)), weight(Fraction(1, 10**6))) == ("2.99", "0.01")
    assert (number(1_234_567), number(1_234_567, "de"), number(12)) == ("1,234,567", "1.234.567", "12")
    assert (size(999), size(5120), size(534_000_111, "de"), size(2_000_000_000_000_000)) == (
        "999 B",
        "5.1 kB",
        "534,0 MB",
        "2000.0 TB",
    )
    assert seconds(73.02) == "73.0 s"


def test_rounded_is_whole_only_where_exact() -> None:
    assert rounded(Fraction(1)) == 1.0
    assert rounded(Fraction(0)) == 0.0
    assert rounded(1 - Fraction(1, 10**12)) == 0.999999
    assert rounded(Fraction(1, 10**12)) == 0.000001
    assert rounded(Fraction(2, 3)) == 0.666667
    assert rounded(100 - Fraction(1, 10**9)) == 99.999999
