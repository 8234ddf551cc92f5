"""Peak memory on big input, and the same bytes for any number of processes: `python -m benchmarks.memory [MEGABYTES]`.

Makes an NDJSON file and one Bundle of MEGABYTES (default 500) from sample_bundles/ in a temporary folder and runs
`validate --format ndjson` and `check --format json` on each with one and with two processes. Ends with 1 where
a bar is missed or two runs differ.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.big_data import write_bundle, write_ndjson
from benchmarks.process import FHIRCHECK, ROOT, Measured, measured

MEGABYTE = 1_000_000
PACKAGE = ("--package", str(ROOT / "profiles"))
INPUTS: tuple[tuple[str, Callable[[Path, int], None], int], ...] = (
    ("big.ndjson", write_ndjson, 150 * MEGABYTE),
    ("bundle.json", write_bundle, 300 * MEGABYTE),
)


def validate(file: Path, jobs: int) -> tuple[Measured, str]:
    """`validate` with `jobs` processes, and the hash of its findings."""
    done = measured([*FHIRCHECK, "validate", "--format", "ndjson", "--jobs", str(jobs), *PACKAGE, str(file)])
    return done, done.output


def check(file: Path, jobs: int) -> tuple[Measured, str]:
    """`check` with `jobs` processes, and the hash of its report without the header."""
    report = file.with_suffix(f".{jobs}.report")
    command = [
        *FHIRCHECK,
        "check",
        "--format",
        "json",
        "--jobs",
        str(jobs),
        "--output",
        str(report),
        *PACKAGE,
        str(file),
    ]
    done = measured(command)
    if not report.is_file():
        raise SystemExit(f"check: exit code {done.code}: {done.said}")
    content = json.loads(report.read_text(encoding="utf-8"))
    del content["header"]
    return done, hashlib.sha256(json.dumps(content).encode()).hexdigest()


def line(title: str, done: Measured, size: int, bar: int) -> str:
    """One measurement as a line."""
    speed, peak = size / done.seconds / MEGABYTE, done.peak / MEGABYTE
    return (
        f"{title}: {done.seconds:.1f} s, processor {done.cpu:.1f} s, {speed:.1f} MB/s, peak {peak:.0f} MB "
        f"({done.peak / bar:.2f} of the bar {bar // MEGABYTE} MB, {done.peak / size:.2f} x the input)"
    )


def judged(file: Path, bar: int) -> bool:
    """Run both commands on `file` with one and two processes; True where all bars and hashes hold."""
    size, fine = file.stat().st_size, True
    for name, run in (("validate", validate), ("check", check)):
        hashes = set()
        for jobs in (1, 2):
            done, output = run(file, jobs)
            hashes.add(output)
            fine = fine and done.peak < bar and done.code == 1
            print(line(f"{file.name} {name} --jobs {jobs} (exit code {done.code})", done, size, bar), flush=True)
        print(f"{file.name} {name}: one and two processes give {'the same' if len(hashes) == 1 else 'DIFFERENT'} bytes")
        fine = fine and len(hashes) == 1
    return fine


def main(arguments: list[str]) -> int:
    """Measure, print, and return 1 where something does not hold."""
    size = int(arguments[0] if arguments else 500) * MEGABYTE
    fine = True
    for name, write, bar in INPUTS:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, name)
            write(file, size)
            fine = judged(file, bar) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
