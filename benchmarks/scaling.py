"""Throughput, memory and efficiency by size and number of processes: `python -m benchmarks.scaling --resume`.

    python -m benchmarks.scaling [--sizes 1,4,16] [--engines 1,2,spark1,spark2] [--resume] [--folder DIR]

For each size (gigabytes of benchmarks.scale_data) and engine the real command (`fhircheck check`, all measures) runs
in a fresh process; 1 and 2 are `--jobs`, spark1 and spark2 `--engine spark` on local[1] and local[2]. Before and after
each a plain loop that only computes runs on one and on two processes: what two processes reach there is what the
machine gives at that time. Each finished line is appended at once to benchmarks/results/scaling.jsonl, so that a run
can be stopped at any time; --resume leaves out what is there from the same version of the code. Then docs/scale.md is
made out of all lines (--page: only that). Ends with 1 where two processes reach less than 0.9 of what the loop reaches,
or a worker holds more than 600 MB.
"""

import argparse
import json
import multiprocessing
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.process import FHIRCHECK, ROOT
from benchmarks.process_tree import Watched, watched
from benchmarks.scale_data import GIGABYTE, SETS, SHARED, Written, ready
from benchmarks.scale_page import bars_missed, page

ENGINES = ("1", "2", "spark1", "spark2")
RESULTS = ROOT / "benchmarks" / "results" / "scaling.jsonl"
PEERS = ROOT / "benchmarks" / "results" / "spark_peers.json"
PAGE = ROOT / "docs" / "scale.md"
LOOP_SECONDS = 3.0
Line = dict[str, Any]


def command(engine: str, folder: Path) -> list[str]:
    """The command line that checks a folder."""
    words = [*FHIRCHECK, "check", "--offline", "--format", "json"]
    if engine.startswith("spark"):
        words += ["--engine", "spark", "--spark-master", f"local[{engine.removeprefix('spark')}]"]
        words += ["--spark-conf", "spark.driver.memory=1g", "--spark-conf", "spark.ui.enabled=false"]
    else:
        words += ["--jobs", engine]
    return [*words, str(folder)]


