"""Made Bundles, beside the reference: ``python -m tests.conformance.bundled_examples``.

What holds of Bundles (full URLs, references between entries, what each type needs) shows in few published examples.
Here Bundles are made by chance. Runs are named by their numbers and are the same each time. Needs ../shared and Java;
a minute.
"""

import json
from random import Random

from tests.conformance.made_bundles import bundle
from tests.conformance.made_comparison import Made, command, comparison_of

NAME = "made Bundles"


def made(count: int) -> Made:
    """A Bundle."""
    node = bundle(Random(f"bundle {count}"))
    return Made(str(count), node["type"], "", (), json.dumps(node).encode())


run = comparison_of(made)

if __name__ == "__main__":
    command(__doc__, NAME, run, 1500)
