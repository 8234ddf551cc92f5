"""docs/scale.md out of the lines that benchmarks.scaling measured: tables, fits, and what follows for ten terabytes."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Line = dict[str, Any]
GIGABYTE = 1_000_000_000
MEMORY_BAR = 600.0
"""Megabytes that a worker may hold."""
EFFICIENCY_BAR = 0.9
"""Of what the plain loop reaches on two processes against one."""
TARGET = 10_000
"""Gigabytes of the projection."""
CORES = (8, 16, 32, 64, 128)


class Fit(NamedTuple):
    """A straight line through (gigabytes, value): value = fixed + each * gigabytes. r2: 1 where all lie on it."""

    fixed: float
    each: float
    r2: float


def fit(points: Sequence[tuple[float, float]]) -> Fit | None:
    """Least squares; None for fewer than two different sizes."""
    count = len(points)
    if len({x for x, _ in points}) < 2:
        return None
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    each = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    fixed = mean_y - each * mean_x
    total = sum((y - mean_y) ** 2 for _, y in points)
    left = sum((y - fixed - each * x) ** 2 for x, y in points)
    return Fit(fixed, each, 1 - left / total if total else 1.0)


def newest(lines: Iterable[Line]) -> list[Line]:
    """The last measured line of each size and engine, by size; a line that only says what is missing if there is no
    other."""
    best: dict[tuple[int, str], Line] = {}
    for each in lines:
        key = (each["bytes"], each["engine"])
        if "missing" not in each or "missing" in best.get(key, {"missing": ""}):
            best[key] = each
    return [best[key] for key in sorted(best)]


def efficiency(one: Line, two: Line) -> tuple[float, float, float]:
    """Two processes against one: of the check, of the plain loop beside both, and the first by the second."""
    ours = two["mb_per_second"] / (2 * one["mb_per_second"])
    loop = sum(each["loop_two"] for each in (one, two)) / (2 * sum(each["loop_one"] for each in (one, two)))
    return ours, loop, ours / loop


def busy(two: Line) -> float:
    """The share of their time in which both processes had work, however fast the machine was just then."""
    return float(two["cpu_seconds"] / (2 * two["seconds"]))


def pairs(lines: Iterable[Line], first: str = "1", second: str = "2") -> list[tuple[Line, Line]]:
    """The lines of two engines on the same data with the same code, by size; of several the last complete pair.

    lines: all that were measured, in their order: the newest of one engine may have no partner yet.
    """
    known: dict[tuple[int, str, str], Line] = {}
    found: dict[int, tuple[Line, Line]] = {}
    for each in lines:
        if each["engine"] not in (first, second) or "missing" in each:
            continue
        size, code = each["bytes"], each["code"]
        known[size, code, each["engine"]] = each
        one, two = known.get((size, code, first)), known.get((size, code, second))
        if one is not None and two is not None:
            found[size] = one, two
    return [found[size] for size in sorted(found)]


def bars_missed(lines: Iterable[Line]) -> list[str]:
    """What does not hold, in words; empty where all does."""
    lines = list(lines)
    kept = newest(lines)
    missed = [
        f"{_size(two)} GB: two processes reach {ratio:.2f} of what the plain loop reaches, bar {EFFICIENCY_BAR}"
        for one, two in pairs(lines)
        if (ratio := efficiency(one, two)[2]) < EFFICIENCY_BAR
    ]
    return missed + [
        f"{_size(each)} GB, {each['engine']}: a worker held {_worker(each):.0f} MB, bar {MEMORY_BAR:.0f} MB"
        for each in kept
        if "missing" not in each and _worker(each) > MEMORY_BAR
    ]


def _size(line: Line) -> str:
    return f"{line['bytes'] / GIGABYTE:.3g}"


def _worker(line: Line) -> float:
    """Peak of the largest worker, or of the one process that does all."""
    return max(line["worker_peaks_mb"], default=line["parent_peak_mb"])


def page(lines: Iterable[Line], peers: dict[str, Any] | None = None) -> str:
    """The whole page; peers: what benchmarks.spark_peers wrote."""
    lines = list(lines)
    kept = newest(lines)
    measured = [each for each in kept if "missing" not in each]
    parts = [_HEAD, _machines(measured), _table(kept), _efficiency(lines), _fits(measured), _projection(measured)]
    parts += [_peers(peers)] if peers else []
    return "\n\n".join(part for part in parts if part) + "\n"


_HEAD = """# Scale: what a gigabyte costs, and ten terabytes

