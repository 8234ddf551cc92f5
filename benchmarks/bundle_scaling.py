"""One Bundle with references, ever bigger: time a resource and peak memory stay: `python -m benchmarks.bundle_scaling`.

Makes a collection of N resources (default 5,000, 20,000 and 100,000), each Observation with references to a Patient and
an Encounter of the same Bundle by fullUrl, and runs `validate` on it in a fresh process: whole (the Bundle's rules see
all entries) by the library, and as the command splits it. Ends with 1 where the time a resource grows by more than half
from the smallest to the biggest, or the split run holds more than 300 MB.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.process import FHIRCHECK, Measured, measured

SIZES = (5_000, 20_000, 100_000)
GROWTH = 1.5
PEAK = 300_000_000
WHOLE = """
import sys, time
from pathlib import Path
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.validator import Validator
linker = linker_for(load_definitions(offline=True), lambda reason, detail: None)
validator, reader = Validator(linker), RecordReader(linker.around.types)
piece = Piece("bundle", "resource", Path(sys.argv[1]).read_bytes())
(record,) = reader.records(piece)
start = time.process_time()
found = validator.check(record)
seconds = time.process_time() - start
faults = sum(issue.severity == "error" for each in found for issue in each.issues)
print(seconds, file=sys.stderr)
print(len(found), faults)
"""


def entries(count: int) -> list[dict[str, Any]]:
    """`count` entries: every tenth a Patient, every tenth an Encounter, the others Observations of them."""
    return [{"fullUrl": f"http://example.org/fhir/{name(each)}", "resource": resource(each)} for each in range(count)]


def name(number: int) -> str:
    """Type and id of resource `number`."""
    return f"{('Patient', 'Encounter')[number % 10] if number % 10 < 2 else 'Observation'}/r{number}"


def resource(number: int) -> dict[str, Any]:
    """Resource `number`, which refers to those before it."""
    kind, _, identity = name(number).partition("/")
    start = number - number % 10
    subject = {"reference": name(start)}
    own: dict[str, dict[str, Any]] = {
        "Patient": {"active": True, "name": [{"family": "Scale", "given": ["A"]}]},
        "Encounter": {
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "subject": subject,
        },
        "Observation": {
            "status": "final",
            "code": {"text": "Scale"},
            "subject": subject,
            "encounter": {"reference": name(start + 1)},
            "valueQuantity": {"value": number, "system": "http://unitsofmeasure.org", "code": "g"},
        },
    }
    return {"resourceType": kind, "id": identity, **own[kind]}


def write(path: Path, count: int) -> None:
    """The Bundle as a file."""
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries(count)}
    path.write_text(json.dumps(bundle), encoding="utf-8")


def line(title: str, count: int, seconds: float, done: Measured) -> str:
    """One measurement as a line."""
    each = 1_000_000 * seconds / count
    return f"{title}, {count:,} resources: {seconds:.1f} s, {each:.0f} µs each, peak {done.peak / 1e6:.0f} MB"


def main(arguments: list[str]) -> int:
    """Measure, print, and return 1 where something does not hold."""
    sizes = [int(each) for each in arguments] or list(SIZES)
    whole: list[float] = []
    split: list[float] = []
    fine = True
    with tempfile.TemporaryDirectory() as folder:
        for count in sizes:
            path = Path(folder, f"{count}.json")
            write(path, count)
            done = measured([sys.executable, "-c", WHOLE, str(path)])
            fine = fine and done.code == 0
            whole.append(float(done.said) / count)
            print(line("whole", count, whole[-1] * count, done), flush=True)
            done = measured([*FHIRCHECK, "validate", "--offline", str(path)])
            split.append(done.cpu / count)
            fine = fine and done.peak < PEAK and done.code in (0, 1)
            print(line("split", count, done.cpu, done) + f", exit code {done.code}", flush=True)
    grown = whole[-1] / whole[0]
    print(f"time a resource, biggest to smallest: whole {grown:.2f}, split {split[-1] / split[0]:.2f}")
    return 0 if fine and grown < GROWTH and split[-1] / split[0] < GROWTH else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
