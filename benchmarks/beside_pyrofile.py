"""Resources a second on one core beside pyrofile-validator (Python): `python -m benchmarks.beside_pyrofile`.

Both validate the official examples of ../shared/reference/clinical500.txt (JSON) in one run, in turns, warm, with the
same packages loaded (R4 core, terminology, extensions). Theirs is handed nodes that were parsed before, ours reads the
bytes. Two sets: the examples about which we say nothing, and all. The ratio is the median over pairs of
turns, the bar 100. Needs `pip install pyrofile-validator` and ../shared; ends with 1 under the bar.
"""

import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.beside_reference import PACKAGES, checker
from benchmarks.throughput import EXAMPLES, SHARED, examples
from fhircheck.model.facts import Partial
from fhircheck.model.record import Chunk, Piece

BAR = 100
TURNS = 3


def theirs() -> Callable[[list[Any]], object]:
    """Their validation of parsed resources."""
    from pyrofile_validator import Validator
    from pyrofile_validator.config import ValidatorConfig

    paths = [str(SHARED / "packages" / name) for name in ("hl7.fhir.r4.core-4.0.1.tgz", *PACKAGES)]
    validator = Validator(ValidatorConfig(local_package_paths=paths))
    return lambda nodes: [validator.validate_resource(node) for node in nodes]


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one turn."""
    start = time.process_time()
    work()
    return time.process_time() - start


def turns(
    data: dict[str, bytes], check: Callable[[Chunk], Partial], validate: Callable[[list[Any]], object]
) -> list[tuple[float, float]]:
    """Our time and theirs, turn by turn; what theirs prints while it works is thrown away."""
    pieces = [Piece(name, "resource", text) for name, text in data.items()]
    nodes = [json.loads(text) for text in data.values()]
    check(pieces)
    pairs = []
    with open(os.devnull, "w", encoding="utf-8") as quiet, contextlib.redirect_stdout(quiet):
        for _ in range(TURNS):
            ours = min(seconds(lambda: check(pieces)) for _ in range(5))
            pairs.append((ours, seconds(lambda: validate(nodes))))
    return pairs


def main() -> int:
    """Measure both sets; 1 where the bar is missed."""
    if not EXAMPLES.is_file():
        print("needs ../shared with the package hl7.fhir.r4.examples")
        return 2
    check, validate = checker(), theirs()
    data = examples(SHARED / "reference" / "clinical500.txt")
    clean = {name: text for name, text in data.items() if not check([Piece(name, "resource", text)]).issues}
    ratios = []
    for title, each in (("without findings", clean), ("all", data)):
        pairs = turns(each, check, validate)
        ratio = statistics.median(other / ours for ours, other in pairs)
        ours, other = (statistics.median(turn) for turn in zip(*pairs, strict=True))
        print(f"{title}: {len(each)} resources")
        print(f"  fhircheck {len(each) / ours:7,.0f} resources/s   pyrofile {len(each) / other:6.1f} resources/s")
        print(f"  ratio {ratio:.0f}, bar {BAR}", flush=True)
        ratios.append(ratio)
    return 1 if min(ratios) < BAR else 0


if __name__ == "__main__":
    sys.exit(main())
