"""Resources a second on one core beside the HL7 reference validator: `python -m benchmarks.beside_reference`.

Both check the same official examples (../shared/reference/clinical500.txt, out of hl7.fhir.r4.examples in
../shared/packages) in the same run, warm, one thread, on the R4 core with the terminology and extension packages; best
practice ignored. Ours is the function that `fhircheck validate` runs over chunks, parsing included. Three sets: the
examples about which we say nothing; the same with an unknown element added, so that each has a finding; and all of
them with that element, many of which are long and have dozens of findings of their own. The bars: 80, 30 and 30 times
the reference. Beside them: how many times jiter's strict parse of the same bytes we need.
Needs Java and ../shared; ends with 1 under a bar.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from jiter import from_json

from benchmarks.throughput import EXAMPLES, SHARED, examples
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import Plan, first_pass
from fhircheck.model.facts import Partial
from fhircheck.model.record import Chunk, Piece

PACKAGES = ("hl7.terminology.r4-6.4.0.tgz", "hl7.fhir.uv.extensions.r4-5.3.0.tgz")
BARS = {"without findings": 80, "the same with a finding each": 30, "all, with a finding each": 30}
TURNS = 7


def checker() -> Callable[[Chunk], Partial]:
    """Our first pass over chunks, for validation alone."""
    definitions = load_definitions([str(SHARED / "packages" / name) for name in PACKAGES], offline=True)
    return first_pass(Plan(definitions.recipe(), (), False, True, datetime.now(UTC)))


def best(work: Callable[[], object]) -> float:
    """The shortest processor time of some turns, in seconds."""
    times = []
    for _ in range(TURNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def reference(data: dict[str, bytes]) -> float:
    """Resources a second of the reference, warm (the second pass over the data), by its own clock."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in data.items():
            Path(folder, name).write_bytes(text)
        command = [str(SHARED / "reference" / "run"), "hl7", "--best-practice", "ignore", "--repeat", "2", "--quiet"]
        files = [str(Path(folder, name)) for name in data]
        done = subprocess.run([*command, *files], capture_output=True, text=True, check=True)
    summary = json.loads(done.stderr.strip().splitlines()[-1])
    return float(summary["resources_per_s"])


def strictly_parsed(text: bytes) -> object:
    """As a validator has to read: duplicate keys and NaN are refused, decimals stay exact."""
    return from_json(text, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="lossless-float")


def with_finding(text: bytes) -> bytes:
    """The example with an element that no type has."""
    node = json.loads(text)
    return json.dumps(node | {"notDefined": True}).encode()


def compare(name: str, data: dict[str, bytes], check: Callable[[Chunk], Partial]) -> float:
    """Print both throughputs and return the ratio ours / theirs."""
    pieces = [Piece(each, "resource", text) for each, text in data.items()]
    check(pieces)
    ours = best(lambda: check(pieces))
    parse = best(lambda: [strictly_parsed(text) for text in data.values()])
    theirs = reference(data)
    ratio = len(data) / ours / theirs
    print(f"{name}: {len(data)} resources, {sum(map(len, data.values())) / 1e6:.1f} MB")
    print(f"  fhircheck {len(data) / ours:7,.0f} resources/s   HL7 reference {theirs:5.1f} resources/s")
    print(f"  ratio {ratio:.0f}, bar {BARS[name]}; {ours / parse:.1f} times jiter's strict parse", flush=True)
    return ratio


def main() -> int:
    """Measure both sets; 1 where a bar is missed."""
    if not EXAMPLES.is_file():
        print("needs ../shared with the package hl7.fhir.r4.examples")
        return 2
    data = {name: json.dumps(json.loads(text)).encode() for name, text in
            examples(SHARED / "reference" / "clinical500.txt").items()}  # fmt: skip
    check = checker()
    clean = {name: text for name, text in data.items() if not check([Piece(name, "resource", text)]).issues}
    faulty = {name: with_finding(text) for name, text in data.items()}
    sets = (clean, {name: faulty[name] for name in clean}, faulty)
    ratios = [compare(name, each, check) / bar for (name, bar), each in zip(BARS.items(), sets, strict=True)]
    return 1 if min(ratios) < 1 else 0


if __name__ == "__main__":
    sys.exit(main())
