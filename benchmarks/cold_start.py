"""Whole process time to the first finding on one file, caches warm: `python -m benchmarks.cold_start`.

The peer is the bare interpreter in the same run; the bar is 0.4 s for the whole process, and 0.6 s for an Observation
with an ISiK profile and a Quantity (needs ../shared with the packages). Ends with 1 over a bar.
"""

import json
import statistics
import sys
import tarfile
import tempfile
from pathlib import Path

from benchmarks.process import FHIRCHECK, Measured, measured

BAR = 0.4
PROFILE_BAR = 0.6
PACKAGES = Path(__file__).resolve().parents[2] / "shared" / "packages"
ISIK = (PACKAGES / "de.gematik.isik-vitalparameter-4.0.1.tgz", PACKAGES / "de.basisprofil.r4-1.5.4.tgz")
EXAMPLE = "package/examples/Observation-ISiKKoerpergewichtExample.json"
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
        if ISIK[0].is_file():
            slow = observation(Path(folder)) or slow
    return int(slow)


def observation(folder: Path) -> bool:
    """Whether the bar for one Observation with an ISiK profile is missed."""
    file = folder / "observation.json"
    with tarfile.open(ISIK[0]) as archive:
        member = archive.extractfile(EXAMPLE)
        assert member is not None
        file.write_bytes(member.read())
    packages = [part for path in ISIK for part in ("--package", str(path))]
    done = runs([*FHIRCHECK, "validate", "--offline", *packages, str(file)])
    if {run.code for run in done} != {0}:
        raise SystemExit(f"validate {EXAMPLE}: exit code {done[0].code}, 0 expected: {done[0].said}")
    whole = statistics.median(run.seconds for run in done)
    cpu = statistics.median(run.cpu for run in done)
    print(
        f"validate an ISiK Observation: whole process {whole:.3f} s, processor {cpu:.3f} s"
        f" (median of {RUNS}; {whole / PROFILE_BAR:.2f} of the bar {PROFILE_BAR} s)"
    )
    return whole > PROFILE_BAR


if __name__ == "__main__":
    sys.exit(main())
