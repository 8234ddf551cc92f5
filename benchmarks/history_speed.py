"""Lists and trends of 1,000 remembered runs: `python -m benchmarks.history_speed [RUNS]`.

Reports of the shipped samples are remembered as RUNS (1,000) runs of one series, on SQLite and, where it is
installed, on PostgreSQL. Each command then runs in a fresh process that has run it once on a small store, so that its
imports are paid: the time is that of the second run, the best of five. The bar for lists and trends is 0.3 s; its
processor time and the same command's whole process are shown beside it. Ends with 1 over the bar.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.history_stores import stores
from benchmarks.process import FHIRCHECK, ROOT, measured

BAR = 0.3
RUNS = 5
COMMANDS = (
    ["list"], ["list", "samples"], ["list", "samples", "--all"], ["trend", "samples"],
    ["trend", "samples", "--last", "1000"], ["trend", "samples", "--last", "1000", "--measures"],
)  # fmt: skip
# what the bar holds for; the others are shown beside them
BARRED = 5

TIMED = """
import contextlib, io, sys, time
from fhircheck.cli.history import history
command, small, big = sys.argv[3:], sys.argv[1], sys.argv[2]
def run(place):
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        history([*command, "--history", place], standalone_mode=False)
run(small)
begun, worked = time.perf_counter(), time.process_time()
run(big)
print(time.perf_counter() - begun, time.process_time() - worked)
"""


def sample() -> dict[str, Any]:
    """A report as `check --format json` writes it for the shipped samples."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [*FHIRCHECK, "check", "sample_bundles", "--offline", "--format", "json", "--output", file.name]
        subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.DEVNULL)
        return dict(json.loads(Path(file.name).read_bytes()))


def fill(place: str, document: dict[str, Any], count: int) -> float:
    """Remember `count` runs, one a day; gives seconds a run."""
    from fhircheck.history.store import Store

    first = datetime(2024, 1, 1, 6, tzinfo=UTC)
    with Store.open(place) as store:
        begun = time.perf_counter()
        for number in range(count):
            document["header"]["started"] = (first + timedelta(days=number)).isoformat()
            document["resources"][0]["count"] = 900 + number * 37 % 211
            for score in document["scores"]:
                value = 6000 + number * 53 % 3000
                score["value"] = {"numerator": value, "denominator": 100, "value": value / 100}
            store.add_run("samples", document)
        return (time.perf_counter() - begun) / count


def beyond_imports(command: list[str], small: str, big: str) -> tuple[float, float]:
    """Seconds of the command on the big store, once it has run on the small one in the same process; processor time."""
    done = subprocess.run(
        [sys.executable, "-c", TIMED, small, big, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, worked = map(float, done.stdout.split())
    return seconds, worked


def main() -> int:
    """Measure, print, and return 1 where the bar is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    document, slow = sample(), False
    print(f"a report of {len(json.dumps(document)) // 1000} kB")
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder), "small", "big") as found:
        for name, (small, big) in found.items():
            fill(small, document, 2)
            each = fill(big, document, count)
            size = Path(big).stat().st_size // 1000 if name == "SQLite" else 0
            print(f"{name}: {count} runs, {each * 1000:.0f} ms to remember one" + (f", {size} kB" if size else ""))
            for place, command in enumerate(COMMANDS):
                seconds, worked = min(beyond_imports(command, small, big) for _ in range(RUNS))
                whole = measured([*FHIRCHECK, "history", *command, "--history", big])
                over = place < BARRED and seconds > BAR
                print(f"  history {' '.join(command)}: {seconds:.3f} s beyond imports (processor {worked:.3f} s),"
                      f" whole process {whole.seconds:.2f} s{' OVER THE BAR' if over else ''}")  # fmt: skip
                slow = slow or over
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
