"""Laws of comparing stores: what is written down in another way is the same, and both directions say the same."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.model.reconcile import Difference, ReconcileReport
from fhircheck.reconcile.comparing import compare
from tests.unit.reconcile.two_stores import lines, observation, patient

Resource = dict[str, Any]

VALUES = st.sampled_from([0, 1, 2.5, "a", "ü", True, [1, 2], {"reference": "Patient/p1"}, {"value": 1.5, "unit": "g"}])
RESOURCES = st.lists(
    st.builds(
        lambda number, value, kind: (patient if kind else observation)(number, note=value),
        st.integers(1, 5), VALUES, st.booleans(),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def rewritten(store: list[Resource], chance: random.Random) -> str:
    """The same store in another order, its members in another order, with white space and other versions."""

    def turned(node: Any) -> Any:
        if isinstance(node, list):
            return [turned(each) for each in node]
        if not isinstance(node, dict):
            return node
        items = [(name, turned(value)) for name, value in node.items()]
        chance.shuffle(items)
        return dict(items)

    made = [turned({**each, "meta": {"versionId": str(chance.random())}}) for each in store]
    chance.shuffle(made)
    return lines(json.dumps(each, separators=(" ,", " : "), ensure_ascii=chance.random() < 0.5) for each in made)


def told(before: Path, after: Path) -> tuple[ReconcileReport, Counter[tuple[str, str]]]:
    found: list[Difference] = []
    report = compare(before, after, sink=found.append)
    return report, Counter((each.status, each.before or each.after) for each in found)


@settings(max_examples=4, deadline=None)
@given(one=RESOURCES, other=RESOURCES, chance=st.randoms(use_true_random=False))
def test_another_writing_is_the_same_and_both_directions_agree(
    one: list[Resource], other: list[Resource], chance: random.Random, tmp_path_factory: Any
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    first, again, second = (folder / f"{name}.ndjson" for name in ("first", "again", "second"))
    first.write_text(lines(one))
    again.write_text(rewritten(one, chance))
    second.write_text(lines(other))
    report, found = told(first, again)
    assert (found, report.verdict.outcome, report.counts.moved) == (Counter(), "complete", 0)
    assert report.before.digest == report.after.digest
    there, differences = told(first, second)
    back, opposite = told(second, first)
    swapped = {"missing": "extra", "extra": "missing", "missing-copy": "extra-copy", "extra-copy": "missing-copy"}
    assert opposite == Counter({(swapped.get(status, status), who): n for (status, who), n in differences.items()})
    total = there.counts
    assert total.before == total.same + total.changed + total.missing + total.missing_copies == len(one)
    assert total.after == total.same + total.changed + total.extra + total.extra_copies == len(other)
    assert (there.before.digest == there.after.digest) == (total.differences == 0)
    assert (there.before.digest, there.after.digest) == (back.after.digest, back.before.digest)
