"""Sound concept maps, capability statements, operations and guides with a fault each, beside the reference.

``python -m tests.conformance.broken_interfaces``: as `broken_definitions`, with the faults of `interface_changes`.
"""

from tests.conformance.broken_definitions import run_with
from tests.conformance.broken_examples import Comparison
from tests.conformance.interface_changes import BY_TYPE
from tests.conformance.made_comparison import command

NAME = "concept maps, capability statements, operations, guides"


def run(number: int, first: int = 0) -> Comparison:
    """The comparison."""
    return run_with(BY_TYPE, number, first)


if __name__ == "__main__":
    command(__doc__, NAME, run, 1000)
