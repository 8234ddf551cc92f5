"""Codes against made value sets, beside the reference: ``python -m tests.conformance.coded_examples``.

Published value sets mostly list codes or take whole systems. Here code systems (hierarchies, properties, fragments) and
value sets (filters, imports, exclusions, versions) are made by chance, and codes are held against them. Runs are named
by their numbers and are the same each time. Needs ../shared and Java; a minute.
"""

import json
from random import Random

from tests.conformance.made_comparison import Made, command, comparison_of
from tests.conformance.made_terminology import coded

NAME = "codes and made value sets"


def made(count: int) -> Made:
    """An Observation with a code, and what binds it."""
    definitions, node = coded(Random(f"coded {count}"), count)
    return Made(str(count), "code", json.dumps(definitions), definitions, json.dumps(node).encode())


run = comparison_of(made)

if __name__ == "__main__":
    command(__doc__, NAME, run, 1500)