def _turns(seconds: float) -> float:
    """Turns a second of a loop that only computes."""
    end, turns, value = time.perf_counter() + seconds, 0, 1
    start = time.perf_counter()
    while time.perf_counter() < end:
        for _ in range(10_000):
            value = (value * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        turns += 1
    return turns / (time.perf_counter() - start)


def loop(seconds: float = LOOP_SECONDS) -> tuple[float, float]:
    """Turns a second of the plain loop on one process, and on two together."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        pool.map(_turns, (0.01, 0.01), 1)  # both are there
        one = pool.apply(_turns, (seconds,))
        two = sum(pool.map(_turns, (seconds, seconds), 1))
    return one, two


def measure(data: Written, folder: Path, engine: str, seconds: float = LOOP_SECONDS) -> Line:
    """One line: what the command cost, between two runs of the plain loop."""
    before = loop(seconds)
    done = watched(command(engine, folder))
    after = loop(seconds)
    line: Line = {
        "engine": engine,
        "bytes": data.bytes,
        "resources": data.resources,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": _version(),
        "python": platform.python_version(),
        "processors": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "exit_code": done.code,
    }
    if done.code not in (0, 1):
        return line | {"missing": done.said[:300] or f"exit code {done.code}"}
    return line | _figures(data, done, before, after)


def _figures(data: Written, done: Watched, before: tuple[float, float], after: tuple[float, float]) -> Line:
    one, two = ((a + b) / 2 for a, b in zip(before, after, strict=True))
    return {
        "seconds": round(done.seconds, 2),
        "mb_per_second": round(data.bytes / done.seconds / 1e6, 3),
        "resources_per_second": round(data.resources / done.seconds, 1),
        "cpu_seconds": round(done.cpu, 2),
        "parent_cpu_seconds": round(done.own_cpu, 2),
        "parent_peak_mb": round(done.peak / 1e6, 1),
        "jvm_peak_mb": round(done.jvm / 1e6, 1),
        "worker_peaks_mb": [round(each / 1e6, 1) for each in done.workers],
        "together_peak_mb": round(done.together / 1e6, 1),
        "loop_one": round(one, 1),
        "loop_two": round(two, 1),
    }


def _version() -> str:
    """The package that runs: hash of its files as committed, with a mark where some were changed since."""
    made, changed = (
        subprocess.run(["git", *ask], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
        for ask in (("rev-parse", "HEAD:fhircheck"), ("status", "--porcelain", "--", "fhircheck"))
    )
    return (made[:12] or "unknown") + ("-changed" if changed else "")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((each.partition(":")[2].strip() for each in lines if each.startswith("model name")), "unknown")


def read(results: Path) -> list[Line]:
    """The lines of earlier runs; a last line that was cut off is left out."""
    lines = []
    for text in results.read_text(encoding="utf-8").splitlines() if results.is_file() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    return lines


def read_peers(said: Path) -> Line | None:
    """What benchmarks.spark_peers wrote; None where it never ran."""
    return json.loads(said.read_text(encoding="utf-8")) if said.is_file() else None


def append(results: Path, line: Line) -> None:
    """Add a line that stays, whatever happens next."""
    results.parent.mkdir(parents=True, exist_ok=True)
    before = results.read_bytes() if results.is_file() else b""
    cut = before and not before.endswith(b"\n")
    with results.open("a", encoding="utf-8") as out:
        out.write(("\n" if cut else "") + json.dumps(line) + "\n")
        out.flush()
        os.fsync(out.fileno())


def is_done(lines: Sequence[Line], engine: str, data: Written, version: str) -> bool:
    """Whether this was measured with the same code."""
    return any(
        each["engine"] == engine and each["bytes"] == data.bytes and each["code"] == version and "missing" not in each
        for each in lines
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for, write the page; 1 where a bar is missed."""
    given = _asked(arguments)
    results, version = given.results, _version()
    if not given.page and not (SHARED / "data").is_dir():
        print("needs ../shared/data")
        return 2
    for size in () if given.page else given.sizes:
        folder = given.folder / f"{size:g}gb"
        data = ready(folder, int(size * GIGABYTE), given.sets)
        for engine in given.engines:
            if given.resume and is_done(read(results), engine, data, version):
                continue
            line = measure(data, folder, engine, given.loop)
            append(results, line)
            told = line.get("missing") or f"{line['seconds']} s, {line['mb_per_second']} MB/s"
            print(f"{size:g} GB, {engine}: {told}", flush=True)
    lines = read(results)
    given.write.write_text(page(lines, read_peers(given.peers)), encoding="utf-8")
    missed = bars_missed(lines)
    print(*missed, sep="\n")
    return 1 if missed else 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    by_commas: Any = lambda kind: lambda text: [kind(each) for each in text.split(",")]  # noqa: E731
    parser.add_argument("--sizes", type=by_commas(float), default=[1.0, 4.0, 16.0], help="gigabytes, by commas")
    parser.add_argument("--engines", type=by_commas(str), default=list(ENGINES), help="by commas")
    parser.add_argument("--sets", type=by_commas(str), default=list(SETS), help="sets of the data, by commas")
    parser.add_argument("--resume", action="store_true", help="leave out what was measured with the same code")
    parser.add_argument("--page", action="store_true", help="measure nothing, only make the page")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "scale", help="where the data is made")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--peers", type=Path, default=PEERS, help="what benchmarks.spark_peers wrote")
    parser.add_argument("--write", type=Path, default=PAGE, help="the page")
    parser.add_argument("--loop", type=float, default=LOOP_SECONDS, help="seconds of the plain loop")
    given = parser.parse_args(arguments)
    unknown = [each for each in given.engines if each not in ENGINES]
    if unknown:
        parser.error(f"no engine is called {', '.join(unknown)}; there are {', '.join(ENGINES)}")
    return given


if __name__ == "__main__":
    sys.exit(main())