Made by `python -m benchmarks.scaling` out of the lines in `benchmarks/results/scaling.jsonl`, not by hand.
Data: the sets of `benchmarks/scale_data.py` again and again with new ids. Command: `fhircheck check --format json`, all
measures and scores, R4 core definitions alone. 1 and 2 are `--jobs`; spark1, spark2 are `--engine spark` on local[1],
local[2] with 1 GB for Java. MB are 10^6 bytes. Where two lines stand on a machine that others used too, CPU seconds say
more than seconds."""


def _machines(lines: Sequence[Line]) -> str:
    named = sorted({(each["processor"], each["processors"], each["python"]) for each in lines})
    told = "; ".join(f"{name}, {count} processors, Python {python}" for name, count, python in named)
    return f"Measured on: {told}." if told else "Nothing is measured yet."


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    marks = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(each) + " |" for each in (head, marks, *rows))


def _table(lines: Sequence[Line]) -> str:
    head = ("GB, engine", "seconds", "MB/s", "resources/s", "CPU seconds", "of these the parent", "peak MB, parent",
            "peak MB, worker", "peak MB, Java")  # fmt: skip
    return "## Measured\n\n" + _rows(head, map(_row, lines))


def _row(line: Line) -> tuple[str, ...]:
    name = f"{_size(line)}, {line['engine']}"
    if "missing" in line:
        return (name, f"not measured: {line['missing']}".replace("|", "/"), *[""] * 7)
    workers = f"{max(line['worker_peaks_mb']):.0f}" if line["worker_peaks_mb"] else "-"
    return (
        name,
        f"{line['seconds']:.1f}",
        f"{line['mb_per_second']:.2f}",
        f"{line['resources_per_second']:,.0f}",
        f"{line['cpu_seconds']:.1f}",
        f"{line['parent_cpu_seconds']:.1f}",
        f"{line['parent_peak_mb']:.0f}",
        workers,
        f"{line['jvm_peak_mb']:.0f}" if line.get("jvm_peak_mb") else "-",
    )


def _efficiency(lines: Sequence[Line]) -> str:
    rows = []
    for first, second in (("1", "2"), ("spark1", "spark2")):
        for one, two in pairs(lines, first, second):
            ours, loop, ratio = efficiency(one, two)
            cells = [f"{each:.2f}" for each in (ours, loop, ratio, busy(two))]
            rows.append((f"{_size(one)}, {second} against {first}", *cells))
    for one, two in (*pairs(lines, "1", "spark1"), *pairs(lines, "2", "spark2")):
        share = two["seconds"] / one["seconds"]
        name = f"{_size(one)}, {two['engine']} takes the time of {one['engine']} times"
        rows.append((name, f"{share:.2f}", "", "", ""))
    if not rows:
        return ""
    head = ("GB", "check", "plain loop", "check / loop", "cores busy")
    about = (
        "Throughput of two processes by twice that of one; a plain loop that only computes ran before and after each\n"
        f"line. Bar: {EFFICIENCY_BAR} of the loop's. More than 1 says that the machine was slower while the one\n"
        "process ran than while the two did. Cores busy: CPU seconds of the two by twice their time on the clock,\n"
        "which the speed of the machine does not change; what it lacks of 1 was waiting. Both of a pair ran the same\n"
        "code, so that one may be older than its line above."
    )
    return f"## Two processes against one\n\n{about}\n\n{_rows(head, rows)}"


def _fits(lines: Sequence[Line]) -> str:
    rows = []
    for engine in sorted({each["engine"] for each in lines}):
        for name, key in (("seconds", "seconds"), ("parent's CPU seconds", "parent_cpu_seconds")):
            points = [(each["bytes"] / GIGABYTE, each[key]) for each in lines if each["engine"] == engine]
            found = fit(points)
            if found:
                straight = f"{found.r2:.4f}" if len(points) > 2 else "-"  # through two points any line is straight
                cells = (f"{found.each:.2f}", f"{found.fixed:.1f}", straight)
                rows.append((f"{engine}, {name}", *cells))
    if not rows:
        return ""
    about = "A fixed part below zero is none: the sizes ran on a machine that was not equally fast each time."
    return f"## Straight line over sizes\n\n{about}\n\n" + _rows(("engine", "for each GB", "fixed", "R²"), rows)


def _rates(lines: Sequence[Line]) -> tuple[float, float] | None:
    """CPU seconds a gigabyte of the workers and of the parent, by the slopes over sizes; None without two sizes."""
    own = [each for each in lines if each["engine"] == "2"]
    parent = fit([(each["bytes"] / GIGABYTE, each["parent_cpu_seconds"]) for each in own])
    whole = fit([(each["bytes"] / GIGABYTE, each["cpu_seconds"]) for each in own])
    if parent is None or whole is None or not 0 < parent.each < whole.each:
        return None
    return whole.each - parent.each, parent.each


def hours(work: float, parent: float, gigabytes: float, cores: int) -> float:
    """Hours of `gigabytes` on so many cores of one machine: the parent's share is done one after the other."""
    return gigabytes * (work / cores + parent) / 3600


