"""Resources a second on one core beside fhirkit-rs (Rust, structure only): `python -m benchmarks.throughput`.

Both read the same bytes in the same run, in turns: the official examples listed in ../shared/reference
(sample500.txt, clinical500.txt), out of the package hl7.fhir.r4.examples in ../shared/packages. Ours is the
function that `fhircheck validate` runs over chunks, parsing included, with all that it checks: structure,
formats, required bindings, claimed profiles, texts; fhirkit.validate(bytes) checks structure. The ratio is the
median over pairs of turns, the bar 0.8. Needs `pip install fhirkit-rs`. Ends with 1 under the bar.
"""

import os
import statistics
import sys
import tarfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import Plan, first_pass
from fhircheck.model.record import Piece

BAR = 0.8
TURNS = 41
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
EXAMPLES = SHARED / "packages" / "hl7.fhir.r4.examples-4.0.1.tgz"


def examples(listed: Path) -> dict[str, bytes]:
    """The examples named in the file `listed`, by name."""
    names = {line.strip() for line in listed.read_text("utf-8").splitlines() if line.strip()}
    found: dict[str, bytes] = {}
    with tarfile.open(EXAMPLES) as archive:
        for member in archive:
            name = Path(member.name).name
            if name in names and (file := archive.extractfile(member)):
                found[name] = file.read()
    return found


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(data: dict[str, bytes]) -> float:
    """Print both throughputs and return the ratio ours / theirs."""
    import fhirkit

    check = first_pass(Plan(load_definitions().recipe(), (), False, True, datetime.now(UTC)))
    pieces = [Piece(name, "resource", text) for name, text in data.items()]

    def ours() -> None:
        check(pieces)

    def theirs() -> None:
        for text in data.values():
            fhirkit.validate(text)

    ours()
    theirs()
    turns = [(seconds(ours), seconds(theirs)) for _ in range(TURNS)]
    mine, other = (statistics.median(turn[who] for turn in turns) for who in (0, 1))
    ratio = statistics.median(turn[1] / turn[0] for turn in turns)
    best = min(turn[1] for turn in turns) / min(turn[0] for turn in turns)
    print(f"  fhircheck {len(data) / mine:8,.0f} resources/s   fhirkit-rs {len(data) / other:8,.0f} resources/s")
    print(f"  ratio {ratio:.2f} (median of {TURNS} pairs), {best:.2f} (best against best), bar {BAR}")
    return ratio


def main() -> int:
    """Measure both lists; 1 where a bar is missed."""
    if not EXAMPLES.is_file():
        print("needs ../shared with the package hl7.fhir.r4.examples")
        return 2
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    ratios = []
    for name in ("clinical500", "sample500"):
        data = examples(SHARED / "reference" / f"{name}.txt")
        print(f"{name}: {len(data)} resources, {sum(map(len, data.values())) / 1e6:.1f} MB")
        ratios.append(compare(data))
    return int(min(ratios) < BAR)


if __name__ == "__main__":
    sys.exit(main())
