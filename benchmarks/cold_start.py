"""Whole process time to the first finding on one file, caches warm: `python -m benchmarks.cold_start`.

The peer is the bare interpreter in the same run; the bar is 0.4 s for the whole process. Ends with 1 over the bar.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.process import FHIRCHECK, Measured, measured

BAR = 0.4
RUNS = 11
FAULTY = {"resourceType": "Patient", "id": "muster", "gender": "männlich", "birthDate": "1970-02-30"}


def runs(command: list[str]) -> list[Measured]:
    """The command RUNS times, after one run that fills the caches."""
    measured(command)
    return [measured(command) for _ in range(RUNS)]


def main() -> int:
    """Measure, print, and return 1 where the bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "patient.json")
        file.write_text(json.dumps(FAULTY), encoding="utf-8")
        bare = statistics.median(run.seconds for run in runs([sys.executable, "-c", "pass"]))
        print(f"bare interpreter: {bare:.3f} s")
        slow = False
        for name in (["validate", "--format", "ndjson"], ["validate"], ["check"]):
            done = runs([*FHIRCHECK, *name, str(file)])
            if {run.code for run in done} != {1}:
                raise SystemExit(f"{' '.join(name)}: exit code {done[0].code}, 1 expected: {done[0].said}")
            whole = statistics.median(run.seconds for run in done)
            first = statistics.median(run.first_output for run in done)
            cpu = statistics.median(run.cpu for run in done)
            print(
                f"{' '.join(name)}: first output {first:.3f} s, whole process {whole:.3f} s, processor {cpu:.3f} s "
                f"(median of {RUNS}; {whole / bare:.1f} x the bare interpreter, {whole / BAR:.2f} of the bar {BAR} s)"
            )
            slow = slow or whole > BAR
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
