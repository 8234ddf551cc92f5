"""Ordered slices: an item after one of a later slice is out of order, those that follow it are not."""

import pytest

from tests.profiled_patient import broken

SLICING = {"discriminator": [{"type": "value", "path": "use"}], "ordered": True, "rules": "open"}
NAME = "Patient.name"


def slices(*uses: str) -> list[dict[str, object]]:
    made: list[dict[str, object]] = [{"id": NAME, "path": NAME, "slicing": SLICING}]
    for use in uses:
        made.append({"id": f"{NAME}:{use}", "path": NAME, "sliceName": use, "min": 0, "max": "*"})
        made.append({"id": f"{NAME}:{use}.use", "path": f"{NAME}.use", "min": 1, "fixedCode": use})
    return made


@pytest.mark.parametrize(
    ("uses", "misplaced"),
    [
        (["official", "usual", "nickname"], []),
        (["official", "official", "nickname", "old"], []),
        (["usual", "official"], [1]),
        (["usual", "official", "official"], [1]),
        (["nickname", "usual", "official"], [1, 2]),
        (["usual", "official", "usual", "official"], [1, 3]),
        (["usual", "old", "official"], [2]),
    ],
)
def test_an_item_is_out_of_order_after_one_of_a_later_slice(uses: list[str], misplaced: list[int]) -> None:
    found = broken(slices("official", "usual", "nickname"), {"name": [{"use": use, "family": "x"} for use in uses]})
    assert found == [("slice-order", f"Patient.name[{index}]") for index in misplaced]
