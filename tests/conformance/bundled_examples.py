"""Made Bundles, beside the reference: ``python -m tests.conformance.bundled_examples``.

What holds of Bundles (full URLs, references between entries, what each type needs) shows in few published examples.
Here Bundles are made by chance. Runs are named by their numbers and are the same each time. Needs ../shared and Java;
a minute.
"""

import json
from random import Random

from tests.conformance.broken_examples import Comparison
from tests.conformance.made_bundles import bundle
from tests.conformance.made_comparison import Made, command, compared

NAME = "made Bundles"


def made(count: int) -> Made:
    """A Bundle."""
    node = bundle(Random(f"bundle {count}"))
    return Made(str(count), node["type"], "", (), json.dumps(node).encode())


def run(number: int, first: int = 0) -> Comparison:
    """The comparison."""
    return compared([made(count) for count in range(first, first + number)])


if __name__ == "__main__":
    command(__doc__, NAME, run, 1500)