def _projection(lines: Sequence[Line]) -> str:
    rates = _rates(lines)
    if rates is None:
        return "## Ten terabytes\n\nToo little is measured: a projection needs two sizes on two processes."
    work, parent = rates
    largest = max(lines, key=lambda each: each["bytes"])
    rows = [_projected(work, parent, cores) for cores in CORES]
    spark = fit([(each["bytes"] / GIGABYTE, each["cpu_seconds"]) for each in lines if each["engine"] == "spark2"])
    cluster = (
        f"On a Spark cluster there is no parent that all results pass one by one: {spark.each:,.0f} CPU seconds a GB\n"
        f"(slope of spark2) are {TARGET * spark.each / 3600:,.0f} core hours for 10 TB, if the join of rows scales too."
        if spark
        else "Spark is not measured on two sizes, so nothing is projected for a cluster."
    )
    text = _PROJECTION.format(
        work=work,
        parent=parent,
        most=work / parent,
        largest=_size(largest),
        mean=largest["bytes"] / largest["resources"] / 1000,
        rate=1000 / work,
        a_day=TARGET * GIGABYTE / 1e6 / 86_400,
    )
    return f"{text}\n\n{_rows(('cores', 'hours', 'core hours', 'efficiency'), rows)}\n\n{cluster}\n\n{_COST}"


def _peers(said: dict[str, Any]) -> str:
    about = _PEERS.format(count=said["resources"], size=said["bytes"] / 1e6, set=said["set"], python=said["python"])
    head = ("way", "resources", "seconds", "CPU seconds", "resources a second and core")
    return f"{about}\n\n{_rows(head, map(_peer, said['rows']))}"


def _peer(row: dict[str, Any]) -> tuple[str, ...]:
    if "missing" in row:
        return row["name"], f"could not run: {row['missing']}".replace("|", "/"), "", "", ""
    rate = f"{row['resources'] / row['cpu_seconds']:,.0f}"
    if "own_clock" in row:
        rate += f"; second pass by its own clock {row['own_clock']:,.0f}"
    return row["name"], f"{row['resources']:,}", f"{row['seconds']:.1f}", f"{row['cpu_seconds']:.1f}", rate


def _projected(work: float, parent: float, cores: int) -> tuple[str, ...]:
    took = hours(work, parent, TARGET, cores)
    share = work / cores / (work / cores + parent)
    return str(cores), f"{took:,.0f}", f"{took * cores:,.0f}", f"{share:.2f}"


_PEERS = """## Beside others on Spark

One run of `python -m benchmarks.spark_peers` over the same {count:,} resources ({size:.1f} MB, {set}), Python {python}.
Each way runs twice and the second counts, so that the session, the JVM and the linking of profiles are not in it. The
HL7 validator runs in Spark's executors over fewer resources (a JVM for each task). Pathling does not validate: its
figure says how fast it gets data into Spark's columns."""

_PROJECTION = """## Ten terabytes

A projection from at most {largest} GB, not a measurement. By the slopes of engine 2 the workers need {work:,.0f} CPU
seconds a GB ({rate:.2f} MB/s a core) and the parent {parent:.2f} (reading, merging, and judging at the end), which it
does alone. So one machine with N cores needs at most

    seconds = gigabytes x ({work:,.0f} / N + {parent:.2f})

and past N = {most:,.0f} cores the parent takes longer than the workers: then several machines share the files, or
Spark does the work. What this rests on:

- Data like that of the benchmark (resources of {mean:.2f} kB), R4 core alone. Profiles and terminology of your own
  cost more: measure with a sample of yours.
- Each core is as fast as one of the machine above while the other one is busy too. Hyperthreads are no cores.
- Time grows in a straight line with size (see the fits). Rows of references and patients past the memory limit go to
  disk; joins of more than 13 MiB of rows run in the workers, so where
  the line was drawn through sizes below some 0.4 GB the parent's share is less than it says.
- The storage gives as many MB/s as the workers take: 10 TB in a day are {a_day:.0f} MB/s.
- Files are plain. Packed ones are unpacked by the parent, which then limits."""

_COST = """Cost: core hours x your price of a core hour (yours, no price is assumed here), and 10 TB read once from
where they lie: gigabytes x your price of a gigabyte read."""
