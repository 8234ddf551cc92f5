"""How fast data that keeps coming is checked, and what kill -9 costs:
`python -m benchmarks.follow_lag [SECONDS [KILLS [SEED]]]`.

Home vital signs as NDJSON lines, each with an error, so that each gives a finding. In the same run: a plain `validate`
and `check` of the file; `follow` over the same file as a backlog; then lines appended for SECONDS (60) at a quarter and
at six tenths of what `check` does, with the lag from the write of a line to its finding on standard output; then
`follow --checkpoint` killed KILLS (20) times by kill -9 while lines are appended. Ends with 1 where the report after
the kills is not the one of `check` (header apart), or a finding was never printed.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.process import FHIRCHECK, ROOT, as_installed, measured
from fhircheck import check
from fhircheck.report.json import document
from fhircheck.report.shown import View

NOW = "2026-03-01T12:00:00+00:00"
QUIET = ("--offline", "--fail-on", "never", "--now", NOW)


def lines(count: int, first: int = 0) -> Iterator[bytes]:
    """Blood pressures, weights and pulses of some people, each with a status that is none."""
    codes = (("8867-4", "/min", 60), ("29463-7", "kg", 70), ("9279-1", "/min", 14))
    for number in range(first, first + count):
        code, unit, value = codes[number % 3]
        person = number % 200
        yield json.dumps({
            "resourceType": "Observation", "id": f"v{number}", "status": "finall",
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                      "code": "vital-signs"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "subject": {"reference": f"Patient/p{person}"}, "device": {"reference": f"Device/d{person}"},
            "effectiveDateTime": f"2026-03-01T{number // 3600 % 12:02}:{number // 60 % 60:02}:{number % 60:02}Z",
            "valueQuantity": {"value": value + number % 7, "unit": unit, "system": "http://unitsofmeasure.org",
                              "code": unit},
        }).encode() + b"\n"  # fmt: skip


def follow(source: Path, *options: str, output: Any = subprocess.PIPE) -> "subprocess.Popen[bytes]":
    """A follower, in a process of its own."""
    command = (*FHIRCHECK, "follow", str(source), "--format", "ndjson", *QUIET, *options)
    return subprocess.Popen(command, cwd=ROOT, env=as_installed(), stdin=subprocess.DEVNULL, stdout=output,
                            stderr=subprocess.DEVNULL)  # fmt: skip


def numbers_found(text: bytes) -> set[int]:
    """Numbers of the resources that findings in NDJSON are about; a line that was cut off by a kill tells nothing."""
    found = set()
    for each in text.split(b"\n"):
        _, mark, rest = each.partition(b'"resource": "Observation/v')
        if mark and each.endswith(b"}"):
            found.add(int(rest.partition(b'"')[0]))
    return found


def lag(folder: Path, seconds: float, rate: float) -> tuple[float, float, float]:
    """Append `rate` lines a second; (lines a second that were answered, median and 99 % lag in seconds)."""
    source = folder / f"lag-{rate:.0f}.ndjson"
    source.write_bytes(b"".join(lines(1)))
    process = follow(source, "--every", "10s", "--window", "60s")
    assert process.stdout is not None
    arrived: dict[int, float] = {}
    written: dict[int, float] = {}
    ready = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for each in process.stdout:
            now = time.perf_counter()
            for number in numbers_found(each.rstrip(b"\n")):
                arrived.setdefault(number, now)
            ready.set()

    thread = threading.Thread(target=listen)
    thread.start()
    ready.wait(60)
    start, number = time.perf_counter(), 1
    with open(source, "ab", buffering=0) as file:
        while (passed := time.perf_counter() - start) < seconds:
            due = int(passed * rate) + 1 - number
            if due > 0:
                file.write(b"".join(lines(due, number)))
                now = time.perf_counter()
                written |= dict.fromkeys(range(number, number + due), now)
                number += due
            time.sleep(0.01)
    deadline = time.perf_counter() + 60
    while len(arrived) < number and time.perf_counter() < deadline:
        time.sleep(0.05)
    process.terminate()
    thread.join(60)
    process.wait(60)
    lags = sorted(arrived[each] - written[each] for each in written if each in arrived)
    if len(lags) < len(written):
        raise SystemExit(f"{len(written) - len(lags)} lines were never answered")
    answered = len(lags) / (max(arrived.values()) - start)
    return answered, statistics.median(lags), lags[int(len(lags) * 0.99)]


def killed(folder: Path, times: int, count: int, seed: int) -> tuple[bool, set[int], int]:
    """Kill a follower while lines arrive; (report as of a check, findings never printed, bytes of the checkpoint)."""
    chance, source, kept = random.Random(seed), folder / "kills.ndjson", folder / "kept"
    data = list(lines(count))
    source.write_bytes(b"")
    printed, done = set[int](), 0
    for _ in range(times):
        with tempfile.TemporaryFile() as output:
            process = follow(source, "--checkpoint", str(kept), "--every", "1s", "--window", "5s", output=output)
            ends = time.monotonic() + chance.uniform(0.5, 4.0)
            while time.monotonic() < ends:
                step = chance.randint(1, max(1, count // times // 4))
                text = b"".join(data[done : done + step])
                cut = chance.randint(0, len(text))
                with open(source, "ab") as file:
                    file.write(text[:cut])
                    file.flush()
                    time.sleep(chance.uniform(0, 0.2))
                    file.write(text[cut:])
                done = min(done + step, count)
            process.kill()
            process.wait()
            output.seek(0)
            printed |= numbers_found(output.read())
    with open(source, "ab") as file:
        file.write(b"".join(data[done:]))
    report = folder / "follow.json"
    last = follow(source, "--checkpoint", str(kept), "--every", "1s", "--window", "5s", "--for", "0s",
                  "--report", str(report))  # fmt: skip
    printed |= numbers_found(last.communicate()[0])
    plain = check(str(source), offline=True, fail_on="never", now=datetime.fromisoformat(NOW))
    same = without_header(json.loads(report.read_text("utf-8"))) == without_header(document(plain, View()))
    return same, set(range(count)) - printed, sum(each.stat().st_size for each in kept.iterdir())


def without_header(found: dict[str, Any]) -> Any:
    """A report without what differs between two runs, as it is when it was written and read."""
    return json.loads(json.dumps({name: value for name, value in found.items() if name != "header"}))


def main() -> int:
    """Measure, print, and return 1 where something was lost or doubled."""
    given = [*sys.argv[1:4], *("60", "20", "7")[len(sys.argv) - 1 :]]
    seconds, kills, seed = float(given[0]), int(given[1]), int(given[2])
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rate = throughputs(folder, seconds)
        for share in (0.25, 0.6):
            answered, half, most = lag(folder, seconds, rate * share)
            print(f"follow at {share:.0%} of check's rate: {answered:,.0f} lines/s answered;"
                  f" lag p50 {half * 1000:,.0f} ms, p99 {most * 1000:,.0f} ms")  # fmt: skip
        same, lost, size = killed(folder, kills, 200 * kills, seed)
    print(f"kill -9 {kills} times in {200 * kills:,} lines (seed {seed}): report {'as' if same else 'NOT as'} of check,"
          f" {len(lost)} findings never printed, checkpoint {size / 1e6:.1f} MB")  # fmt: skip
    return int(not same or bool(lost))


def throughputs(folder: Path, seconds: float) -> float:
    """Print what plain commands and a backlog take; lines a second of `check`."""
    source, count = folder / "plain.ndjson", int(seconds * 300)
    source.write_bytes(b"".join(lines(count)))
    rates = {}
    for title, command in (
        ("validate", ("validate", str(source), "--format", "ndjson", "--offline", "--fail-on", "never")),
        ("check", ("check", str(source), "--format", "ndjson", "--offline", "--fail-on", "never")),
        ("follow, all there", ("follow", str(source), "--format", "ndjson", "--for", "0s", *QUIET)),
        ("follow, checkpoint", ("follow", str(source), "--format", "ndjson", "--for", "0s", *QUIET, "--checkpoint",
                                str(folder / "plain"))),
    ):  # fmt: skip
        found = measured((*FHIRCHECK, *command))
        rates[title] = count / found.seconds
        print(f"{title:20} {count / found.seconds:8,.0f} lines/s, {count / found.cpu:8,.0f} a second of processor,"
              f" peak {found.peak / 1e6:,.0f} MB")  # fmt: skip
    return rates["check"]


if __name__ == "__main__":
    sys.exit(main())
